// Which documents are the server's business, and which of them can be built.
// Knows nothing of the editor.
import path from "node:path";

/** A document as this module needs to know it. */
export interface DocumentName {
  readonly path: string;
  readonly languageId: string;
}

const bakeJson = "**/{docker-bake*.json,*.bake.json}";
const composeFiles = "**/*compose*.{yml,yaml}";
const ignoreFiles = "**/{.dockerignore,*.dockerignore}";

/** selector names the documents that are sent to the server. */
export const selector = [
  { scheme: "file", language: "dockerfile" },
  { scheme: "file", language: "dockerbake" },
  { scheme: "file", language: "json", pattern: bakeJson },
  { scheme: "file", language: "dockercompose" },
  { scheme: "file", language: "yaml", pattern: composeFiles },
  { scheme: "file", pattern: ignoreFiles },
];

const bakeName = /^docker-bake.*\.(?:hcl|json)$|\.bake\.(?:hcl|json)$/;

/** kindOf tells what Build does with a document: bake its default group or build it; else it cannot be built. */
export function kindOf(document: DocumentName): "bake" | "dockerfile" | undefined {
  if (document.languageId === "dockerbake" || bakeName.test(path.basename(document.path))) return "bake";
  return document.languageId === "dockerfile" ? "dockerfile" : undefined;
}
