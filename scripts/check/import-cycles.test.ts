import assert from "node:assert/strict";
import { test } from "node:test";
import { importCycles } from "./import-cycles.ts";
import { memoryTree } from "./source-tree.ts";

test("import cycles names each file of the circle", async () => {
  const tree = memoryTree({
    "src/std/a.ts": 'import { b } from "./b.ts";\n',
    "src/std/b.ts": 'import {\n  c,\n} from "./c.ts";\n',
    "src/std/c.ts": 'import type { A } from "./a.ts";\n',
    "src/std/d.ts": 'import { a } from "./a.ts";\n',
  });
  const findings = await importCycles.run(tree);
  assert.equal(findings.length, 1);
  assert.match(findings[0]?.message ?? "", /src\/std\/a\.ts -> src\/std\/b\.ts -> src\/std\/c\.ts -> src\/std\/a\.ts/);
});

test("import cycles has no objection to a diamond", async () => {
  const tree = memoryTree({
    "src/std/a.ts": 'import { b } from "./b.ts";\nimport { c } from "./c.ts";\n',
    "src/std/b.ts": 'import { d } from "./d.ts";\n',
    "src/std/c.ts": 'import { d } from "./d.ts";\n',
    "src/std/d.ts": "export const d = 1;\n",
  });
  assert.deepEqual(await importCycles.run(tree), []);
});
