import assert from "node:assert/strict";
import { test } from "node:test";
import { checkSchema } from "./check-schema.ts";
import type { ColumnType } from "./column-type.ts";
import { parseHiveType } from "./hive-type.ts";
import { schemaJson } from "./schema-json.ts";

function column(name: string, type = "int") {
  return { name, type: parseHiveType(type) };
}

test("checkSchema() takes 10,000 columns", () => {
  checkSchema({ columns: Array.from({ length: 10_000 }, (_, index) => column(`c${index}`)) });
});

test("checkSchema() refuses names that differ in letter case only, on each level", () => {
  assert.throws(() => checkSchema({ columns: [column("Id"), column("iD")] }), /got Id and iD as columns/);
  const nested = [column("a", "array<struct<x:int,X:int>>")];
  assert.throws(() => checkSchema({ columns: nested }), /got x and X as fields in a/);
});

test("checkSchema() names what is wrong", () => {
  const of = (type: ColumnType) => () => checkSchema({ columns: [{ name: "a", type }] });
  assert.throws(() => checkSchema({ columns: [] }), /at least one column/);
  assert.throws(() => checkSchema({ columns: [column(" ")] }), /names of 1 to 255 characters/);
  assert.throws(() => checkSchema({ columns: [column("x".repeat(256))] }), /names of 1 to 255 characters/);
  assert.throws(of({ kind: "decimal", precision: 39, scale: 0 }), /precision of a .* 1 to 38, got 39/);
  assert.throws(of({ kind: "decimal", precision: 5, scale: 6 }), /scale of a .* 0 to 5, got 6/);
  assert.throws(of({ kind: "char", length: 0 }), /length of a .* 1 to 255, got 0/);
  assert.throws(of({ kind: "struct", fields: [] }), /struct a to have fields/);
  assert.throws(of(nestedArray(65)), /at most 64 levels/);
});

function nestedArray(levels: number): ColumnType {
  return levels === 1 ? { kind: "int" } : { kind: "array", element: nestedArray(levels - 1) };
}

test("schemaJson takes types as texts and as structures, and says what is wrong with them", () => {
  const structure = { kind: "array", element: { kind: "int" } };
  const parsed = schemaJson.parse({
    columns: [
      { name: "a", type: "array<int>" },
      { name: "b", type: structure },
    ],
  });
  assert.deepEqual(parsed, {
    columns: [
      { name: "a", type: structure },
      { name: "b", type: structure },
    ],
  });
  const failed = schemaJson.safeParse({ columns: [{ name: "a", type: "set<int>" }] });
  assert.match(JSON.stringify(failed.error?.issues), /Hive has no sets/);
  const twice = schemaJson.safeParse({
    columns: [
      { name: "a", type: "int" },
      { name: "A", type: "int" },
    ],
  });
  assert.match(JSON.stringify(twice.error?.issues), /got a and A as columns/);
});
