// The server's commands as a person starts them: from a lens, a menu or a button.
import { randomUUID } from "node:crypto";
import { commands, languages, type TextDocument, Uri, window, workspace } from "vscode";
import { ExecuteCommandRequest } from "vscode-languageclient/node";
import type { Connection } from "./client";
import { editorState, failureOf, goToFailure, isCanceled } from "./failure";
import { selector } from "./files";
import type { Plans } from "./plan";
import {
  Bake,
  BakePrint,
  Build,
  type BakeArgs,
  type BuildArgs,
  type PrintResult,
} from "./protocol.gen";

const builds: ReadonlySet<string> = new Set([Bake, Build]);

/** Runner sends commands to the server and shows how they went. */
export class Runner {
  constructor(
    private readonly connection: Connection,
    private readonly plans: Plans,
  ) {}

  /** run is what a click does. It resolves when the command has ended, also when it failed. */
  async run(command: string, args: unknown[]): Promise<unknown> {
    try {
      if (builds.has(command)) return await this.build(command, args[0] as BakeArgs | BuildArgs);
      const result = await this.request(command, args);
      if (command === BakePrint) await this.plans.show(planTitle(args[0] as BakeArgs), result as PrintResult);
      return result;
    } catch (error) {
      if (!isCanceled(error)) void window.showErrorMessage(messageOf(error));
      return undefined;
    }
  }

  /** request is a command without anything around it; it rejects when the command fails. */
  async request(command: string, args: unknown[]): Promise<unknown> {
    const client = await this.connection.running();
    return client.sendRequest(ExecuteCommandRequest.type, { command, arguments: args });
  }

  private async build(command: string, args: BakeArgs | BuildArgs): Promise<unknown> {
    if (!workspace.isTrusted) return askForTrust();
    await saveBefore(args);
    const before = editorState();
    try {
      return await this.request(command, [{ buildId: randomUUID(), ...args }]);
    } catch (error) {
      // The server has said in a message that the build failed, and why.
      const failure = failureOf(error);
      if (!failure) throw error;
      await goToFailure(failure, before);
      return undefined;
    }
  }
}

/** saveBefore saves what a build may read, when the setting says so. The other choices are the server's. */
async function saveBefore(args: BakeArgs | BuildArgs): Promise<void> {
  const scope = placeOf(args);
  if (workspace.getConfiguration("buildlens", scope).get("build.unsaved") !== "save") return;
  const folder = scope && workspace.getWorkspaceFolder(scope);
  const concerned = (document: TextDocument): boolean =>
    document.isDirty &&
    languages.match(selector, document) > 0 &&
    (!folder || workspace.getWorkspaceFolder(document.uri) === folder);
  for (const document of workspace.textDocuments.filter(concerned)) {
    if (!(await document.save())) throw new Error(`${document.fileName} could not be saved, so nothing was built.`);
  }
}

/** placeOf is a place in the folder that a build belongs to. */
function placeOf(args: BakeArgs | BuildArgs): Uri | undefined {
  if (args.uri) return Uri.parse(args.uri);
  return "dir" in args && args.dir ? Uri.file(args.dir) : undefined;
}

async function askForTrust(): Promise<void> {
  const manage = "Manage Workspace Trust";
  const answer = await window.showWarningMessage(
    "Buildlens builds only in workspaces you trust: a build runs what its files say.",
    manage,
  );
  if (answer === manage) await commands.executeCommand("workbench.trust.manage");
}

function planTitle(args: BakeArgs): string {
  return `${args.targets?.join("+") ?? "default"}.plan`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
