import assert from "node:assert/strict";
import { test } from "node:test";
import { type CrashCase, crashAtEachStep, workOnce } from "../../../test/fakes/rewriting-crash.ts";
import { TableCompaction } from "./compact-table.ts";

const WORDS = ["1", "2", "3", "4", "5", "6"];

const CASE: CrashCase = {
  tables: [
    {
      name: "orders",
      storageDescriptor: {
        columns: [{ name: "word", type: "string" }],
        location: "s3://lake/t/",
        serdeInfo: { serializationLibrary: "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe" },
      },
    },
  ],
  objects: { "t/a": ["1", "2"], "t/b": ["3"], "t/c": ["4", "5", "6"] },
  scratch: "pretend",
  work: (run) => {
    const settings = { database: "sales", table: "orders", partition: {}, targetBytes: 1000, filesMin: 2, ageMsMin: 0 };
    return new TableCompaction(settings, run).compact();
  },
  check: async (process, when) => {
    assert.deepEqual(await process.read(), WORDS, when);
  },
  checkAtRest: async (process, when) => {
    const keys = await process.keys();
    assert.deepEqual(await process.readByListing(), WORDS, `${when}: ${keys}`);
    assert.ok(keys.length === 3 || keys.length === 1, `${when}: ${keys}`);
    return keys.length === 1 ? "whole" : "undone";
  },
};

test("a compaction that nothing interrupts leaves one file", async () => {
  const process = await workOnce(CASE);
  assert.equal(await CASE.checkAtRest(process, "at rest"), "whole");
  assert.match((await process.keys()).join(), /^t\/a-rewritten-[0-9a-f]{16}$/);
});

for (const how of ["power", "kill"] as const) {
  test(`a compaction that ends at any step (${how}) leaves each record once and nothing else`, () =>
    crashAtEachStep(CASE, how));
}
