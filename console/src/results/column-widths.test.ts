import assert from "node:assert/strict";
import { test } from "node:test";
import { columnWidths } from "./column-widths.ts";

test("columnWidths() are as wide as names and values, within bounds", () => {
  const columns = ["n", "a_rather_long_name", "text"].map((name) => ({ name, type: "varchar" }));
  const rows = [[1, "x", "y".repeat(500)]];
  assert.deepEqual(columnWidths(columns, rows), [10, 21, 42]);
  assert.deepEqual(columnWidths(columns.slice(0, 1), [[{ a: "0123456789" }]]), [21]);
  assert.deepEqual(columnWidths([{ name: "n", type: "int" }], []), [8]);
});
