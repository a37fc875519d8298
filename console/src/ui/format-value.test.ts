import assert from "node:assert/strict";
import { test } from "node:test";
import { formatBytes, formatCount, formatDuration, formatRate } from "./format-value.ts";

test("formatCount() is exact up to a million and short beyond", () => {
  assert.deepEqual([0, 999_999, 1_250_000, 3e9].map(formatCount), ["0", "999,999", "1.3M", "3B"]);
});

test("formatRate() shows slow streams as well as fast ones", () => {
  assert.deepEqual([0, 0.25, 3.04, 480, 2_400_000].map(formatRate), ["0/s", "0.3/s", "3/s", "480/s", "2.4M/s"]);
});

test("formatBytes() takes the unit in which a number is short", () => {
  const sizes = [0, 1023, 1536, 10 * 1024 * 1024, 5e15].map(formatBytes);
  assert.deepEqual(sizes, ["0 B", "1,023 B", "1.5 KB", "10 MB", "4.4 PB"]);
});

test("formatDuration() has at most two units", () => {
  const spans = [400, 59_000, 65_000, 3_600_000, 12_000_000, 187_200_000].map(formatDuration);
  assert.deepEqual(spans, ["0 s", "59 s", "1 min 5 s", "1 h", "3 h 20 min", "2 d 4 h"]);
});
