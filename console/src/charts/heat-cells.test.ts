import assert from "node:assert/strict";
import { test } from "node:test";
import { heatCells } from "./heat-cells.ts";

const columns = ["hour", "day", "trips"].map((name) => ({ name, type: "bigint" }));

test("heatCells() adds up what has the same names, and keeps their order", () => {
  const rows = [
    [8, "Mon", 2],
    [9, "Mon", 5],
    [8, "Tue", null],
    [8, "Mon", 1],
  ];
  const found = heatCells({ columns, rows }, { kind: "heat-map", x: "hour", y: "trips", split: "day" });
  assert.deepEqual(found, {
    columns: ["8", "9"],
    rows: ["Mon", "Tue"],
    cells: [
      { column: 0, row: 0, value: 3 },
      { column: 1, row: 0, value: 5 },
    ],
    min: 3,
    max: 5,
    omissions: [],
  });
});
