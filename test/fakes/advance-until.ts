import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import type { PretendClock } from "./pretend-clock.ts";

const STEP_MS = 200;

/** Most work is done within these. */
const STEPS_AT_ONCE = 200;
const STEPS_MAX = 20_000;

/**
 * Lets time pass until `done` says so: pretend time, and after a while a moment of the real one at each step, since unpacking
 * happens on threads, which have to get their turn on a busy machine.
 */
export async function advanceUntil(clock: PretendClock, done: () => boolean): Promise<void> {
  for (let step = 0; !done() && step < STEPS_MAX; step++) {
    await clock.advance(STEP_MS);
    if (step >= STEPS_AT_ONCE) await setTimeout(1);
  }
  assert.ok(done(), "the work ends");
}
