import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { comparePages } from "./generated-docs.ts";
import { runTool } from "./run-tool.ts";
import { memoryTree } from "./source-tree.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("types gate: the compiler fails on a wrong type and its words come through", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "lakehose-check-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "wrong.ts");
  writeFileSync(file, 'export const count: number = "many";\n');
  const findings = await runTool(root, "typescript/bin/tsc", ["--noEmit", "--ignoreConfig", "--pretty", "false", file]);
  assert.match(findings[0]?.message ?? "", /not assignable to type 'number'/);
});

test("lint gate: biome fails on an unused import and its words come through", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "lakehose-check-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "unused.ts");
  writeFileSync(file, 'import { join } from "node:path";\n');
  const findings = await runTool(root, "@biomejs/biome/bin/biome", [
    "lint",
    "--colors=off",
    "--vcs-enabled=false",
    file,
  ]);
  assert.match(findings[0]?.message ?? "", /noUnusedImports/);
});

test("generated docs finds missing, stale and foreign pages", () => {
  const tree = memoryTree({ "docs/reference/a.md": "old", "docs/reference/c.md": "?" });
  const pages = new Map([
    ["a.md", "new"],
    ["b.md", "b"],
  ]);
  const found = comparePages(tree, pages).map(({ file, message }) => `${file} ${message.split(";")[0]}`);
  assert.deepEqual(found, [
    "docs/reference/a.md is not what the code says",
    "docs/reference/b.md is missing",
    "docs/reference/c.md nothing generates this page",
  ]);
});
