import assert from "node:assert/strict";
import { test } from "node:test";
import { importDirection } from "./import-direction.ts";
import { memoryTree } from "./source-tree.ts";

async function objections(files: Record<string, string>): Promise<string[]> {
  return (await importDirection.run(memoryTree(files))).map(({ message }) => message);
}

test("import direction lets a room import from below", async () => {
  assert.deepEqual(await objections({ "src/log/log.ts": 'import type { Batch } from "../model/records.ts";\n' }), []);
});

test("import direction refuses an import from above, with the way in between", async () => {
  const [message] = await objections({ "src/model/a.ts": 'import { b } from "../log/b.ts";\n' });
  assert.match(message ?? "", /model imports log, which stands above it \(model <- telemetry <- log\)/);
});

test("import direction counts type imports and import() types", async () => {
  const found = await objections({
    "src/std/a.ts": 'import type { B } from "../model/b.ts";\nexport type C = import("../log/c.ts").C;\n',
  });
  assert.equal(found.length, 2);
});

test("import direction makes strangers of siblings", async () => {
  const [message] = await objections({ "src/formats/a.ts": 'export * from "../storage/b.ts";\n' });
  assert.match(message ?? "", /its sibling; siblings are strangers/);
});

test("import direction lets delivery see contracts and no implementation", async () => {
  const found = await objections({
    "src/delivery/a.ts":
      'import type { Log } from "../log/log.ts";\nimport { open } from "../log/embedded/embedded-log.ts";\n',
    "src/delivery/a.test.ts": 'import { open } from "../log/embedded/embedded-log.ts";\n',
  });
  assert.equal(found.length, 1);
  assert.match(found[0] ?? "", /embedded-log\.ts, an implementation/);
});

test("import direction keeps the product free of test code", async () => {
  const [message] = await objections({ "src/log/a.ts": 'import { fake } from "../../test/fakes/disk.ts";\n' });
  assert.match(message ?? "", /only tests may use test\//);
});

test("import direction asks for a place for an unknown room", async () => {
  const [message] = await objections({ "src/attic/a.ts": 'import { b } from "../std/b.ts";\n' });
  assert.match(message ?? "", /"attic" is no room of the house/);
});

test("import direction keeps the console to itself: it takes nothing of the server, and the server nothing of it", async () => {
  const own = 'import { useQuery } from "@tanstack/react-query";\nimport { Badge } from "../ui/badge.tsx";\n';
  assert.deepEqual(await objections({ "console/src/pages/a.tsx": own }), []);
  const [taken] = await objections({
    "console/src/a.ts": 'import type { Streams } from "../../src/streams/streams.ts";\n',
  });
  assert.match(taken ?? "", /which no browser has/);
  const [given] = await objections({ "src/api/a.ts": 'import { x } from "../../console/src/a.ts";\n' });
  assert.match(given ?? "", /not part of it/);
});
