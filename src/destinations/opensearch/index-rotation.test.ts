import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Rotation, rotatedIndex } from "./index-rotation.ts";

describe("rotatedIndex()", () => {
  const arrival = Date.parse("2016-02-25T13:00:00Z");
  for (const [rotation, expected] of [
    ["none", "myindex"],
    ["hour", "myindex-2016-02-25-13"],
    ["day", "myindex-2016-02-25"],
    ["month", "myindex-2016-02"],
  ] as const satisfies readonly (readonly [Rotation, string])[]) {
    it(`has AWS's form for ${rotation}`, () => {
      assert.equal(rotatedIndex("myindex", rotation, arrival), expected);
    });
  }

  it("rotates at midnight in UTC", () => {
    assert.equal(rotatedIndex("a", "day", Date.parse("2024-12-31T23:59:59.999Z")), "a-2024-12-31");
    assert.equal(rotatedIndex("a", "day", Date.parse("2025-01-01T00:00:00.000Z")), "a-2025-01-01");
  });

  for (const [day, week] of [
    // A Friday: its Saturday is the first of the year.
    ["2016-01-01", "2016-w01"],
    ["2016-01-02", "2016-w01"],
    ["2016-01-03", "2016-w02"],
    ["2016-02-25", "2016-w09"],
    // The week before has the Saturday of the new year.
    ["2015-12-27", "2016-w01"],
    ["2015-12-26", "2015-w52"],
    // A year that begins with a Saturday, and one that begins with a Sunday.
    ["2022-01-01", "2022-w01"],
    ["2022-01-02", "2022-w02"],
    ["2023-01-01", "2023-w01"],
    ["2022-12-31", "2022-w53"],
    ["2024-12-31", "2025-w01"],
  ] as const) {
    it(`puts ${day} into ${week}: weeks begin on Sundays, the first has a Saturday of the year`, () => {
      assert.equal(rotatedIndex("a", "week", Date.parse(`${day}T00:00:00Z`)), `a-${week}`);
      assert.equal(rotatedIndex("a", "week", Date.parse(`${day}T23:59:59Z`)), `a-${week}`);
    });
  }
});
