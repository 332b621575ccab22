// A throw-away VS Code served on a loopback port, with a home of its own.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";

const quiet = {
  "chat.disableAIFeatures": true,
  "editor.minimap.enabled": false,
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "git.enabled": false,
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "window.menuBarVisibility": "compact",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.welcomePage.walkthroughs.openOnInstall": false,
};

/** CodeServer is one VS Code. Call stop, also when something failed. */
export class CodeServer {
  /** rig is what install() returned; env is what the editor and its servers see besides this process's. */
  constructor(rig, { settings = {}, env = {} } = {}) {
    this.rig = rig;
    this.home = mkdtempSync(path.join(os.tmpdir(), "buildlens-vscode-"));
    this.env = { ...process.env, XDG_CONFIG_HOME: this.home, ...env };
    delete this.env.VSCODE_IPC_HOOK_CLI;
    mkdirSync(path.join(this.home, "data/User"), { recursive: true });
    mkdirSync(path.join(this.home, "extensions"));
    writeFileSync(path.join(this.home, "data/User/settings.json"), JSON.stringify({ ...quiet, ...settings }));
    writeFileSync(path.join(this.home, "config.yaml"), "auth: none\ncert: false\n");
  }

  /** installExtension installs a .vsix as a person would. */
  installExtension(vsix) {
    const args = [this.rig.entry, ...this.#common(), "--install-extension", vsix, "--force"];
    const done = spawnSync(this.rig.node, args, { encoding: "utf8", env: this.env });
    if (done.status !== 0) throw new Error(`${vsix} was not installed:\n${done.stdout}${done.stderr}`);
  }

  /** start serves the editor and waits until it answers. */
  async start({ trust = "off" } = {}) {
    const port = await freePort();
    this.authority = `127.0.0.1:${port}`;
    const flags = ["--auth", "none", "--bind-addr", this.authority, "--disable-telemetry", "--disable-update-check"];
    if (trust === "off") flags.push("--disable-workspace-trust");
    const log = openSync(path.join(this.home, "server.log"), "w");
    this.process = spawn(
      this.rig.node,
      [this.rig.entry, ...this.#common(), ...flags, "--disable-getting-started-override"],
      { stdio: ["ignore", log, log], env: this.env, detached: true },
    );
    for (let tries = 0; !(await answers(`http://${this.authority}/healthz`)); tries++) {
      if (tries === 300 || this.process.exitCode !== null) throw new Error(`VS Code did not start:\n${this.log()}`);
      await sleep(100);
    }
  }

  /** url opens a folder; payload is what only a URL can say, such as which tests run. */
  url(folder, payload = []) {
    const query = new URLSearchParams({ folder });
    if (payload.length > 0) query.set("payload", JSON.stringify(payload));
    return `http://${this.authority}/?${query}`;
  }

  /** uri names a local file as the editor does. */
  uri(file) {
    return `vscode-remote://${this.authority}${file}`;
  }

  /** log is what the server printed. */
  log() {
    return readFileSync(path.join(this.home, "server.log"), "utf8").slice(-4000);
  }

  /** stop ends the editor with all it started, and removes its home. */
  async stop() {
    if (this.process) {
      signalGroup(this.process.pid, "SIGTERM");
      for (let tries = 0; tries < 50 && signalGroup(this.process.pid, 0); tries++) await sleep(100);
      signalGroup(this.process.pid, "SIGKILL");
    }
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5 });
  }

  #common() {
    const config = path.join(this.home, "config.yaml");
    const data = path.join(this.home, "data");
    return ["--config", config, "--user-data-dir", data, "--extensions-dir", path.join(this.home, "extensions")];
  }
}

export function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** signalGroup tells whether the process group still exists. */
function signalGroup(pid, signal) {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}

async function answers(url) {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
