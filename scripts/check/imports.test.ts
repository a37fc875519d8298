import assert from "node:assert/strict";
import { test } from "node:test";
import { importsOf, resolveImport } from "./imports.ts";

test("importsOf finds every form of import with its line and no mention in a comment", () => {
  const text = [
    '// import { no } from "./comment.ts";',
    'import "./side-effect.ts";',
    "import {",
    "  one,",
    '} from "./many-lines.ts";',
    'export { two } from "./re-exported.ts";',
    'export const three = "import nothing from here";',
    'const four = await import("./lazy.ts");',
  ].join("\n");
  assert.deepEqual(importsOf(text), [
    { specifier: "./side-effect.ts", line: 2 },
    { specifier: "./many-lines.ts", line: 3 },
    { specifier: "./re-exported.ts", line: 6 },
    { specifier: "./lazy.ts", line: 8 },
  ]);
});

test("resolveImport follows relative specifiers and leaves packages alone", () => {
  assert.equal(resolveImport("src/log/embedded/a.ts", "../log.ts"), "src/log/log.ts");
  assert.equal(resolveImport("src/log/a.ts", "zod"), undefined);
});
