import assert from "node:assert/strict";
import { test } from "node:test";
import { planChunks } from "./plan-chunks.ts";
import type { RowSource } from "./session.ts";

/** Keys 1 to `rows`; takes the bound and the step out of the statement that it is asked. */
function keysUpTo(rows: number, asked: string[] = []): RowSource {
  return {
    rows: async (sql) => {
      asked.push(sql);
      const after = Number(/> \('(\d+)'::bigint\)/.exec(sql)?.[1] ?? 0);
      const found = after + Number(/OFFSET (\d+)/.exec(sql)?.[1]) + 1;
      return found <= rows ? [[String(found)]] : [];
    },
    copy: () => assert.fail("plans read no rows"),
  };
}

const table = { schema: "public", name: "orders", key: [{ name: "id", typeText: "bigint" }] };

test("planChunks cuts without gaps and leaves the last chunk open", async () => {
  assert.deepEqual(await planChunks(keysUpTo(250), table, 100), [{ upTo: ["100"] }, { upTo: ["200"] }, {}]);
  assert.deepEqual(await planChunks(keysUpTo(99), table, 100), [{}]);
  assert.deepEqual(await planChunks(keysUpTo(0), table, 100), [{}]);
});

test("planChunks sorts by the column and not by the text that it selects under the same name", async () => {
  const asked: string[] = [];
  await planChunks(keysUpTo(10, asked), table, 100);
  assert.deepEqual(asked, [
    `SELECT "public"."orders"."id"::text FROM "public"."orders" ORDER BY "public"."orders"."id" OFFSET 99 LIMIT 1`,
  ]);
});

test("planChunks makes one chunk of a table without a key, and none where a cursor has found nothing", async () => {
  const unasked: RowSource = { rows: () => assert.fail("nothing to ask"), copy: () => assert.fail("nothing to copy") };
  assert.deepEqual(await planChunks(unasked, { ...table, key: [] }, 1), [{}]);
  const cursor = { column: "id", typeText: "bigint", after: "7" };
  assert.deepEqual(await planChunks(unasked, { ...table, cursor }, 1), []);
});

test("planChunks refuses more chunks than can be remembered", async () => {
  await assert.rejects(planChunks(keysUpTo(20_000), table, 1), { code: "invalid", message: /raise chunkRows/ });
});
