// The suite of api/ inside the real extension host.
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { CodeServer } from "../rig/codeServer.mjs";
import { openBrowser, Workbench } from "../rig/workbench.mjs";

const timeout = 300_000;

/** runApiSuite throws when a test fails. */
export async function runApiSuite({ rig, extension, tests, workspace, shots }) {
  mkdirSync(shots, { recursive: true });
  const log = path.join(shots, "api.log");
  rmSync(log, { force: true });
  const server = new CodeServer(rig, { env: { BUILDLENS_REPORT: path.join(path.dirname(workspace), "report") } });
  let browser;
  try {
    await server.start();
    browser = await openBrowser(rig);
    const page = await browser.newPage();
    const exit = new Promise((resolve) => page.exposeFunction("codeAutomationExit", resolve));
    // What the whole editor says; the suite reports into a file of its own.
    await page.exposeFunction("codeAutomationLog", (_, args) => appendFileSync(log, [args].flat().join(" ") + "\n"));
    await page.addInitScript(allowTests);
    await page.goto(
      server.url(workspace, [
        ["extensionDevelopmentPath", server.uri(extension)],
        ["extensionTestsPath", server.uri(tests)],
      ]),
      { waitUntil: "domcontentloaded" },
    );
    const code = await Promise.race([exit, expired()]);
    if (code !== 0) {
      await new Workbench(page, shots).shot("api-failure", path.join(shots, "api-failure.png"));
      throw new Error(`the suite in the extension host ended with ${code}`);
    }
  } finally {
    printReport(server.env.BUILDLENS_REPORT);
    await browser?.close();
    await server.stop();
  }
}

// A built VS Code runs tests only when the page's configuration has this
// option, which code-server cannot be asked for.
function allowTests() {
  const original = Element.prototype.getAttribute;
  Element.prototype.getAttribute = function (name) {
    const value = original.call(this, name);
    if (name !== "data-settings" || this.id !== "vscode-workbench-web-configuration" || !value) return value;
    const settings = JSON.parse(value);
    settings.developmentOptions = { ...settings.developmentOptions, enableSmokeTestDriver: true };
    return JSON.stringify(settings);
  };
}

function expired() {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`the extension host gave no result in ${timeout / 1000} s`)), timeout).unref();
  });
}

function printReport(file) {
  if (existsSync(file)) console.log(readFileSync(file, "utf8"));
}
