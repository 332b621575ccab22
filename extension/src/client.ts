// The connection to the server: which program, what it is told, and its life.
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { commands, window, workspace, type Disposable, type ExtensionContext } from "vscode";
import {
  LanguageClient,
  RevealOutputChannelOn,
  State,
  WorkDoneProgressCancelNotification,
  type LanguageClientOptions,
  type Middleware,
} from "vscode-languageclient/node";
import { selector } from "./files";
import { BuildProgress } from "./progress";
import { NotificationBuildEvent, type BuildEvents } from "./protocol.gen";
import { serverPath } from "./serverPath";

/** What the connection tells the rest of the extension. */
export interface Listener {
  /** events of a build */
  buildEvents(batch: BuildEvents): void;
  /** the server ended or is a new one: what ran is gone */
  reset(): void;
  /** a command of the server was chosen, in a lens or by its name */
  executeCommand(command: string, args: unknown[]): Promise<unknown>;
}

/** Connection owns the client. */
export class Connection implements Disposable {
  private readonly output = window.createOutputChannel("Buildlens", { log: true });
  private readonly progress = new BuildProgress((token) => {
    void this.client?.sendNotification(WorkDoneProgressCancelNotification.type, { token });
  });
  private client: LanguageClient | undefined;
  // Starts and stops, one after the other.
  private queue: Promise<void> = Promise.resolve();

  constructor(
    private readonly context: ExtensionContext,
    private readonly listener: Listener,
  ) {}

  /** restart ends the server if there is one and starts it anew with the settings and the trust of now. */
  restart(): Promise<void> {
    return this.enqueue(async () => {
      await this.end();
      await this.begin();
    });
  }

  /** stop ends the server and waits for it. */
  stop(): Promise<void> {
    return this.enqueue(() => this.end());
  }

  /** running is the client once it is connected; rejects when there is none. */
  async running(): Promise<LanguageClient> {
    await this.queue;
    if (!this.client?.isRunning()) {
      throw new Error("The Buildlens server does not run. The output channel Buildlens may say why.");
    }
    return this.client;
  }

  dispose(): void {
    this.output.dispose();
  }

  private enqueue(work: () => Promise<void>): Promise<void> {
    const done = this.queue.then(work);
    this.queue = done.catch(() => undefined);
    return done;
  }

  private async begin(): Promise<void> {
    const command = this.program();
    const client = new LanguageClient("buildlens", "Buildlens", { command, args: ["serve"] }, this.options());
    client.onNotification(NotificationBuildEvent, (batch: BuildEvents) => this.listener.buildEvents(batch));
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) return;
      this.progress.clear();
      this.listener.reset();
    });
    this.client = client;
    try {
      await client.start();
    } catch (error) {
      this.client = undefined;
      void reportNoServer(command, error);
    }
  }

  private async end(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    // Builds end with the server; it waits for their steps to be stopped.
    await client?.dispose(5000);
  }

  private program(): string {
    return serverPath({
      configured: workspace.getConfiguration("buildlens").get<string>("server.path") ?? "",
      extensionDir: this.context.extensionPath,
      home: homedir(),
      platform: process.platform,
      exists: existsSync,
    });
  }

  private options(): LanguageClientOptions {
    return {
      documentSelector: selector,
      outputChannel: this.output,
      traceOutputChannel: this.output,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationOptions: { buildEvents: true, trust: workspace.isTrusted },
      middleware: this.middleware(),
      markdown: { supportHtml: false },
    };
  }

  private middleware(): Middleware {
    return {
      executeCommand: (command, args) => this.listener.executeCommand(command, args as unknown[]),
      handleWorkDoneProgress: (token, params, next) => this.progress.handle(token, params, next),
      workspace: {
        configuration: async (params, token, next) => {
          const answers = await next(params, token);
          return Array.isArray(answers) ? answers.map(withoutOwnSettings) : answers;
        },
      },
    };
  }
}

/** The sections of configuration.client.json: the server does not know them. */
const ownSections: ReadonlySet<string> = new Set(["editor", "output", "server", "trace"]);

function withoutOwnSettings(section: unknown): unknown {
  if (typeof section !== "object" || section === null) return section;
  return Object.fromEntries(Object.entries(section).filter(([key]) => !ownSections.has(key)));
}

async function reportNoServer(command: string, error: unknown): Promise<void> {
  const open = "Open Settings";
  const reason = error instanceof Error ? error.message : String(error);
  const answer = await window.showErrorMessage(
    `Buildlens could not start its server "${command}": ${reason}`,
    open,
  );
  if (answer === open) await commands.executeCommand("workbench.action.openSettings", "buildlens.server.path");
}
