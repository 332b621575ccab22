// Build events as the plain text that BuildKit's own plain progress is like.
// Knows nothing of the editor.
import type {
  BuildEvent,
  BuildEvents,
  FailureData,
  FinishedEvent,
  LogEvent,
  StepEvent,
  TargetEvent,
  WarningEvent,
} from "./protocol.gen";
import { seconds } from "./text";

/** PathOf turns a URI of the protocol into the path that is shown. */
export type PathOf = (uri: string) => string;

interface StepLog {
  readonly number: number;
  state: string;
  startedAt: number;
  rest: string; // of the log: a line that has not ended yet
}

// Colours and cursor movements that programs print.
// eslint-disable-next-line no-control-regex
const escapes = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\))/g;

/** PlainLog writes one build. Feed it the batches in order. */
export class PlainLog {
  private readonly steps = new Map<string, StepLog>();
  private several = false; // targets in this build

  constructor(private readonly pathOf: PathOf) {}

  /** lines are what the batch adds to the log. */
  lines(batch: BuildEvents): string[] {
    const lines = (batch.events ?? []).flatMap((event) => this.event(event));
    return batch.dropped ? [`(${batch.dropped} lines of output left out)`, ...lines] : lines;
  }

  private event(event: BuildEvent): string[] {
    if (event.started) {
      const { title, builder, driver, targets } = event.started;
      this.several = (targets ?? []).length > 1;
      return [`> ${title} (builder ${builder === driver ? builder : `${builder}, ${driver}`})`];
    }
    if (event.step) return this.step(event.step, event.time);
    if (event.log) return this.log(event.log, event.time);
    if (event.warning) return [this.warning(event.warning)];
    if (event.notice) return [`${event.notice.level}: ${event.notice.message}`];
    if (event.target) return this.target(event.target);
    if (event.finished) return ["", finishedLine(event.finished), ""];
    return [];
  }

  private step(event: StepEvent, time: number): string[] {
    if (event.state === "pending") return [];
    const known = this.steps.get(event.id);
    const step = known ?? { number: this.steps.size + 1, state: "", startedAt: time, rest: "" };
    this.steps.set(event.id, step);
    const lines = known ? [] : [`#${step.number} ${this.several ? withTargets(event) : event.name}`];
    if (step.state === event.state) return lines;
    step.state = event.state;
    const end = endOfStep(event);
    if (!end) return lines;
    if (step.rest) lines.push(this.logLine(step, step.rest, time));
    step.rest = "";
    return [...lines, `#${step.number} ${end}`];
  }

  private log(event: LogEvent, time: number): string[] {
    const step = this.steps.get(event.step);
    if (!step) return event.text.split("\n").filter((line) => line !== "");
    const parts = (step.rest + event.text).split("\n");
    step.rest = parts.pop() ?? "";
    return parts.map((line) => this.logLine(step, line, time));
  }

  private logLine(step: StepLog, line: string, time: number): string {
    const elapsed = ((time - step.startedAt) / 1000).toFixed(3);
    return `#${step.number} ${elapsed} ${lastOverwrite(line).replace(escapes, "")}`;
  }

  private warning(warning: WarningEvent): string {
    const rule = warning.rule ? `${warning.rule}: ` : "";
    const place = warning.uri ? ` (${this.place(warning.uri, warning.line)})` : "";
    return `warning: ${rule}${warning.message}${place}`;
  }

  private target(event: TargetEvent): string[] {
    if (event.canceled) return [`${event.name}: canceled`];
    if (event.failure) return this.failure(event.name, event.failure);
    if (!event.result) return [];
    const { digest, outputs, steps, cached, duration, callText } = event.result;
    const lines = [`${event.name}: done in ${seconds(duration)}, ${cached} of ${steps} steps cached`];
    if (digest) lines.push(`  ${digest}`);
    for (const output of outputs ?? []) {
      lines.push(`  ${[output.push ? "pushed" : output.type, output.dest].filter(Boolean).join(" ")}`);
    }
    return callText ? [...lines, ...callText.trimEnd().split("\n")] : lines;
  }

  private failure(name: string, failure: FailureData): string[] {
    const line = failure.range ? failure.range.start.line + 1 : undefined;
    const lines = ["", `ERROR ${name}: ${failure.message}`];
    if (failure.uri) lines.push(`  at ${this.place(failure.uri, line)}`);
    if (failure.step) lines.push(`  ${failure.step}`);
    for (const log of failure.logTail ?? []) lines.push(`  | ${log.replace(escapes, "")}`);
    if (failure.hint) lines.push(`  ${failure.hint}`);
    return lines;
  }

  private place(uri: string, line: number | undefined): string {
    return line ? `${this.pathOf(uri)}:${line}` : this.pathOf(uri);
  }
}

/** withTargets is a step's name with its targets: "[api build 1/4] RUN make", as Buildx writes it. */
function withTargets({ name, targets }: StepEvent): string {
  const owners = (targets ?? []).join(",");
  if (owners === "") return name;
  return name.startsWith("[") ? `[${owners} ${name.slice(1)}` : `[${owners}] ${name}`;
}

/** endOfStep is the word for a state in which a step stays, else nothing. */
function endOfStep(step: StepEvent): string | undefined {
  switch (step.state) {
    case "done":
      return `DONE ${seconds(step.duration ?? 0)}`;
    case "cached":
      return "CACHED";
    case "canceled":
      return "CANCELED";
    case "failed":
      return `ERROR: ${step.error ?? "failed"}`;
    default:
      return undefined;
  }
}

/** lastOverwrite is what a terminal would show of a line with carriage returns. */
function lastOverwrite(line: string): string {
  const parts = line.split("\r").filter((part) => part !== "");
  return parts.at(-1) ?? "";
}

function finishedLine(finished: FinishedEvent): string {
  const words: Record<string, string> = {
    succeeded: "Build succeeded",
    failed: "Build failed",
    canceled: "Build canceled",
  };
  return `${words[finished.state] ?? finished.state} after ${seconds(finished.duration)}`;
}
