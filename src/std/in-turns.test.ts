import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { inTurns } from "./in-turns.ts";

test("inTurns() keeps the order, and so many are under way at most", async () => {
  let running = 0;
  let most = 0;
  const results = await inTurns([30, 1, 20, 2, 10], 2, async (ms) => {
    most = Math.max(most, ++running);
    await setTimeout(ms);
    running--;
    return ms * 2;
  });
  assert.deepEqual(results, [60, 2, 40, 4, 20]);
  assert.equal(most, 2);
  assert.deepEqual(await inTurns([], 2, async () => 1), []);
});

test("inTurns() tells of a failure when nothing is under way any more, and begins nothing after it", async () => {
  const begun: number[] = [];
  let running = 0;
  const failing = inTurns([1, 2, 3, 4, 5], 2, async (item) => {
    begun.push(item);
    running++;
    await setTimeout(item * 10);
    running--;
    if (item === 1) throw new Error("the first");
  });
  await assert.rejects(failing, /the first/);
  assert.equal(running, 0);
  assert.deepEqual(begun, [1, 2]);
});
