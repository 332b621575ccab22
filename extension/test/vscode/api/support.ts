import assert from "node:assert/strict";
import * as vscode from "vscode";

/** file is a file of the opened folder. */
export function file(name: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder);
  return vscode.Uri.joinPath(folder.uri, name);
}

/** open shows a file of the folder and waits for the extension. */
export async function open(name: string): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument(file(name));
  await vscode.window.showTextDocument(document);
  const extension = vscode.extensions.getExtension("buildlens.buildlens");
  assert.ok(extension);
  await extension.activate();
  return document;
}

/** replace puts a text into the place of another, which must be there. */
export async function replace(document: vscode.TextDocument, text: string, replacement: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, rangeOf(document, text), replacement);
  assert.ok(await vscode.workspace.applyEdit(edit));
}

/** rangeOf is where a text stands first. */
export function rangeOf(document: vscode.TextDocument, text: string): vscode.Range {
  const offset = document.getText().indexOf(text);
  assert.notEqual(offset, -1, `${text} is not in ${document.fileName}`);
  return new vscode.Range(document.positionAt(offset), document.positionAt(offset + text.length));
}

/** until waits for a value; what is undefined or false is not there yet. */
export async function until<T>(
  what: string,
  value: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  for (let tries = 0; tries < 300; tries++) {
    const got = await value();
    if (got !== undefined && got !== false) return got;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`waited in vain for: ${what}`);
}

/** codeOf is a diagnostic's code as text. */
export function codeOf({ code }: vscode.Diagnostic): string {
  return String(typeof code === "object" ? code.value : code);
}

/** diagnostic waits for one diagnostic of a document. */
export function diagnostic(
  document: vscode.TextDocument,
  what: string,
  matches: (diagnostic: vscode.Diagnostic) => boolean,
): Promise<vscode.Diagnostic> {
  return until(what, () => vscode.languages.getDiagnostics(document.uri).find(matches));
}

/** gone waits until no diagnostic matches. */
export async function gone(
  document: vscode.TextDocument,
  what: string,
  matches: (diagnostic: vscode.Diagnostic) => boolean,
): Promise<void> {
  await until(`no ${what}`, () => !vscode.languages.getDiagnostics(document.uri).some(matches));
}
