// Which program is started. Knows nothing of the editor.
import path from "node:path";

/** What the choice depends on. */
export interface ServerPathInput {
  readonly configured: string; // the setting, empty when it is not set
  readonly extensionDir: string;
  readonly home: string;
  readonly platform: NodeJS.Platform;
  readonly exists: (file: string) => boolean;
}

/** serverPath is the configured program, else the bundled one, else the one on PATH. */
export function serverPath(input: ServerPathInput): string {
  const { configured, extensionDir, home, platform, exists } = input;
  if (configured === "~" || configured.startsWith("~/")) return path.join(home, configured.slice(1));
  if (configured !== "") return configured;
  const name = platform === "win32" ? "buildlens.exe" : "buildlens";
  const bundled = path.join(extensionDir, "bin", name);
  return exists(bundled) ? bundled : name;
}
