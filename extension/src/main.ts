// Buildlens in VS Code: a shell around the server. What a file means, what is
// wrong with it and how it is built is the server's knowledge.
import { workspace, type ExtensionContext } from "vscode";
import { Builds } from "./builds";
import { Connection } from "./client";
import { registerCommands } from "./commands";
import { BuildOutput } from "./output";
import { Plans } from "./plan";
import { Runner } from "./run";
import { Status } from "./status";

let connection: Connection | undefined;

/** activate is called by the editor when a file of ours is opened. */
export async function activate(context: ExtensionContext): Promise<void> {
  const builds = new Builds();
  const output = new BuildOutput();
  const plans = new Plans();
  const status = new Status(builds);
  const link: Connection = new Connection(context, {
    buildEvents(batch) {
      builds.apply(batch);
      output.apply(batch);
      status.refresh();
    },
    reset() {
      builds.clear();
      output.clear();
      status.refresh();
    },
    executeCommand: (command, args): Promise<unknown> => runner.run(command, args),
  });
  const runner = new Runner(link, plans);
  connection = link;
  context.subscriptions.push(
    output,
    plans,
    status,
    link,
    registerCommands({ builds, connection: link, output, runner }),
    workspace.onDidGrantWorkspaceTrust(() => link.restart()),
    workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("buildlens.builder")) status.refresh();
      if (change.affectsConfiguration("buildlens.server.path")) void link.restart();
    }),
  );
  await link.restart();
}

/** deactivate ends the server, and with it what it builds. */
export async function deactivate(): Promise<void> {
  await connection?.stop();
}
