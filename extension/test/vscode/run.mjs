// Runs the extension in a real VS Code: a suite inside the extension host (api)
// and what a person does and sees in the workbench (ui). The Go test
// internal/editortest prepares the programs and the workspace, then calls this.
//
//   node test/vscode/run.mjs --bin FOLDER --workspace FOLDER [--only api|ui|trust] [--update-screenshot]
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bundleTests } from "../../scripts/bundle.mjs";
import { pack } from "../../scripts/package.mjs";
import { stage } from "../../scripts/stage.mjs";
import { install, say } from "../rig/install.mjs";
import { runApiSuite } from "./api.mjs";
import { runTrustTest } from "./trust.mjs";
import { runUiTest } from "./ui.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const parts = { api: runApiSuite, ui: runUiTest, trust: runTrustTest };

const { values: options } = parseArgs({
  options: {
    bin: { type: "string" },
    workspace: { type: "string" },
    only: { type: "string", default: Object.keys(parts).join(",") },
    "update-screenshot": { type: "boolean", default: false },
  },
});
if (!options.bin || !options.workspace) {
  console.error('usage: run.mjs --bin FOLDER --workspace FOLDER; "npm run test:vscode" gives both');
  process.exit(2);
}

const scratch = mkdtempSync(path.join(os.tmpdir(), "buildlens-uitest-"));
try {
  const rig = install();
  const extension = path.join(scratch, "extension");
  mkdirSync(extension);
  say("packaging the extension");
  await stage("linux-x64", path.resolve(options.bin), extension);
  await bundleTests();
  const vsix = path.join(scratch, "buildlens.vsix");
  pack(extension, "linux-x64", vsix);
  for (const name of options.only.split(",")) {
    const started = Date.now();
    const workspace = path.join(scratch, name, "storefront");
    cpSync(options.workspace, workspace, { recursive: true });
    await parts[name]({
      rig,
      extension,
      vsix,
      workspace,
      shots: path.join(root, "test/shots"),
      tests: path.join(root, "out/test/vscode/api/index.js"),
      screenshot: options["update-screenshot"] ? path.join(root, "../docs/screenshot.png") : undefined,
    });
    say(`${name}: passed in ${((Date.now() - started) / 1000).toFixed(1)} s`);
  }
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
}
