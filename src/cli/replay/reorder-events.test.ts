import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ArchiveEvent } from "./merge-events.ts";
import { type ReorderOptions, reorderEvents } from "./reorder-events.ts";

const RECORD = Buffer.alloc(10);

async function* slicesOf(times: readonly number[]): AsyncGenerator<readonly ArchiveEvent[]> {
  for (let at = 0; at < times.length; at += 3) {
    yield times.slice(at, at + 3).map((timeMs) => ({ timeMs, record: RECORD }));
  }
}

async function reordered(times: readonly number[], options: ReorderOptions): Promise<number[]> {
  const found: number[] = [];
  for await (const slice of reorderEvents(slicesOf(times), options)) found.push(...slice.map(({ timeMs }) => timeMs));
  return found;
}

test("reorderEvents sorts whatever stands within its window", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(1000), fc.nat(50))), async (events) => {
      // Sent in the order of their times, and each up to 50 ms late.
      const arrived = events.toSorted((a, b) => a[0] + a[1] - (b[0] + b[1])).map(([timeMs]) => timeMs);
      const found = await reordered(arrived, { windowMs: 50, bytesMax: Number.POSITIVE_INFINITY });
      assert.deepEqual(
        found,
        arrived.toSorted((a, b) => a - b),
      );
    }),
  );
});

test("reorderEvents hands the earliest on when it may hold no more", async () => {
  const times = [5, 4, 3, 2, 1];
  assert.deepEqual(await reordered(times, { windowMs: 100, bytesMax: 20 }), [3, 2, 1, 4, 5]);
});
