// What a failed command answers, and the way to the failing line.
import { Range, type TextDocument, TextEditorRevealType, Uri, window, workspace } from "vscode";
import { LSPErrorCodes, ResponseError } from "vscode-languageclient/node";
import type { FailureData } from "./protocol.gen";

/** isCanceled tells an answer that only says: canceled. */
export function isCanceled(error: unknown): boolean {
  return error instanceof ResponseError && error.code === LSPErrorCodes.RequestCancelled;
}

/** failureOf is what a failed build says about itself; other errors have none. */
export function failureOf(error: unknown): FailureData | undefined {
  if (!(error instanceof ResponseError)) return undefined;
  const data = error.data as Partial<FailureData> | null | undefined;
  return typeof data?.buildId === "string" && typeof data.message === "string"
    ? (data as FailureData)
    : undefined;
}

/** EditorState is what was in front when a build started. */
export interface EditorState {
  readonly document: TextDocument | undefined;
  readonly version: number | undefined;
}

/** editorState remembers what is in front now. */
export function editorState(): EditorState {
  const document = window.activeTextEditor?.document;
  return { document, version: document?.version };
}

/**
 * goToFailure shows the failing line. A file that is not visible is opened, but
 * never over the shoulder of somebody who went on working during the build, and
 * never when the setting says no.
 */
export async function goToFailure(failure: FailureData, before: EditorState): Promise<void> {
  if (!failure.uri || !failure.range) return;
  if (!workspace.getConfiguration("buildlens").get<boolean>("editor.goToFailure")) return;
  const uri = Uri.parse(failure.uri);
  const { start } = failure.range;
  const range = new Range(start.line, start.character, start.line, start.character);
  const visible = window.visibleTextEditors.find((editor) => editor.document.uri.toString() === uri.toString());
  if (visible) {
    visible.revealRange(range, TextEditorRevealType.InCenterIfOutsideViewport);
    return;
  }
  const now = editorState();
  if (now.document !== before.document || now.version !== before.version) return;
  await window.showTextDocument(uri, { selection: range, preview: true });
}
