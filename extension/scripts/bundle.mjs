// Bundles the extension into out/main.js; with --tests also the unit tests and
// the suite that runs inside the extension host.
import { build } from "esbuild";
import { readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  logLevel: "warning",
  sourcemap: "linked",
};

/** filesIn lists the files of a folder of the extension that end in suffix. */
function filesIn(folder, suffix) {
  return readdirSync(path.join(root, folder))
    .filter((name) => name.endsWith(suffix))
    .map((name) => path.posix.join(folder, name));
}

export async function bundleExtension() {
  rmSync(path.join(root, "out"), { recursive: true, force: true });
  await build({
    ...common,
    entryPoints: ["src/main.ts"],
    outfile: "out/main.js",
    external: ["vscode"],
    minifySyntax: true,
    sourcesContent: false,
  });
}

export async function bundleTests() {
  await build({
    ...common,
    entryPoints: [...filesIn("test/unit", ".test.ts"), ...filesIn("test/vscode/api", ".ts")],
    outbase: "test",
    outdir: "out/test",
    // What is not bundled is found in node_modules; vscode exists in the host only.
    external: ["vscode", "mocha", "vscode-oniguruma", "vscode-textmate"],
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await bundleExtension();
  if (process.argv.includes("--tests")) await bundleTests();
}
