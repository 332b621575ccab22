// The output channel "Buildlens Build".
import { Uri, window, workspace, type Disposable, type OutputChannel } from "vscode";
import { PlainLog } from "./plainLog";
import type { BuildEvents } from "./protocol.gen";

/** BuildOutput writes the progress of builds as text. */
export class BuildOutput implements Disposable {
  private readonly channel: OutputChannel = window.createOutputChannel("Buildlens Build");
  private readonly logs = new Map<string, PlainLog>();

  /** apply writes what a batch of events adds. */
  apply(batch: BuildEvents): void {
    const log = this.logs.get(batch.buildId) ?? new PlainLog((uri) => Uri.parse(uri).fsPath);
    this.logs.set(batch.buildId, log);
    for (const line of log.lines(batch)) this.channel.appendLine(line);
    for (const event of batch.events ?? []) {
      if (event.started) this.revealWhen("onBuild");
      if (!event.finished) continue;
      this.logs.delete(batch.buildId);
      if (event.finished.state === "failed") this.revealWhen("onFailure");
    }
  }

  /** clear forgets builds that were never finished. */
  clear(): void {
    this.logs.clear();
  }

  show(): void {
    this.channel.show(true);
  }

  dispose(): void {
    this.channel.dispose();
  }

  private revealWhen(moment: "onBuild" | "onFailure"): void {
    if (workspace.getConfiguration("buildlens").get<string>("output.reveal") === moment) this.show();
  }
}
