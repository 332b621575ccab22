import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createOnigScanner, createOnigString, loadWASM } from "vscode-oniguruma";
import { INITIAL, parseRawGrammar, Registry, type IGrammar } from "vscode-textmate";
import { repositoryRoot, root } from "./paths";

async function loadGrammar(): Promise<IGrammar> {
  await loadWASM(readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm")));
  const registry = new Registry({
    onigLib: Promise.resolve({ createOnigScanner, createOnigString }),
    // Other languages are not here: the Dockerfile inside a heredoc stays one token.
    loadGrammar: (scope) => {
      if (scope !== "source.dockerbake") return Promise.resolve(null);
      const file = path.join(root, "syntaxes/dockerbake.tmLanguage.json");
      return Promise.resolve(parseRawGrammar(readFileSync(file, "utf8"), file));
    },
  });
  const grammar = await registry.loadGrammar("source.dockerbake");
  assert.ok(grammar);
  return grammar;
}

/** tokens is each line of the text with the innermost scopes of its tokens below it. */
function tokens(grammar: IGrammar, text: string): string {
  const out: string[] = [];
  let stack = INITIAL;
  for (const line of text.split("\n")) {
    const result = grammar.tokenizeLine(line, stack);
    stack = result.ruleStack;
    out.push(`>${line}`);
    for (const token of result.tokens) {
      const word = line.slice(token.startIndex, token.endIndex);
      if (word.trim() === "") continue;
      const scopes = token.scopes.slice(1).filter((scope) => !scope.startsWith("meta.block"));
      const names = scopes.map((scope) => scope.replace(/\.dockerbake$/, "")).join(" ");
      out.push(`  ${word.trim()} | ${names}`);
    }
  }
  return out.join("\n") + "\n";
}

describe("grammar", () => {
  let grammar: IGrammar;
  before(async () => (grammar = await loadGrammar()));

  it("gives every token of the sample its scope (UPDATE=1 renews the file)", () => {
    const sample = path.join(root, "test/grammar/features.bake.hcl");
    const golden = `${sample}.tokens`;
    const got = tokens(grammar, readFileSync(sample, "utf8"));
    if (process.env.UPDATE) writeFileSync(golden, got);
    assert.equal(got, readFileSync(golden, "utf8"));
  });

  it("leaves no string open at the end of a well-formed file", () => {
    const file = path.join(repositoryRoot, "testdata/workspaces/storefront/docker-bake.hcl");
    const probe = grammar.tokenizeLine('variable "after" {', endOf(grammar, readFileSync(file, "utf8")));
    const keyword = probe.tokens.find((token) => token.scopes.includes("storage.type.block.dockerbake"));
    assert.equal(keyword?.startIndex, 0);
  });
});

function endOf(grammar: IGrammar, text: string): typeof INITIAL {
  let stack = INITIAL;
  for (const line of text.split("\n")) stack = grammar.tokenizeLine(line, stack).ruleStack;
  return stack;
}
