import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { anyColumnType } from "../../../test/fakes/any-schema.ts";
import { formatHiveType, parseHiveType } from "./hive-type.ts";
import { COLUMNS_MAX, TYPE_DEPTH_MAX } from "./schema-limits.ts";

test("parseHiveType() reads what Hive and Glue write", () => {
  const cases: Record<string, string> = {
    int: "int",
    "  BIGINT ": "bigint",
    Integer: "int",
    decimal: "decimal(10,0)",
    "decimal(38)": "decimal(38,0)",
    "DECIMAL( 12 , 2 )": "decimal(12,2)",
    "varchar(65535)": "varchar(65535)",
    "char( 3 )": "char(3)",
    "double precision": "double",
    "array<string>": "array<string>",
    "Map < STRING , array< int > >": "map<string,array<int>>",
    "struct<a:int,b:array<string>>": "struct<a:int,b:array<string>>",
    "struct< Some Name : int , x-y.z : struct<q:date> >": "struct<Some Name:int,x-y.z:struct<q:date>>",
    "struct<`a:b`:int>": "struct<`a:b`:int>",
  };
  for (const [text, expected] of Object.entries(cases)) {
    assert.equal(formatHiveType(parseHiveType(text)), expected, text);
  }
});

test("parseHiveType() says what was expected, where, and what came instead", () => {
  const cases: Record<string, RegExp> = {
    "": /Expected a type such as int.* at character 1.*got the end/,
    strng: /Expected a type such as .* at character 1 of "strng", got "strng"/,
    "array<int": /Expected ">" at character 10 of "array<int", got the end/,
    "struct<a int>": /Expected ":" at character 13/,
    "struct<:int>": /Expected the name of a field at character 8/,
    "struct<>": /Expected the name of a field at character 8/,
    "map<array<int>,int>": /Expected a simple type for the keys of a map at character 5/,
    "decimal(39,2)": /Expected a precision from 1 to 38 at character 9/,
    "decimal(5,6)": /Expected a scale from 0 to 5 at character 11/,
    "char(256)": /Expected a length from 1 to 255/,
    varchar: /Expected "\(" at character 8/,
    "int int": /Expected the end of the type at character 5/,
    "set<string>": /Hive has no sets: write array/,
    "uniontype<int,string>": /unions cannot be written/,
    constructor: /Expected a type such as/,
  };
  for (const [text, message] of Object.entries(cases)) {
    assert.throws(() => parseHiveType(text), { code: "schema-invalid", message }, text);
  }
});

test("parseHiveType() is bounded in depth, fields and length", () => {
  const nested = (levels: number) => `${"array<".repeat(levels - 1)}int${">".repeat(levels - 1)}`;
  assert.doesNotThrow(() => parseHiveType(nested(TYPE_DEPTH_MAX)));
  assert.throws(() => parseHiveType(nested(TYPE_DEPTH_MAX + 1)), /at most 64 levels/);
  assert.throws(() => parseHiveType("array<".repeat(20_000)), /at most 64 levels/);
  const wide = (fields: number) => `struct<${Array.from({ length: fields }, (_, i) => `f${i}:int`).join(",")}>`;
  const parsed = parseHiveType(wide(10_000));
  assert.equal(parsed.kind === "struct" && parsed.fields.length, 10_000);
  assert.throws(() => parseHiveType(`struct<${"a:int,".repeat(COLUMNS_MAX + 1)}b:int>`), /at most 20000 fields/);
  assert.throws(() => parseHiveType(" ".repeat(200_000)), /131072 characters, got one of 200000/);
});

test("formatHiveType() writes what parseHiveType() reads as the same type", () => {
  fc.assert(
    fc.property(anyColumnType, (type) => assert.deepEqual(parseHiveType(formatHiveType(type)), type)),
    { numRuns: 300 },
  );
});
