import assert from "node:assert/strict";
import { test } from "node:test";
import { packRecords } from "../../model/records.ts";
import type { Schema } from "../../model/schema/column-type.ts";
import { formatHiveType } from "../../model/schema/hive-type.ts";
import type { JsonObject } from "../../std/json.ts";
import { learnSchema } from "./learn-schema.ts";

function learn(options: JsonObject, ...records: string[]): JsonObject | undefined {
  return learnSchema(options, packRecords(records.map((record) => Buffer.from(record))));
}

function columns(options: JsonObject | undefined): Record<string, string> {
  const schema = options?.schema as unknown as Schema;
  return Object.fromEntries(schema.columns.map(({ name, type }) => [name, formatHiveType(type)]));
}

test("learnSchema() learns from the first records and goes on by addition", () => {
  const first = learn({ schema: "infer", header: true }, '{"Id":1}', '{"id":2,"name":"x"}\n{"id":3,"at":{"x":1.5}}');
  assert.deepEqual(columns(first), { id: "bigint", name: "string", at: "struct<x:double>" });
  assert.equal(first?.header, true);
  assert.equal(learn(first ?? {}, '{"name":"y"}', '{"id":null}'), undefined);
  const second = learn(first ?? {}, '{"new":true,"id":0.5}');
  assert.deepEqual(columns(second), { id: "double", name: "string", at: "struct<x:double>", new: "boolean" });
});

test("learnSchema() leaves a schema that was given, and options without one", () => {
  const given = { schema: { columns: [{ name: "a", type: { kind: "int" } }] } };
  assert.equal(learn(given, '{"b":1}'), undefined);
  assert.equal(learn({}, '{"b":1}'), undefined);
});

test("learnSchema() makes objects possible before any column is known", () => {
  const first = learn({ schema: "infer" }, "no JSON", "[1]", "{}", '{"a":1} {"b":', "");
  assert.deepEqual(columns(first), { _: "string" });
  assert.equal(learn(first ?? {}, "still none"), undefined);
  assert.deepEqual(columns(learn(first ?? {}, '{"a":1}')), { a: "bigint" });
});

test("learnSchema() names columns as their keys will be found", () => {
  const json = { convertDots: true, columnToKey: { ts: "Timestamp" } };
  const learned = learn({ schema: "infer", json }, '{"timestamp":1,"a.b":{"timestamp":1}}');
  assert.deepEqual(columns(learned), { ts: "bigint", a_b: "struct<timestamp:bigint>" });
  const exact = learn({ schema: "infer", json: { caseInsensitive: false } }, '{"Id":1,"iD":"x"}');
  assert.deepEqual(columns(exact), { Id: "string" });
});
