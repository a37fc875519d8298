import assert from "node:assert/strict";
import { test } from "node:test";
import { formatHiveType } from "../../model/schema/hive-type.ts";
import { fileColumns } from "./result-schema.ts";

function typeOf(type: string): string {
  const [column] = fileColumns([{ name: "a", type }]);
  assert.ok(column);
  return formatHiveType(column.type);
}

test("fileColumns() gives each type of a result the type that files have for it", () => {
  const expected = {
    integer: "int",
    bigint: "bigint",
    real: "float",
    varchar: "string",
    "varchar(10)": "varchar(10)",
    "decimal(18,3)": "decimal(18,3)",
    "timestamp(3)": "timestamp",
    "timestamp with time zone": "timestamp",
    varbinary: "binary",
    interval: "string",
    "array(array(real))": "array<array<float>>",
    "map(bigint, row(a integer, b array(varchar)))": "map<string,struct<a:int,b:array<string>>>",
    "something(new, of, it)": "string",
  };
  assert.deepEqual(Object.fromEntries(Object.keys(expected).map((type) => [type, typeOf(type)])), expected);
});

test("fileColumns() gives every column a name of its own", () => {
  const names = ["n", "N", "", "n_2", " "].map((name) => ({ name, type: "integer" }));
  assert.deepEqual(
    fileColumns(names).map(({ name }) => name),
    ["n", "N_2", "column_3", "n_2_2", "column_5"],
  );
});
