import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "../std/clock.ts";
import { pace } from "./pace.ts";

async function* numbers(count: number) {
  for (let number = 0; number < count; number++) yield number;
}

test("pace hands items on at the rate, by the clock and not by the number of waits", async () => {
  let now = 0;
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    sleep: async (ms) => {
      now += ms;
    },
  };
  const seen: number[] = [];
  for await (const _ of pace(numbers(5), 10, clock, new AbortController().signal)) seen.push(now);
  assert.deepEqual(seen, [0, 100, 200, 300, 400]);
});

test("pace ends when its signal is aborted", async () => {
  const stopping = new AbortController();
  const clock: Clock = {
    now: () => 0,
    monotonic: () => 0,
    sleep: async () => {
      stopping.abort();
      throw new Error("aborted");
    },
  };
  const seen: number[] = [];
  for await (const number of pace(numbers(5), 1, clock, stopping.signal)) seen.push(number);
  assert.deepEqual(seen, [0]);
});
