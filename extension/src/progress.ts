// The server's work-done progress of builds as notifications with a Cancel
// button: the client library would only put them into the status bar.
import { ProgressLocation, window, type Progress } from "vscode";
import type {
  HandleWorkDoneProgressSignature,
  ProgressToken,
  WorkDoneProgressBegin,
  WorkDoneProgressEnd,
  WorkDoneProgressReport,
} from "vscode-languageclient/node";

type WorkDone = WorkDoneProgressBegin | WorkDoneProgressReport | WorkDoneProgressEnd;

interface Shown {
  readonly end: () => void;
  progress?: Progress<{ message?: string; increment?: number }>;
  percentage: number;
}

/** BuildProgress shows what can be cancelled and passes the rest on. */
export class BuildProgress {
  private readonly shown = new Map<ProgressToken, Shown>();

  /** cancel tells the server that the button of this token was pressed. */
  constructor(private readonly cancel: (token: ProgressToken) => void) {}

  /** handle is the client's middleware. */
  handle(token: ProgressToken, params: WorkDone, next: HandleWorkDoneProgressSignature): void {
    if (params.kind === "begin" && params.cancellable) {
      this.begin(token, params);
      return;
    }
    const shown = this.shown.get(token);
    if (!shown) return next(token, params);
    if (params.kind === "report") report(shown, params);
    if (params.kind === "end") this.end(token);
  }

  /** clear takes all notifications away: the server that sent them is gone. */
  clear(): void {
    for (const token of [...this.shown.keys()]) this.end(token);
  }

  private begin(token: ProgressToken, params: WorkDoneProgressBegin): void {
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const shown: Shown = { end, percentage: 0 };
    this.shown.set(token, shown);
    const options = { location: ProgressLocation.Notification, cancellable: true, title: params.title };
    void window.withProgress(options, async (progress, cancellation) => {
      shown.progress = progress;
      cancellation.onCancellationRequested(() => this.cancel(token));
      report(shown, params);
      await ended;
    });
  }

  private end(token: ProgressToken): void {
    this.shown.get(token)?.end();
    this.shown.delete(token);
  }
}

function report(shown: Shown, params: WorkDoneProgressBegin | WorkDoneProgressReport): void {
  const percentage = Math.max(shown.percentage, params.percentage ?? 0);
  const increment = percentage - shown.percentage;
  shown.percentage = percentage;
  shown.progress?.report({
    ...(params.message === undefined ? {} : { message: params.message }),
    ...(params.percentage === undefined ? {} : { increment }),
  });
}
