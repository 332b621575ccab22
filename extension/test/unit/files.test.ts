import assert from "node:assert/strict";
import { kindOf } from "../../src/files";

describe("files", () => {
  const documents: [string, string, ReturnType<typeof kindOf>][] = [
    ["/w/docker-bake.hcl", "dockerbake", "bake"],
    ["/w/docker-bake.json", "json", "bake"],
    ["/w/docker-bake.override.json", "json", "bake"],
    ["/w/release.bake.json", "json", "bake"],
    ["/w/release.bake.hcl", "terraform", "bake"],
    ["/w/any.name", "dockerbake", "bake"],
    ["/w/package.json", "json", undefined],
    ["/w/Dockerfile", "dockerfile", "dockerfile"],
    ["/w/web.Dockerfile", "dockerfile", "dockerfile"],
    ["/w/compose.yaml", "dockercompose", undefined],
  ];
  for (const [path, languageId, want] of documents) {
    it(`${path} as ${languageId}: ${want ?? "not built"}`, () => assert.equal(kindOf({ path, languageId }), want));
  }
});
