import assert from "node:assert/strict";
import { Builds, countSteps } from "../../src/builds";
import { batch, started, step } from "./events";

describe("builds", () => {
  it("counts the steps that people see", () => {
    const builds = new Builds();
    builds.apply(batch("b", started("bake app"), step("one", "running"), step("one", "done"), step("two", "running")));
    builds.apply(batch("b", step("load", "done", { internal: true }), step("three", "cached")));
    const [build, ...others] = builds.running;
    assert.ok(build);
    assert.deepEqual(others, []);
    assert.deepEqual(countSteps(build), { done: 2, total: 3 });
  });

  it("remembers how the last build ended", () => {
    const builds = new Builds();
    builds.apply(batch("b", started("bake app"), { finished: { state: "failed", duration: 1500 } }));
    assert.deepEqual(builds.running, []);
    assert.deepEqual(builds.last, { title: "bake app", result: { state: "failed", duration: 1500 } });
  });

  it("ignores what belongs to no build that runs", () => {
    const builds = new Builds();
    builds.apply(batch("old", step("one", "done"), { finished: { state: "succeeded", duration: 1 } }));
    assert.deepEqual(builds.running, []);
    assert.equal(builds.last, undefined);
  });

  it("forgets what ran when the server is gone", () => {
    const builds = new Builds();
    builds.apply(batch("b", started("bake app")));
    builds.clear();
    assert.deepEqual(builds.running, []);
  });
});
