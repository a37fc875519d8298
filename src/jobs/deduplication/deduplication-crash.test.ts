import assert from "node:assert/strict";
import { test } from "node:test";
import { type CrashCase, crashAtEachStep, workOnce } from "../../../test/fakes/rewriting-crash.ts";
import { TableDeduplication } from "./deduplicate-table.ts";

const ALL = [1, 1, 2, 2, 3, 4];
const ONCE = [1, 2, 3, 4];

const line = (id: number) => `{"id":${id}}`;

const isOnce = (lines: readonly string[]) => lines.length === ONCE.length;

const CASE: CrashCase = {
  tables: [
    {
      name: "orders",
      storageDescriptor: {
        columns: [{ name: "id", type: "int" }],
        location: "s3://lake/t/",
        serdeInfo: { serializationLibrary: "org.openx.data.jsonserde.JsonSerDe" },
      },
    },
  ],
  objects: { "t/a": [1, 2].map(line), "t/b": [2, 3].map(line), "t/c": [1].map(line), "t/d": [4].map(line) },
  scratch: "real",
  work: (run) => {
    const window = { partition: {}, lastPartitions: undefined, changedWithinMs: undefined, ageMsMin: 0 };
    const rule = { keys: ["id"], order: undefined, keep: "first" as const };
    return new TableDeduplication({ database: "sales", table: "orders", ...window, ...rule }, run).deduplicate();
  },
  check: async (process, when) => {
    const found = await process.read();
    assert.deepEqual(found, (isOnce(found) ? ONCE : ALL).map(line), when);
  },
  checkAtRest: async (process, when) => {
    const found = await process.read();
    const isWhole = isOnce(found);
    assert.deepEqual(await process.readByListing(), found, when);
    const keys = await process.keys();
    // Nothing but a repeat was in t/c; t/a and t/d hold none.
    assert.equal(keys.length, isWhole ? 3 : 4, `${when}: ${keys}`);
    return isWhole ? "whole" : "undone";
  },
};

test("a de-duplication that nothing interrupts leaves each row once", async () => {
  const process = await workOnce(CASE);
  assert.equal(await CASE.checkAtRest(process, "at rest"), "whole");
  const keys = await process.keys();
  assert.deepEqual([keys[0], keys[2]], ["t/a", "t/d"]);
  assert.match(keys[1] ?? "", /^t\/b-rewritten-[0-9a-f]{16}$/);
});

test("a de-duplication that ends at any step leaves all repeats or none, and nothing else", { timeout: 120_000 }, () =>
  crashAtEachStep(CASE),
);
