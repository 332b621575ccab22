// The status bar item: the builder in use, or the builds that run.
import { commands, MarkdownString, StatusBarAlignment, window, workspace, type Disposable } from "vscode";
import type { Builds } from "./builds";
import { lastBuildText, statusText, stepCount } from "./text";

/** Status keeps the item up to date with the builds. */
export class Status implements Disposable {
  private readonly item = window.createStatusBarItem("buildlens", StatusBarAlignment.Left, 10);
  private lastBuilder: string | undefined;

  constructor(private readonly builds: Builds) {
    this.item.name = "Buildlens";
    this.item.command = "buildlens.showMenu";
    this.refresh();
    this.item.show();
  }

  /** refresh shows the builds as they are now. */
  refresh(): void {
    const running = this.builds.running;
    this.lastBuilder = running[0]?.builder ?? this.lastBuilder;
    const builder = configuredBuilder() ?? this.lastBuilder ?? "auto";
    this.item.text = statusText(builder, running, this.builds.last);
    this.item.tooltip = this.tooltip(builder);
    void commands.executeCommand("setContext", "buildlens.building", running.length > 0);
  }

  dispose(): void {
    this.item.dispose();
  }

  private tooltip(builder: string): MarkdownString {
    const text = new MarkdownString(undefined, true);
    text.appendMarkdown(`**Buildlens**\n\nBuilder: `).appendText(builder);
    for (const build of this.builds.running) {
      text.appendMarkdown("\n\n$(sync~spin) ").appendText(`${build.title} ${stepCount(build)}`);
    }
    if (this.builds.last) text.appendMarkdown("\n\nLast build: ").appendText(lastBuildText(this.builds.last));
    return text;
  }
}

/** configuredBuilder is the one of the setting, when it names one. */
function configuredBuilder(): string | undefined {
  const name = workspace.getConfiguration("buildlens").get<string>("builder");
  return name === "" ? undefined : name;
}
