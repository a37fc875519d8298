import assert from "node:assert/strict";
import { test } from "node:test";
import type { PlannedTable } from "../export-state.ts";
import { copyStatement, countStatement } from "./copy-statement.ts";
import { chunkCondition, keyCondition } from "./row-condition.ts";

const table: PlannedTable = {
  schema: "shop",
  name: 'or"ders',
  catalogName: "orders",
  root: "shop.orders/",
  folder: "shop.orders/run=x/",
  columns: [
    { source: "id", name: "id", type: "int", reading: "plain" },
    { source: "At", name: "At", type: "timestamp", reading: "utc" },
  ],
  key: [
    { name: "id", typeText: "integer" },
    { name: "co'de", typeText: "character varying(3)" },
  ],
  chunks: [],
};

test("keyCondition compares whole keys, with values that cannot end their quotes", () => {
  assert.equal(
    keyCondition(table.key, ">", ["1", "it's \\"]),
    `("id", "co'de") > ('1'::integer, 'it''s \\'::character varying(3))`,
  );
});

test("chunkCondition puts bounds, the user's condition and the cursor together", () => {
  assert.equal(chunkCondition(table, {}), "");
  assert.equal(chunkCondition({ ...table, where: "a OR b -- why" }, {}), " WHERE (a OR b -- why\n)");
  const cursor = { column: "At", typeText: "date", after: "2026-01-01", upTo: "2026-01-02" };
  assert.equal(
    chunkCondition({ ...table, cursor }, { after: ["1", "a"], upTo: ["2", "b"] }),
    ` WHERE ("id", "co'de") > ('1'::integer, 'a'::character varying(3))` +
      ` AND ("id", "co'de") <= ('2'::integer, 'b'::character varying(3))` +
      ` AND "At" > '2026-01-01'::date AND "At" <= '2026-01-02'::date`,
  );
});

test("copyStatement writes CSV for people and a form without doubts for Parquet", () => {
  const select = `SELECT "id" AS "id", "At" AT TIME ZONE 'UTC' AS "At" FROM "shop"."or""ders"`;
  const all = {};
  assert.equal(
    copyStatement(table, all, "csv"),
    `COPY (${select}) TO STDOUT WITH (FORMAT csv, ENCODING 'UTF8', HEADER true)`,
  );
  assert.equal(
    copyStatement(table, all, "parquet"),
    `COPY (${select}) TO STDOUT WITH (FORMAT csv, ENCODING 'UTF8', NULL '\\N', FORCE_QUOTE *)`,
  );
  assert.equal(countStatement(table, all), `SELECT count(*) FROM "shop"."or""ders"`);
});
