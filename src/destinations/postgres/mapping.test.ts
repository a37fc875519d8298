import assert from "node:assert/strict";
import { test } from "node:test";
import {
  deliverOnce,
  failureOf,
  postgresUnderTest,
  skipWithoutPostgres,
} from "../../../test/fakes/postgres-under-test.ts";
import type { JsonObject } from "../../std/json.ts";
import { postgresOptionsSchema } from "./postgres-options.ts";

/** What does not fit is told before the first row is sent, by names, with what to do. */

const TABLE = `CREATE TABLE orders (id int, total numeric NOT NULL, noted text NOT NULL DEFAULT '', twice numeric
  GENERATED ALWAYS AS (total * 2) STORED); CREATE UNIQUE INDEX ON orders (id) WHERE id > 0`;

const MISFITS: Readonly<Record<string, { readonly options: JsonObject; readonly says: RegExp }>> = {
  "a table that is not there": { options: { table: "order" }, says: /no table public\.order: make it/ },
  "a column that is not there": {
    options: { columns: { id: "id", total: "total", totals: "x" } },
    says: /no column "totals", only id, total, noted, twice: add it, or take it out/,
  },
  "a column that the server fills": {
    options: { columns: { total: "total", twice: "twice" } },
    says: /server itself fills column "twice"/,
  },
  "a required column that gets nothing": {
    options: { columns: { id: "id" } },
    says: /Column "total" of .* is NOT NULL, has no default, and nothing goes into it/,
  },
  "a type that has no form for a part of the record": {
    options: { columns: { total: "total", id: { from: "arrival" } } },
    says: /Column "id" .* takes the arrival of a record and has the type integer: expected one of timestamptz/,
  },
  "a key without a unique index for all rows": {
    options: { key: ["id"] },
    says: /no unique index over exactly \(id\)/,
  },
  "a key that gets nothing": {
    options: { columns: { total: "total" }, key: ["id"] },
    says: /Nothing goes into column "id"/,
  },
};

for (const [misfit, { options, says }] of Object.entries(MISFITS)) {
  test(`refuses ${misfit}`, { skip: skipWithoutPostgres }, async (t) => {
    const { open } = await postgresUnderTest(t, TABLE);
    const failure = await failureOf(deliverOnce(open({ table: "orders", ...options }), ['{"id":1,"total":1}']));
    assert.match(failure.message, says);
    assert.deepEqual([failure.code, failure.retriable, failure.isDoubtful], ["schema", true, false]);
  });
}

test("a table that changes is looked at again: after a failure, and each minute", {
  skip: skipWithoutPostgres,
}, async (t) => {
  const { open, rows, client } = await postgresUnderTest(t, "CREATE TABLE orders (id int, total int)");
  const destination = open({ table: "orders" });
  await deliverOnce(destination, ['{"id":1,"total":1}']);
  await client.query("ALTER TABLE orders DROP COLUMN total, ADD COLUMN sum int");
  const texts = ['{"id":2,"sum":2}'];
  const failure = await failureOf(deliverOnce(destination, texts, { ordinal: 1 }));
  assert.match(failure.message, /column "total" of relation "orders" does not exist/);
  assert.deepEqual(await deliverOnce(destination, texts, { ordinal: 1 }), {});
  assert.deepEqual(await rows("SELECT id, sum FROM orders ORDER BY id"), [
    [1, null],
    [2, 2],
  ]);
});

test("options that cannot be meant are refused with what was expected", () => {
  const problemsOf = (options: object) =>
    postgresOptionsSchema
      .safeParse({ host: "h", database: "d", user: "u", table: "t", ...options })
      .error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`)
      .join("; ") ?? "";
  assert.equal(problemsOf({}), "");
  assert.match(problemsOf({ delete: 'op = "d"' }), /delete: Expected `key` beside `delete`/);
  assert.match(problemsOf({ delete: "op =", key: ["id"] }), /delete: .*expected/i);
  assert.match(problemsOf({ columns: { a: "b[*]" } }), /columns\.a/);
  assert.match(problemsOf({ columns: {} }), /Expected at least one column/);
  assert.match(problemsOf({ receipts: "t" }), /Expected another table/);
});
