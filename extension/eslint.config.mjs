import js from "@eslint/js";
import ts from "typescript-eslint";

const node = {
  console: "readonly",
  fetch: "readonly",
  process: "readonly",
  setTimeout: "readonly",
  clearTimeout: "readonly",
  URL: "readonly",
  URLSearchParams: "readonly",
};

export default ts.config(
  { ignores: ["out/", "bin/", "node_modules/", "test/rig/node_modules/", "src/protocol.gen.ts"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [ts.configs.strictTypeChecked, ts.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": "off",
    },
  },
  { files: ["**/*.mjs"], languageOptions: { globals: node } },
  { files: ["**/*.cjs"], languageOptions: { globals: { ...node, exports: "writable", require: "readonly" } } },
  // Has a function that runs in the page.
  { files: ["test/vscode/api.mjs"], languageOptions: { globals: { Element: "readonly" } } },
);
