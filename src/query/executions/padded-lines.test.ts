import assert from "node:assert/strict";
import { test } from "node:test";
import { isPadded, paddedLine } from "./padded-lines.ts";

test("values are filled up to 20 characters and never cut", () => {
  assert.deepEqual(paddedLine(["名前", "struct<aa:int,bb:int>", null]), [
    `名前${" ".repeat(18)}`,
    "struct<aa:int,bb:int>",
    " ".repeat(20),
  ]);
  assert.deepEqual(paddedLine(["field"]), [`field${" ".repeat(15)}`]);
});

test("headings of partition keys have a form of their own", () => {
  assert.deepEqual(paddedLine(["", "", ""]), ["", " ", " "]);
  assert.deepEqual(paddedLine(["# Partition Information", "", ""]), ["# Partition Information", " ", " "]);
  assert.deepEqual(paddedLine(["# col_name", "data_type", "comment"]), [
    `# col_name${" ".repeat(12)}`,
    `data_type${" ".repeat(11)}`,
    `comment${" ".repeat(13)}`,
  ]);
});

test("only what Hive prints is filled", () => {
  assert.deepEqual(
    [["col_name", "data_type", "comment"], ["field"], ["column", "type"], ["tab_name"], []].map(isPadded),
    [true, true, false, false, false],
  );
});
