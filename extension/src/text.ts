// Words and figures for people. Knows nothing of the editor.
import type { LastBuild, RunningBuild } from "./builds";
import { countSteps } from "./builds";

/** seconds shows milliseconds as people read them: 0.4s, 12.3s, 2m05s. */
export function seconds(milliseconds: number): string {
  const tenths = Math.round(milliseconds / 100);
  if (tenths < 600) return `${(tenths / 10).toFixed(1)}s`;
  const whole = Math.round(milliseconds / 1000);
  return `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, "0")}s`;
}

/** stepCount shows how far a build is: "3/7", or nothing before its first step. */
export function stepCount(build: RunningBuild): string {
  const { done, total } = countSteps(build);
  return total === 0 ? "" : `${done}/${total}`;
}

/** statusText is the label of the status bar item; builder is the configured one or the last used. */
export function statusText(builder: string, running: RunningBuild[], last: LastBuild | undefined): string {
  const [first, ...more] = running;
  if (first) {
    const what = more.length === 0 ? first.title : `${running.length} builds`;
    const count = more.length === 0 ? stepCount(first) : "";
    return ["$(sync~spin)", what, count].filter(Boolean).join(" ");
  }
  return `${last?.result.state === "failed" ? "$(error)" : "$(package)"} Buildlens: ${builder}`;
}

/** lastBuildText says how the last build ended. */
export function lastBuildText(last: LastBuild): string {
  return `${last.title}: ${last.result.state} after ${seconds(last.result.duration)}`;
}
