import path from "node:path";

/** root is the extension's folder; the tests run from out/test/unit. */
export const root = path.resolve(__dirname, "../../..");

/** repositoryRoot is the folder of the whole project. */
export const repositoryRoot = path.dirname(root);
