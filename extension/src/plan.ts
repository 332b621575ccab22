// Print: the evaluated plan of a definition in a read-only document.
import { EventEmitter, Uri, window, workspace, type Disposable } from "vscode";
import type { PrintResult } from "./protocol.gen";

const scheme = "buildlens-plan";

/** Plans shows plans; a plan that is shown already is renewed in place. */
export class Plans implements Disposable {
  private readonly texts = new Map<string, string>();
  private readonly changed = new EventEmitter<Uri>();
  private readonly registration = workspace.registerTextDocumentContentProvider(scheme, {
    onDidChange: this.changed.event,
    provideTextDocumentContent: (uri) => this.texts.get(uri.toString()) ?? "",
  });

  /** show opens the plan beside the definition; title names what was printed. */
  async show(title: string, result: PrintResult): Promise<void> {
    const uri = Uri.from({ scheme, path: `/${result.dir}/${title}.json`.replaceAll(/\/+/g, "/") });
    this.texts.set(uri.toString(), result.json);
    this.changed.fire(uri);
    await window.showTextDocument(uri, { preview: true });
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }
}
