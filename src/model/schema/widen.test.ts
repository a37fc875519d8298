import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { anyColumns, anyColumnType } from "../../../test/fakes/any-schema.ts";
import type { Column, ColumnType } from "./column-type.ts";
import { formatHiveType, parseHiveType } from "./hive-type.ts";
import { joinColumns, joinTypes, widen } from "./widen.ts";

test("joinTypes() finds the narrowest type that holds both", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["int", "int", "int"],
    ["tinyint", "bigint", "bigint"],
    ["int", "double", "double"],
    ["smallint", "float", "float"],
    ["int", "float", "double"],
    ["bigint", "decimal(10,2)", "decimal(21,2)"],
    ["decimal(30,0)", "decimal(10,10)", "double"],
    ["decimal(5,2)", "double", "double"],
    ["int", "string", "string"],
    ["boolean", "int", "string"],
    ["char(3)", "varchar(10)", "varchar(10)"],
    ["varchar(10)", "string", "string"],
    ["date", "timestamp", "timestamp"],
    ["timestamp", "string", "string"],
    ["array<int>", "array<double>", "array<double>"],
    ["array<int>", "int", "string"],
    ["struct<a:int>", "struct<A:bigint,b:string>", "struct<a:bigint,b:string>"],
    ["map<string,int>", "struct<x:bigint,y:double>", "map<string,double>"],
    ["map<string,int>", "array<int>", "string"],
  ];
  for (const [first, second, joined] of cases) {
    assert.equal(formatHiveType(joinTypes(parseHiveType(first), parseHiveType(second))), joined, `${first} ${second}`);
    const turned = joinTypes(parseHiveType(second), parseHiveType(first));
    assert.deepEqual(unordered(turned), unordered(parseHiveType(joined)), `${second} ${first}`);
  }
});

test("joinTypes() is commutative, associative and idempotent", () => {
  fc.assert(
    fc.property(anyColumnType, anyColumnType, anyColumnType, (a, b, c) => {
      assert.deepEqual(unordered(joinTypes(a, b)), unordered(joinTypes(b, a)));
      assert.deepEqual(unordered(joinTypes(joinTypes(a, b), c)), unordered(joinTypes(a, joinTypes(b, c))));
      assert.equal(joinTypes(a, a), a);
      const joined = joinTypes(a, b);
      assert.equal(joinTypes(joined, a), joined, "a join holds its parts already");
      assert.equal(joinTypes(joined, b), joined);
    }),
    { numRuns: 500 },
  );
});

test("widen() adds columns at the end and gives the same schema back when it holds everything", () => {
  fc.assert(
    fc.property(anyColumns, anyColumns, (first, second) => {
      const widened = widen({ columns: first }, { columns: second });
      const names = widened.columns.map(({ name }) => name);
      assert.deepEqual(
        names.slice(0, first.length),
        first.map(({ name }) => name),
      );
      assert.equal(widen(widened, { columns: second }), widened);
      assert.equal(widen(widened, { columns: first }), widened);
    }),
    { numRuns: 300 },
  );
});

test("joinColumns() of 10,000 columns is quick enough to be asked for each batch", () => {
  const columns: Column[] = Array.from({ length: 10_000 }, (_, index) => ({
    name: `c${index}`,
    type: { kind: "int" },
  }));
  assert.equal(joinColumns(columns, [...columns].reverse()), columns);
});

/** Letter case and order of fields are those of whoever came first; everything else has to be the same. */
function unordered(type: ColumnType): unknown {
  switch (type.kind) {
    case "array":
      return { array: unordered(type.element) };
    case "map":
      return { map: [unordered(type.key), unordered(type.value)] };
    case "struct":
      return Object.fromEntries(
        type.fields
          .map(({ name, type }) => [name.toLowerCase(), unordered(type)] as const)
          .sort(([a], [b]) => (a < b ? -1 : 1)),
      );
    default:
      return type;
  }
}
