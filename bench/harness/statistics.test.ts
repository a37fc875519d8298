import assert from "node:assert/strict";
import { test } from "node:test";
import { median, percentile } from "./statistics.ts";

test("median takes lists in any order, and the mean of the two in the middle", () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([10, 1, 3, 2]), 2.5);
  assert.ok(Number.isNaN(median([])));
});

test("percentile of a sorted list, the last for 1", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index);
  assert.equal(percentile(hundred, 0.5), 50);
  assert.equal(percentile(hundred, 0.99), 99);
  assert.equal(percentile(hundred, 1), 99);
  assert.ok(Number.isNaN(percentile([], 0.5)));
});
