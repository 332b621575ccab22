import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import * as protocol from "../../src/protocol.gen";
import { root } from "./paths";

interface Manifest {
  contributes: {
    commands: { command: string }[];
    menus: Record<string, { command: string }[]>;
    configuration: { title: string; properties: Record<string, unknown> };
  };
}

interface Lockfile {
  packages: Record<string, { version?: string; resolved?: string; integrity?: string }>;
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(path.join(root, file), "utf8"));
}

const { contributes } = readJson("package.json") as Manifest;
const commands = contributes.commands.map(({ command }) => command);

describe("package.json", () => {
  it('has the settings of the server and of the shell ("npm run manifest" renews them)', () => {
    const server = readJson("configuration.gen.json") as Manifest["contributes"]["configuration"];
    const own = readJson("configuration.client.json") as Record<string, unknown>;
    assert.deepEqual(contributes.configuration, {
      title: server.title,
      properties: { ...server.properties, ...own },
    });
  });

  it("keeps the shell's settings out of the server's sections", () => {
    const server = readJson("configuration.gen.json") as Manifest["contributes"]["configuration"];
    const section = (key: string): string => key.split(".")[1] ?? "";
    const taken = new Set(Object.keys(server.properties).map(section));
    const own = Object.keys(readJson("configuration.client.json") as object);
    assert.deepEqual(own.filter((key) => taken.has(section(key))), []);
  });

  // The client library registers the server's commands under their own names.
  it("has no command that the server has too", () => {
    const servers = new Set<unknown>(Object.values(protocol));
    assert.deepEqual(commands.filter((command) => servers.has(command)), []);
  });

  it("has only commands in menus that exist", () => {
    const used = Object.values(contributes.menus).flat();
    assert.deepEqual(used.filter(({ command }) => !commands.includes(command)), []);
  });

  it("implements every command", () => {
    const source = readFileSync(path.join(root, "src/commands.ts"), "utf8");
    assert.deepEqual(commands.filter((command) => !source.includes(`"${command}":`)), []);
  });
});

describe("lockfiles", () => {
  const folders = [".", "test/rig"].filter((folder) =>
    readdirSync(path.join(root, folder)).includes("package.json"),
  );
  for (const folder of folders) {
    it(`${folder}: every package is pinned by its hash and names no host`, () => {
      const { packages } = readJson(path.join(folder, "package-lock.json")) as Lockfile;
      const entries = Object.entries(packages).filter(([name]) => name !== "");
      assert.ok(entries.length > 0);
      assert.deepEqual(entries.filter(([, entry]) => entry.resolved !== undefined).map(([name]) => name), []);
      assert.deepEqual(entries.filter(([, entry]) => !entry.integrity).map(([name]) => name), []);
    });
  }
});
