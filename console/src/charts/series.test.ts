import assert from "node:assert/strict";
import { test } from "node:test";
import { type ChartSettings, nameOf, numberOf, timeOf } from "./chart.ts";
import { SERIES_MAX, seriesOf } from "./series.ts";
import { suggestChart } from "./suggest-chart.ts";

const columns = [
  { name: "day", type: "date" },
  { name: "city", type: "varchar" },
  { name: "trips", type: "bigint" },
];

const rows = [
  ["2026-11-22", "Rome", 3],
  ["2026-11-21", "Rome", "2"],
  ["2026-11-21", "Oslo", null],
  ["2026-11-21", "Oslo", 5],
];

function settings(more: Partial<ChartSettings>): ChartSettings {
  return { kind: "line", x: "day", y: "trips", split: "city", ...more };
}

test("seriesOf() makes a line of each value that splits the rows, from left to right", () => {
  const { measure, series, omissions } = seriesOf({ columns, rows }, settings({}));
  const day = (text: string) => Date.parse(text);
  assert.equal(measure, "time");
  assert.deepEqual(series, [
    {
      name: "Rome",
      points: [
        { x: day("2026-11-21"), y: 2 },
        { x: day("2026-11-22"), y: 3 },
      ],
    },
    { name: "Oslo", points: [{ x: day("2026-11-21"), y: 5 }] },
  ]);
  assert.deepEqual(omissions, ["no 1 rows that have no number there"]);
});

test("seriesOf() has names along a bar chart, whatever their type is", () => {
  const { measure, names, series } = seriesOf({ columns, rows }, settings({ kind: "bar", split: "" }));
  assert.equal(measure, "name");
  assert.deepEqual(names, ["2026-11-22", "2026-11-21"]);
  assert.deepEqual(
    series.map(({ name, points }) => [name, points.length]),
    [["trips", 3]],
  );
});

test("seriesOf() says what it leaves out", () => {
  const many = Array.from({ length: 100 }, (_, at) => ["2026-11-21", `city ${at}`, at]);
  const { series, omissions } = seriesOf({ columns, rows: many }, settings({}));
  assert.equal(series.length, SERIES_MAX);
  assert.deepEqual(omissions, ["the first 8 values of city of 100"]);
  const bars = seriesOf({ columns, rows: many }, settings({ kind: "bar", x: "city", split: "" }));
  assert.equal(bars.names.length, 60);
  assert.deepEqual(bars.omissions, ["the first 60 names of 100"]);
});

test("values of results are read as what they are", () => {
  assert.equal(timeOf("2026-11-22 09:51:38.845 UTC"), Date.UTC(2026, 10, 22, 9, 51, 38, 845));
  assert.equal(timeOf("2026-11-22"), Date.UTC(2026, 10, 22));
  assert.equal(timeOf("soon"), undefined);
  assert.equal(nameOf("2026-11-22 00:00:00.000", "timestamp(3)"), "2026-11-22");
  assert.equal(nameOf("2026-11-22 09:51:00.000 UTC", "timestamp with time zone"), "2026-11-22 09:51:00");
  assert.deepEqual(
    [numberOf("12.50"), numberOf("x"), numberOf(null), numberOf("")],
    [12.5, undefined, undefined, undefined],
  );
});

test("suggestChart() begins with what fits the columns", () => {
  assert.deepEqual(suggestChart(columns), { kind: "line", x: "day", y: "trips", split: "city" });
  assert.deepEqual(suggestChart(columns.slice(1)), { kind: "bar", x: "city", y: "trips", split: "" });
  assert.deepEqual(suggestChart(columns.slice(2)), { kind: "big-number", x: "", y: "trips", split: "" });
  assert.equal(
    suggestChart([
      { name: "a", type: "double" },
      { name: "b", type: "real" },
    ]).kind,
    "scatter",
  );
});
