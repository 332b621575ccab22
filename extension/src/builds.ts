// The state of running builds, folded from the server's events. Knows nothing
// of the editor.
import type { BuildEvent, BuildEvents, FinishedEvent, StepEvent } from "./protocol.gen";

/** One build that has started and not finished. */
export interface RunningBuild {
  readonly id: string;
  readonly title: string;
  readonly builder: string;
  readonly steps: ReadonlyMap<string, StepEvent>;
}

/** A build that finished, as the status bar remembers it. */
export interface LastBuild {
  readonly title: string;
  readonly result: FinishedEvent;
}

/** Counts of the steps a person would count: BuildKit's internal ones are left out. */
export interface StepCounts {
  readonly done: number;
  readonly total: number;
}

interface MutableBuild extends RunningBuild {
  readonly steps: Map<string, StepEvent>;
}

const settled = new Set(["done", "cached", "failed", "canceled"]);

/** Builds holds what runs now and what ended last. */
export class Builds {
  private readonly byId = new Map<string, MutableBuild>();
  private lastBuild: LastBuild | undefined;

  /** apply folds one batch of events in. */
  apply(batch: BuildEvents): void {
    for (const event of batch.events ?? []) this.applyOne(batch.buildId, event);
  }

  /** clear forgets what runs: the server that ran it is gone. */
  clear(): void {
    this.byId.clear();
  }

  /** running lists the builds that run, in the order they started. */
  get running(): RunningBuild[] {
    return [...this.byId.values()];
  }

  get last(): LastBuild | undefined {
    return this.lastBuild;
  }

  private applyOne(id: string, event: BuildEvent): void {
    const { started, step, finished } = event;
    if (started) {
      this.byId.set(id, { id, title: started.title, builder: started.builder, steps: new Map() });
    }
    const build = this.byId.get(id);
    if (!build) return;
    if (step) build.steps.set(step.id, step);
    if (finished) {
      this.lastBuild = { title: build.title, result: finished };
      this.byId.delete(id);
    }
  }
}

/** countSteps counts the steps of a build that are settled, and all of them. */
export function countSteps(build: RunningBuild): StepCounts {
  let done = 0;
  let total = 0;
  for (const step of build.steps.values()) {
    if (step.internal) continue;
    total++;
    if (settled.has(step.state)) done++;
  }
  return { done, total };
}
