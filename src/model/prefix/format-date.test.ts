import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parseDatePattern } from "./date-pattern.ts";
import { formatDate } from "./format-date.ts";

/** Written by Java itself; a further line is a further test. */
const FIXTURE = new URL("../../../test/fixtures/date-patterns/openjdk-17.tsv", import.meta.url);

test("formatDate() writes what Java writes, letter by letter and count by count", () => {
  const lines = readFileSync(FIXTURE, "utf8").trimEnd().split("\n").slice(1);
  assert.ok(lines.length > 500);
  for (const line of lines) {
    const [pattern = "", instant = "", timeZone = "", expected] = line.split("\t");
    assert.equal(format(pattern, instant || "2018-08-27T10:30:00Z", timeZone || "UTC"), expected, line);
  }
});

test("formatDate() puts 2018-12-31 into the week-based year 2019 and the year 2018", () => {
  assert.equal(format("YYYY-yyyy", "2018-12-31T10:00:00Z", "UTC"), "2019-2018");
  assert.equal(format("YYYY", "2018-12-29T23:59:59Z", "UTC"), "2018");
});

test("formatDate() has whole seconds", () => {
  assert.equal(format("ss.SSS", "2018-08-27T10:30:07.987Z", "UTC"), "07.000");
});

test("parseDatePattern() refuses the letters that Firehose refuses", () => {
  for (const letter of "CIJPRTUVbfijloprt") assert.ok("reason" in parseDatePattern(letter), letter);
});

function format(text: string, instant: string, timeZone: string): string {
  const pattern = parseDatePattern(text);
  return "reason" in pattern ? "!" : formatDate(pattern.parts, Date.parse(instant), timeZone);
}
