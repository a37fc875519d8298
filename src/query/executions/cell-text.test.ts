import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonValue } from "../../std/json.ts";
import { cellText } from "./cell-text.ts";

test("cellText() writes values as Athena's files have them", () => {
  const cases: readonly (readonly [value: JsonValue, type: string, text: string | null])[] = [
    [null, "varchar", null],
    ["", "varchar", ""],
    [true, "boolean", "true"],
    [12, "bigint", "12"],
    ["9223372036854775807", "bigint", "9223372036854775807"],
    [12, "double", "12.0"],
    [0, "double", "0.0"],
    [-0, "double", "-0.0"],
    [1.5, "double", "1.5"],
    [0.001, "double", "0.001"],
    [0.00012, "double", "1.2E-4"],
    [9_999_999, "double", "9999999.0"],
    [1e7, "double", "1.0E7"],
    [-1.25e300, "double", "-1.25E300"],
    ["NaN", "double", "NaN"],
    [Math.fround(0.1), "real", "0.1"],
    [Math.fround(16_777_216), "real", "1.6777216E7"],
    [[1, null, 2.5], "array(double)", "[1.0, null, 2.5]"],
    [[["a"], []], "array(array(varchar))", "[[a], []]"],
    [{ a: 1, b: null }, "map(varchar, integer)", "{a=1, b=null}"],
    [{ name: "x", list: [{ y: true }] }, "row(name varchar, list array(row(y boolean)))", "{name=x, list=[{y=true}]}"],
  ];
  for (const [value, type, text] of cases)
    assert.equal(cellText(value, type), text, `${JSON.stringify(value)} ${type}`);
});
