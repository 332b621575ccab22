import assert from "node:assert/strict";
import { serverPath, type ServerPathInput } from "../../src/serverPath";

describe("server path", () => {
  const base: ServerPathInput = {
    configured: "",
    extensionDir: "/x",
    home: "/home/u",
    platform: "linux",
    exists: () => true,
  };
  const cases: [string, Partial<ServerPathInput>, string][] = [
    ["the bundled program", {}, "/x/bin/buildlens"],
    ["the bundled program of Windows", { platform: "win32" }, "/x/bin/buildlens.exe"],
    ["the one on PATH when none is bundled", { exists: () => false }, "buildlens"],
    ["the configured one", { configured: "/opt/buildlens" }, "/opt/buildlens"],
    ["the configured one below the home folder", { configured: "~/bin/buildlens" }, "/home/u/bin/buildlens"],
  ];
  for (const [name, change, want] of cases) {
    it(name, () => assert.equal(serverPath({ ...base, ...change }), want));
  }
});
