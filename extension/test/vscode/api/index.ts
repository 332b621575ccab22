// Runs the suites of this folder inside the extension host. BUILDLENS_REPORT is
// the file that the report goes to, BUILDLENS_GREP the tests to run, else all.
import { appendFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { format } from "node:util";
import Mocha from "mocha";

/** run is what the editor calls; it rejects when a test fails. */
export async function run(): Promise<void> {
  const { BUILDLENS_REPORT: report, BUILDLENS_GREP: grep } = process.env;
  if (report) {
    Mocha.reporters.Base.consoleLog = (...args: unknown[]) => appendFileSync(report, format(...args) + "\n");
  }
  const mocha = new Mocha({ ui: "bdd", timeout: 60_000, reporter: "spec", color: false });
  if (grep) mocha.grep(new RegExp(grep));
  for (const name of readdirSync(__dirname).filter((file) => file.endsWith(".test.js"))) {
    mocha.addFile(path.join(__dirname, name));
  }
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} tests failed`);
}
