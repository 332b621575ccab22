import type { BuildEvent, BuildEvents, StepEvent } from "../../src/protocol.gen";

type Part = Omit<BuildEvent, "kind" | "time">;

/** batch is a batch of one build, whose events are a tenth of a second apart. */
export function batch(buildId: string, ...parts: Part[]): BuildEvents {
  const events = parts.map((part, i) => ({ kind: Object.keys(part)[0] ?? "", time: 1000 + 100 * i, ...part }));
  return { version: 1, buildId, seq: 1, events };
}

/** started opens a build of the embedded builder. */
export function started(title: string): Part {
  return { started: { builder: "embedded", driver: "embedded", targets: ["app"], title } };
}

/** step is a change of a step named after its ID. */
export function step(id: string, state: string, more: Partial<StepEvent> = {}): Part {
  return { step: { id, name: `[app] ${id}`, state, ...more } };
}
