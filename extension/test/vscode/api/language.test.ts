import assert from "node:assert/strict";
import * as vscode from "vscode";
import { codeOf, diagnostic, file, gone, open, rangeOf, replace, until } from "./support";

const bakeFile = "docker-bake.hcl";
const dockerfile = "services/worker/Dockerfile";

async function lenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
  return until("lenses", async () => {
    const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      "vscode.executeCodeLensProvider",
      document.uri,
      100,
    );
    return found.length > 0 && found;
  });
}

describe("language features", () => {
  it("knows Bake files by their names", async () => {
    assert.equal((await open(bakeFile)).languageId, "dockerbake");
    assert.equal((await open("docker-bake.override.hcl")).languageId, "dockerbake");
  });

  it("has lenses whose commands exist", async () => {
    const found = await lenses(await open(bakeFile));
    const commands = new Set(await vscode.commands.getCommands(true));
    for (const { command } of found) {
      assert.ok(command);
      assert.ok(command.command === "" || commands.has(command.command), command.command);
    }
    const titles = found.map(({ command }) => command?.title ?? "");
    for (const title of ["Build", "Check", "Print"]) {
      assert.ok(titles.some((text) => text.includes(title)), `${title} in ${titles.join(", ")}`);
    }
  });

  it("has a Build lens over the stages of a Dockerfile", async () => {
    const found = await lenses(await open(dockerfile));
    assert.ok(found.some(({ command }) => command?.title.includes("Build")));
  });

  it("runs BuildKit's checks while one types", async () => {
    const document = await open(dockerfile);
    const casing = (problem: vscode.Diagnostic): boolean => codeOf(problem) === "StageNameCasing";
    await replace(document, "tcc AS build", "tcc AS Build");
    const problem = await diagnostic(document, "StageNameCasing", casing);
    assert.equal(document.getText(problem.range), "Build");
    await replace(document, "tcc AS Build", "tcc AS build");
    await gone(document, "StageNameCasing", casing);
  });

  it("sees across files that a stage does not exist", async () => {
    const document = await open(bakeFile);
    const names = (problem: vscode.Diagnostic): boolean => problem.message.includes("relese");
    await replace(document, '= "release"', '= "relese"');
    const problem = await diagnostic(document, "the unknown stage", names);
    assert.match(document.getText(problem.range), /relese/);
    await replace(document, '= "relese"', '= "release"');
    await gone(document, "unknown stage", names);
  });

  it("shows evaluated values in hovers", async () => {
    const document = await open(bakeFile);
    const position = rangeOf(document, 'image("worker")').start;
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      "vscode.executeHoverProvider",
      document.uri,
      position,
    );
    const text = hovers.flatMap(({ contents }) => contents).map((part) => (part instanceof vscode.MarkdownString ? part.value : ""));
    assert.match(text.join("\n"), /registry\.example\.com\/storefront/);
  });

  it("goes to an inherited target", async () => {
    const document = await open(bakeFile);
    const from = rangeOf(document, '"_common"]').start.translate(0, 2);
    const to = rangeOf(document, 'target "_common"').start;
    const found = await vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[]>(
      "vscode.executeDefinitionProvider",
      document.uri,
      from,
    );
    const lines = found.map((place) => ("targetRange" in place ? place.targetRange : place.range).start.line);
    assert.ok(lines.includes(to.line), `line ${to.line} in ${lines.join(", ")}`);
  });

  it("serves Bake files in JSON, which keep their language", async () => {
    const uri = file("json/docker-bake.json");
    await vscode.workspace.fs.writeFile(uri, Buffer.from('{"target": {"app": {"tags": ["${nope}"]}}}'));
    const document = await open("json/docker-bake.json");
    assert.equal(document.languageId, "json");
    await diagnostic(document, "the unknown variable", (problem) => problem.message.includes("nope"));
  });
});
