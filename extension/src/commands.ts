// The commands of the palette, the menus and the buttons: one table.
import {
  commands,
  ConfigurationTarget,
  Disposable,
  type QuickPickItem,
  ThemeIcon,
  Uri,
  window,
  workspace,
} from "vscode";
import type { Builds } from "./builds";
import type { Connection } from "./client";
import { kindOf } from "./files";
import type { BuildOutput } from "./output";
import { Bake, Build, BuildCancel, Builders, type BuildersResult } from "./protocol.gen";
import type { Runner } from "./run";
import { stepCount } from "./text";

/** What commands work with. */
export interface Parts {
  readonly builds: Builds;
  readonly connection: Connection;
  readonly output: BuildOutput;
  readonly runner: Runner;
}

/** registerCommands makes every command of package.json work. */
export function registerCommands(parts: Parts): Disposable {
  const table: Record<string, (argument?: unknown) => unknown> = {
    "buildlens.buildFile": (uri) => buildFile(parts.runner, uri instanceof Uri ? uri : undefined),
    "buildlens.cancelBuild": () => cancelBuild(parts),
    "buildlens.selectBuilder": () => selectBuilder(parts.runner),
    "buildlens.showOutput": () => parts.output.show(),
    "buildlens.restartServer": () => parts.connection.restart(),
    "buildlens.showMenu": () => showMenu(parts),
  };
  return Disposable.from(...Object.entries(table).map(([id, run]) => commands.registerCommand(id, run)));
}

/** buildFile bakes the default group of a Bake file, or builds the last stage of a Dockerfile. */
async function buildFile(runner: Runner, uri: Uri | undefined): Promise<unknown> {
  const chosen = uri ?? window.activeTextEditor?.document.uri;
  if (!chosen) return window.showInformationMessage("Open a Bake file or a Dockerfile to build it.");
  const document = await workspace.openTextDocument(chosen);
  switch (kindOf({ path: chosen.path, languageId: document.languageId })) {
    case "bake":
      return runner.run(Bake, [{ uri: chosen.toString() }]);
    case "dockerfile":
      return runner.run(Build, [{ uri: chosen.toString() }]);
    case undefined:
      return window.showInformationMessage(`${workspace.asRelativePath(chosen)} is no Bake file and no Dockerfile.`);
  }
}

async function cancelBuild({ builds, runner }: Parts): Promise<void> {
  const items = builds.running.map((build) => ({ label: build.title, description: stepCount(build), id: build.id }));
  if (items.length === 0) return;
  const chosen = items.length === 1 ? items[0] : await window.showQuickPick(items, { title: "Cancel which build?" });
  if (chosen) await runner.run(BuildCancel, [{ buildId: chosen.id }]);
}

async function selectBuilder(runner: Runner): Promise<void> {
  const answer = (await runner.run(Builders, [{}])) as BuildersResult | undefined;
  if (!answer) return;
  const configured = workspace.getConfiguration("buildlens").get<string>("builder") ?? "";
  const mark = (name: string): string => (name === configured ? "$(check) " : "");
  const items = [
    { label: `${mark("")}auto`, description: "what the environment, the builder store and Docker say", name: "" },
    ...(answer.builders ?? []).map(({ name, driver, status }) => ({
      label: mark(name) + name,
      description: [driver, status, name === answer.current ? "current" : ""].filter(Boolean).join(", "),
      name,
    })),
  ];
  const chosen = await window.showQuickPick(items, { title: "Build on which builder?" });
  if (!chosen) return;
  const target = workspace.workspaceFolders ? ConfigurationTarget.Workspace : ConfigurationTarget.Global;
  await workspace.getConfiguration("buildlens").update("builder", chosen.name || undefined, target);
}

interface MenuItem extends QuickPickItem {
  readonly run: () => unknown;
}

async function showMenu({ builds, runner, output }: Parts): Promise<void> {
  const running = builds.running.map((build): MenuItem => {
    const cancel = (): unknown => runner.run(BuildCancel, [{ buildId: build.id }]);
    return { label: `Cancel ${build.title}`, description: stepCount(build), iconPath: new ThemeIcon("debug-stop"), run: cancel };
  });
  const select = (): unknown => selectBuilder(runner);
  const show = (): unknown => output.show();
  const items: MenuItem[] = [
    ...running,
    { label: "Select Builder...", iconPath: new ThemeIcon("server"), run: select },
    { label: "Show Build Output", iconPath: new ThemeIcon("output"), run: show },
  ];
  const chosen = await window.showQuickPick(items, { title: "Buildlens" });
  await chosen?.run();
}
