import assert from "node:assert/strict";
import { test } from "node:test";
import { numberTicks, timeLabel, timeTicks } from "./ticks.ts";

const DAY_MS = 86_400_000;

test("numberTicks() are round and reach around all values", () => {
  assert.deepEqual(numberTicks(0, 97, 5), [0, 20, 40, 60, 80, 100]);
  assert.deepEqual(numberTicks(-3, 3, 4), [-4, -2, 0, 2, 4]);
  assert.deepEqual(numberTicks(0, 0.3, 3), [0, 0.1, 0.2, 0.3]);
  assert.deepEqual(numberTicks(7, 7, 2).length >= 2, true);
});

test("timeTicks() stand at whole steps, and timeLabel() says as much as tells them apart", () => {
  const start = Date.UTC(2026, 10, 20, 5);
  assert.deepEqual(
    timeTicks(start, start + 3 * DAY_MS, 4).map((at) => timeLabel(at, 3 * DAY_MS)),
    ["21 Nov", "22 Nov", "23 Nov"],
  );
  assert.equal(timeLabel(start, 60_000), "05:00:00");
  assert.equal(timeLabel(start, DAY_MS), "05:00");
  assert.equal(timeLabel(start, 3 * 365 * DAY_MS), "Nov 2026");
});
