// Writes contributes.configuration of package.json: the server's settings, which
// are generated from its Go types (configuration.gen.json), and the few that
// only concern this shell (configuration.client.json).
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const read = (name) => JSON.parse(readFileSync(path.join(root, name), "utf8"));

/** configuration is what package.json contributes. */
export function configuration() {
  const server = read("configuration.gen.json");
  const properties = { ...server.properties, ...read("configuration.client.json") };
  return {
    title: server.title,
    properties: Object.fromEntries(Object.entries(properties).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const manifest = read("package.json");
  manifest.contributes.configuration = configuration();
  writeFileSync(path.join(root, "package.json"), JSON.stringify(manifest, null, 2) + "\n");
}
