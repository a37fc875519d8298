import assert from "node:assert/strict";
import { test } from "node:test";
import { linePath } from "./line-path.ts";

test("linePath() goes from the left to the right and reaches the top at the largest value", () => {
  assert.equal(linePath([0, 10, 5], 100, 28), "M0 27L50 2L100 14.5");
});

test("linePath() of zeros lies at the bottom, and of fewer than two values is no line", () => {
  assert.equal(linePath([0, 0], 100, 28), "M0 27L100 27");
  assert.equal(linePath([7], 100, 28), "");
});
