// The extension as it is shipped: its own files, the bundle and the programs.
import { accessSync, constants, cpSync, mkdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { bundleExtension } from "./bundle.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

const files = [
  "package.json",
  "README.md",
  "CHANGELOG.md",
  "LICENSE",
  "icon.png",
  "icon.svg",
  "language-configuration.json",
  "syntaxes",
  "out/main.js",
  "out/NOTICES.txt",
];

// The embedded builder exists on Linux only.
const programs = {
  linux: { needed: ["buildlens", "buildkitd", "runc"], optional: ["rootlesskit"] },
  darwin: { needed: ["buildlens"], optional: [] },
  win32: { needed: ["buildlens.exe"], optional: [] },
};

/** platformOf is "linux" of "linux-x64"; throws for a target that is none. */
function platformOf(target) {
  const platform = target.split("-")[0];
  if (!(platform in programs)) {
    throw new Error(`unknown target ${target}: want linux-x64, linux-arm64, darwin-arm64, win32-x64 or the like`);
  }
  return platform;
}

/** stage writes the extension for a target into a folder; its programs come from the folder bin. */
export async function stage(target, bin, folder) {
  const platform = platformOf(target);
  const { needed, optional } = programs[platform];
  const access = platform === "win32" ? constants.R_OK : constants.X_OK;
  const missing = needed.filter((name) => !allows(path.join(bin, name), access));
  if (missing.length > 0) {
    throw new Error(`${missing.join(", ")} missing in ${bin}: "make vsix" builds and places them`);
  }
  await bundleExtension();
  for (const name of files) cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
  mkdirSync(path.join(folder, "bin"));
  for (const name of [...needed, ...optional.filter((name) => allows(path.join(bin, name), access))]) {
    cpSync(path.join(bin, name), path.join(folder, "bin", name), { dereference: true });
  }
}

function allows(file, access) {
  try {
    accessSync(file, access);
    return true;
  } catch {
    return false;
  }
}
