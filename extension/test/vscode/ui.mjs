// The main job as a person does it: see what is wrong, click Build, watch, land
// on the failing line.
import path from "node:path";
import { CodeServer } from "../rig/codeServer.mjs";
import { openBrowser, Workbench } from "../rig/workbench.mjs";

const settings = {
  "workbench.colorTheme": "Default Light Modern",
  "editor.fontSize": 13,
  "window.commandCenter": false,
};

/** runUiTest throws at the first thing that is not seen. */
export async function runUiTest({ rig, vsix, workspace, shots, screenshot }) {
  const server = new CodeServer(rig, { settings });
  let browser;
  let bench;
  try {
    server.installExtension(vsix);
    await server.start();
    browser = await openBrowser(rig);
    bench = new Workbench(await browser.newPage({ viewport: { width: 1400, height: 900 } }), shots);
    await bench.open(server.url(workspace));
    await seeProblems(bench);
    await buildFromLens(bench);
    await breakAndBuild(bench, screenshot);
  } catch (error) {
    await bench?.shot("failure", path.join(shots, "ui-failure.png"));
    throw error;
  } finally {
    await browser?.close();
    await server.stop();
  }
}

/** A wrong stage name in the Bake file is marked, and the mark goes when it is put right. */
async function seeProblems(bench) {
  await bench.openFile("docker-bake.hcl");
  await bench.lens("Build").first().waitFor();
  await bench.shot("lenses");
  await bench.replace('= "release"', '= "relese"');
  await bench.squiggles("error").first().waitFor();
  const rows = await bench.problems();
  await bench.until("the wrong stage among the problems", async () =>
    (await rows.allInnerTexts()).some((text) => text.includes("relese")),
  );
  await bench.shot("wrong-stage");
  await bench.replace('= "relese"', '= "release"');
  await bench.until("no error left", async () => (await bench.squiggles("error").count()) === 0);
}

/** The lens over the group builds, with progress, and says how it went. */
async function buildFromLens(bench) {
  await bench.openFile("docker-bake.hcl", 30);
  await (await bench.lensOver('group "default"', "Build")).click();
  await bench.until("a step in the progress", async () =>
    (await bench.notification("default").allInnerTexts()).some((text) => /\d+\/\d+\]/.test(text)),
  );
  await bench.statusBar("default").waitFor();
  await bench.until("steps in the output", async () => /#\d+ \[/.test(await bench.outputText()));
  await bench.shot("building");
  await bench.notification("built in").waitFor({ timeout: 180_000 });
  await bench.statusBar("embedded").waitFor();
  await bench.shot("built");
  await bench.command("Notifications: Clear All Notifications");
}

/** A RUN that fails is marked where it stands, and the editor goes there. */
async function breakAndBuild(bench, screenshot) {
  await bench.openFile("services/worker/Dockerfile");
  await bench.replace("grep -q '2 orders' /result.txt", "diff /expected.txt /result.txt");
  await bench.openFile("docker-bake.hcl", 30);
  await (await bench.lensOver('group "default"', "Build")).click();
  await bench.notification("failed").waitFor({ timeout: 180_000 });
  await bench.page.locator(".tab.active", { hasText: "Dockerfile" }).waitFor();
  await bench.squiggles("error").first().waitFor();
  await bench.until("the log in the output", async () => /\| .*expected\.txt/.test(await bench.outputText()));
  await bench.shot("failed");
  await bench.notification("failed").getByText("Go to the line").click();
  await bench.notification("failed").waitFor({ state: "hidden" });
  const rows = await bench.problems();
  await bench.until("the failure among the problems", async () =>
    (await rows.allInnerTexts()).some((text) => text.includes("worker") && text.includes("build")),
  );
  await rows.filter({ hasText: "in the build of worker" }).first().click();
  await bench.shot("failing-line", screenshot);
}
