import assert from "node:assert/strict";
import { PlainLog } from "../../src/plainLog";
import { batch, started, step } from "./events";

const log = (): PlainLog => new PlainLog((uri) => uri.replace("file://", ""));

describe("plain log", () => {
  it("writes a build as BuildKit's plain progress does", () => {
    const lines = log().lines(
      batch(
        "b",
        started("bake app"),
        step("load", "pending"),
        step("load", "running"),
        step("load", "done", { duration: 240 }),
        step("COPY", "cached"),
        step("RUN", "running"),
        { log: { step: "RUN", stream: 1, text: "half a " } },
        { log: { step: "RUN", stream: 1, text: "line\n\u001b[31mred\u001b[0m\n10%\r100%\nopen" } },
        step("RUN", "failed", { error: "exit code: 2" }),
      ),
    );
    assert.deepEqual(lines, [
      "> bake app (builder embedded)",
      "#1 [app] load",
      "#1 DONE 0.2s",
      "#2 [app] COPY",
      "#2 CACHED",
      "#3 [app] RUN",
      "#3 0.200 half a line",
      "#3 0.200 red",
      "#3 0.200 100%",
      "#3 0.300 open",
      "#3 ERROR: exit code: 2",
    ]);
  });

  it("names the targets of a step when there are several", () => {
    const start = { builder: "b", driver: "embedded", targets: ["api", "web"], title: "bake default" };
    const lines = log().lines(
      batch(
        "b",
        { started: start },
        { step: { id: "1", name: "[build 1/4] RUN make", state: "running", targets: ["api"] } },
        { step: { id: "2", name: "exporting", state: "running", targets: ["api", "web"] } },
        { step: { id: "3", name: "[internal] load", state: "running" } },
      ),
    );
    assert.deepEqual(lines, [
      "> bake default (builder b, embedded)",
      "#1 [api build 1/4] RUN make",
      "#2 [api,web] exporting",
      "#3 [internal] load",
    ]);
  });

  it("ends a failed build with the place, the log and the hint", () => {
    const range = { start: { line: 11, character: 0 }, end: { line: 11, character: 4 } };
    const failure = {
      buildId: "b",
      message: "exit code: 2",
      step: "RUN make",
      exitCode: 2,
      logTail: ["make: ***"],
      uri: "file:///w/Dockerfile",
      range,
      hint: "Try again.",
    };
    const lines = log().lines(
      batch("b", { target: { name: "app", failure } }, { finished: { state: "failed", duration: 61_000 } }),
    );
    assert.deepEqual(lines, [
      "",
      "ERROR app: exit code: 2",
      "  at /w/Dockerfile:12",
      "  RUN make",
      "  | make: ***",
      "  Try again.",
      "",
      "Build failed after 1m01s",
      "",
    ]);
  });

  it("says where results are", () => {
    const result = {
      digest: "sha256:1",
      outputs: [{ type: "oci", dest: "dist/app.tar" }, { type: "image", dest: "r.example.com/app", push: true }],
      steps: 4,
      cached: 3,
      duration: 900,
      callText: "no warnings\n",
    };
    assert.deepEqual(log().lines(batch("b", { target: { name: "app", result } })), [
      "app: done in 0.9s, 3 of 4 steps cached",
      "  sha256:1",
      "  oci dist/app.tar",
      "  pushed r.example.com/app",
      "no warnings",
    ]);
  });

  it("takes lists that are null, warnings, notices and what was left out", () => {
    assert.deepEqual(log().lines({ version: 1, buildId: "b", seq: 1, events: null }), []);
    const lines = log().lines({
      ...batch(
        "b",
        { warning: { rule: "StageNameCasing", message: "use lower case", uri: "file:///w/Dockerfile", line: 3 } },
        { notice: { level: "info", message: "started a builder" } },
        { target: { name: "app", canceled: true } },
      ),
      dropped: 7,
    });
    assert.deepEqual(lines, [
      "(7 lines of output left out)",
      "warning: StageNameCasing: use lower case (/w/Dockerfile:3)",
      "info: started a builder",
      "app: canceled",
    ]);
  });
});
