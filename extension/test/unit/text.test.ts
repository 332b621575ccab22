import assert from "node:assert/strict";
import { Builds } from "../../src/builds";
import { seconds, statusText } from "../../src/text";
import { batch, started, step } from "./events";

describe("text", () => {
  const durations: [number, string][] = [
    [0, "0.0s"],
    [49, "0.0s"],
    [1250, "1.3s"],
    [59_940, "59.9s"],
    [59_960, "1m00s"],
    [125_000, "2m05s"],
  ];
  for (const [milliseconds, want] of durations) {
    it(`shows ${milliseconds} ms as ${want}`, () => assert.equal(seconds(milliseconds), want));
  }

  it("shows the builder while nothing runs, then what runs, then how it ended", () => {
    const builds = new Builds();
    const text = (): string => statusText("auto", builds.running, builds.last);
    assert.equal(text(), "$(package) Buildlens: auto");
    builds.apply(batch("a", started("bake app")));
    assert.equal(text(), "$(sync~spin) bake app");
    builds.apply(batch("a", step("one", "done"), step("two", "running")));
    assert.equal(text(), "$(sync~spin) bake app 1/2");
    builds.apply(batch("b", started("bake web")));
    assert.equal(text(), "$(sync~spin) 2 builds");
    builds.apply(batch("b", { finished: { state: "succeeded", duration: 1 } }));
    builds.apply(batch("a", { finished: { state: "failed", duration: 1 } }));
    assert.equal(text(), "$(error) Buildlens: auto");
  });
});
