// Bundles the extension into out/main.js; with --tests also the unit tests and
// the suite that runs inside the extension host.
import { build } from "esbuild";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
  const { metafile } = await build({
    ...common,
    entryPoints: ["src/main.ts"],
    outfile: "out/main.js",
    external: ["vscode"],
    minifySyntax: true,
    sourcesContent: false,
    metafile: true,
  });
  writeFileSync(path.join(root, "out/NOTICES.txt"), notices(Object.keys(metafile.inputs)));
}

/** notices are the licenses of the packages that went into the bundle. */
function notices(inputs) {
  const folders = inputs.map((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]);
  const texts = [...new Set(folders.filter(Boolean))].sort().map((folder) => {
    const { name, version } = JSON.parse(readFileSync(path.join(root, folder, "package.json"), "utf8"));
    const license = readdirSync(path.join(root, folder)).find((file) => /^licen[cs]e/i.test(file));
    if (!license) throw new Error(`${name} has no license file: it cannot be shipped`);
    return `${name} ${version}\n\n${readFileSync(path.join(root, folder, license), "utf8").trim()}\n`;
  });
  return ["The extension contains these packages.\n", ...texts].join(`\n${"-".repeat(80)}\n\n`);
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
