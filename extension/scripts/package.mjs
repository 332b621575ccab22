// Makes buildlens-<target>.vsix.
//
//   npm run package [-- --target linux-x64] [--bin FOLDER] [--out FILE]
//
// The programs must be in the folder bin/ (or FOLDER) already.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { stage } from "./stage.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** pack makes the .vsix of a staged extension. */
export function pack(folder, target, out) {
  const vsce = path.join(root, "node_modules/@vscode/vsce/vsce");
  const done = spawnSync(
    process.execPath,
    [vsce, "package", "--target", target, "--out", out, "--no-dependencies"],
    { cwd: folder, encoding: "utf8" },
  );
  if (done.status !== 0) throw new Error(`vsce failed:\n${done.stdout}${done.stderr}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values: options } = parseArgs({
    options: {
      target: { type: "string", default: `${process.platform}-${process.arch}` },
      bin: { type: "string", default: path.join(root, "bin") },
      out: { type: "string" },
    },
  });
  const out = path.resolve(options.out ?? path.join(root, `buildlens-${options.target}.vsix`));
  const folder = mkdtempSync(path.join(os.tmpdir(), "buildlens-vsix-"));
  try {
    await stage(options.target, path.resolve(options.bin), folder);
    pack(folder, options.target, out);
    console.log(out);
  } catch (error) {
    console.error(`package: ${error.message}`);
    process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
