// A workspace that is not trusted: language features, but no builds.
import path from "node:path";
import { CodeServer } from "../rig/codeServer.mjs";
import { openBrowser, Workbench } from "../rig/workbench.mjs";

const settings = {
  "security.workspace.trust.enabled": true,
  "security.workspace.trust.startupPrompt": "never",
  "security.workspace.trust.banner": "never",
};

/** runTrustTest throws at the first thing that is not seen. */
export async function runTrustTest({ rig, vsix, workspace, shots }) {
  const server = new CodeServer(rig, { settings });
  let browser;
  let bench;
  try {
    server.installExtension(vsix);
    await server.start({ trust: "on" });
    browser = await openBrowser(rig);
    bench = new Workbench(await browser.newPage({ viewport: { width: 1200, height: 700 } }), shots);
    await bench.open(server.url(workspace));
    await bench.statusBar("Restricted Mode").waitFor();
    await bench.openFile("docker-bake.hcl");
    await bench.replace('= "release"', '= "relese"');
    await bench.squiggles("error").first().waitFor();
    await refused(bench);
  } catch (error) {
    await bench?.shot("failure", path.join(shots, "trust-failure.png"));
    throw error;
  } finally {
    await browser?.close();
    await server.stop();
  }
}

/** The click asks for trust and builds nothing. */
async function refused(bench) {
  await (await bench.lensOver('target "api"', "Build")).click();
  await bench.notification("Manage Workspace Trust").first().waitFor();
  await bench.shot("refused", path.join(bench.shots, "untrusted.png"));
  if ((await bench.statusBar("embedded").count()) > 0) throw new Error("a build ran without trust");
}
