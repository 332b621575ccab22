// Makes buildlens-<platform>.vsix. The programs must be in bin/ already: the
// Makefile builds them there.
//
//   npm run package [-- --target linux-x64] [--out FILE]
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bundleExtension } from "./bundle.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

// The embedded builder exists on Linux only.
const programs = {
  linux: ["buildlens", "buildkitd", "runc"],
  darwin: ["buildlens"],
  win32: ["buildlens.exe"],
};

const { values: options } = parseArgs({
  options: {
    target: { type: "string", default: `${process.platform}-${process.arch}` },
    out: { type: "string" },
  },
});

const wanted = programs[options.target.split("-")[0]];
if (!wanted) fail(`unknown target ${options.target}: want linux-x64, linux-arm64, darwin-arm64, win32-x64, ...`);
for (const name of wanted) {
  const file = path.join(root, "bin", name);
  try {
    accessSync(file, options.target.startsWith("win32") ? constants.R_OK : constants.X_OK);
  } catch {
    fail(`extension/bin/${name} is missing or cannot be run: "make extension" builds and places it`);
  }
}

await bundleExtension();
const out = path.resolve(options.out ?? path.join(root, `buildlens-${options.target}.vsix`));
const vsce = spawnSync(
  process.execPath,
  [
    path.join(root, "node_modules/@vscode/vsce/vsce"),
    "package",
    "--target",
    options.target,
    "--out",
    out,
    "--no-dependencies",
    "--allow-missing-repository",
  ],
  { cwd: root, stdio: "inherit" },
);
process.exit(vsce.status ?? 1);

function fail(message) {
  console.error(`package: ${message}`);
  process.exit(1);
}
