import assert from "node:assert/strict";
import * as vscode from "vscode";
import { diagnostic, file, gone, open, replace, until } from "./support";

const dockerfile = "services/worker/Dockerfile";
const fromBuild = (problem: vscode.Diagnostic): boolean => problem.source === "build";

interface Result {
  buildId: string;
  targets: Record<string, { steps: number }>;
}

function bake(...targets: string[]): Thenable<Result | undefined> {
  return vscode.commands.executeCommand<Result | undefined>("buildlens.bake", {
    uri: file("docker-bake.hcl").toString(),
    targets,
  });
}

describe("builds", () => {
  before(() => open("docker-bake.hcl"));

  it("prints a plan", async () => {
    await vscode.commands.executeCommand("buildlens.bake.print", {
      uri: file("docker-bake.hcl").toString(),
      targets: ["worker"],
    });
    const document = await until("the plan", () => {
      const front = vscode.window.activeTextEditor?.document;
      return front?.uri.scheme === "buildlens-plan" && front;
    });
    assert.equal(document.languageId, "json");
    const plan = JSON.parse(document.getText()) as { target: Record<string, unknown> };
    assert.deepEqual(Object.keys(plan.target), ["worker"]);
  });

  it("builds a target and answers with its result", async () => {
    const result = await bake("worker");
    assert.ok(result);
    assert.deepEqual(Object.keys(result.targets), ["worker"]);
    assert.ok((result.targets.worker?.steps ?? 0) > 0);
    await vscode.workspace.fs.stat(file("dist/worker.tar"));
  });

  it("saves what is edited, marks the failing instruction and goes there", async () => {
    const document = await open(dockerfile);
    await replace(document, "'2 orders'", "'3 orders'");
    await open("docker-bake.hcl");
    assert.equal(await bake("worker"), undefined);
    assert.equal(document.isDirty, false);
    const problem = await diagnostic(document, "the failure", fromBuild);
    assert.match(document.lineAt(problem.range.start.line).text, /^RUN printf/);
    assert.equal(problem.severity, vscode.DiagnosticSeverity.Error);
    await until("the Dockerfile in front", () => vscode.window.activeTextEditor?.document === document);

    await replace(document, "'3 orders'", "'2 orders'");
    await gone(document, "failure after the edit", fromBuild);
    assert.ok(await bake("worker"));
  });

  it("cancels a build", async () => {
    const document = await open(dockerfile);
    await replace(document, "RUN printf", "RUN sleep 600; printf");
    const building = bake("worker");
    // The command does nothing until the build has started.
    let ended = false;
    void building.then(() => (ended = true));
    await until("the end of the build", async () => {
      await vscode.commands.executeCommand("buildlens.cancelBuild");
      return ended;
    });
    assert.equal(await building, undefined);
    await replace(document, "RUN sleep 600; printf", "RUN printf");
    await document.save();
  });
});
