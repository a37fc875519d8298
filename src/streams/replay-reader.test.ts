import assert from "node:assert/strict";
import { test } from "node:test";
import type { LogReader } from "../log/log.ts";
import { type Batch, packRecords, recordCount } from "../model/records.ts";
import { ReplayReader } from "./replay-reader.ts";

function batch(firstOffset: number, count: number, onlyDelivery?: string): Batch {
  const records = packRecords(Array.from({ length: count }, (_, index) => Buffer.from(String(firstOffset + index))));
  return {
    ...records,
    partition: 0,
    firstOffset,
    arrivalMs: 0,
    ...(onlyDelivery === undefined ? {} : { onlyDelivery }),
  };
}

/** Batches at 0 to 2, 3 to 5 and 9 to 11; between them a group failed. */
const BATCHES = [batch(0, 3), batch(3, 3, "replay-1"), batch(9, 3)];

function logOf(recycled: Batch[] = []): LogReader {
  return {
    partition: 0,
    incarnation: "00".repeat(16),
    start: 0,
    end: 12,
    read: async (offset) => BATCHES.filter((one) => one.firstOffset + recordCount(one) > offset),
    recycle: (batches) => recycled.push(...batches),
    waitBeyond: async () => undefined,
    bytesFrom: (offset) => (12 - offset) * 10,
    offsetAtTime: async () => 12,
    lease: () => ({ advance: () => undefined, release: () => undefined }),
  };
}

test("ReplayReader ends in the middle of a batch, gives memory back whole, and waits for nothing beyond", async () => {
  const recycled: Batch[] = [];
  const reader = new ReplayReader(logOf(recycled), { to: 10 });
  assert.deepEqual([reader.end, reader.bytesFrom(4), await reader.offsetAtTime(1)], [10, 60, 10]);
  const found = await reader.read(3, 1000);
  assert.deepEqual(
    found.map((one) => [one.firstOffset, recordCount(one), one.bytes.toString()]),
    [
      [3, 3, "345"],
      [9, 1, "9"],
    ],
  );
  reader.recycle(found);
  assert.deepEqual(recycled, BATCHES.slice(1));
  assert.deepEqual(await reader.read(10, 1000), []);
  const controller = new AbortController();
  const waiting = reader.waitBeyond(10, controller.signal);
  controller.abort(new Error("enough"));
  await assert.rejects(waiting, /enough/);
});

test("ReplayReader leads over offsets that hold no record up to its end", async () => {
  const reader = new ReplayReader(logOf(), { to: 8 });
  const [nothing, ...others] = await reader.read(6, 1000);
  assert.ok(nothing !== undefined && others.length === 0);
  assert.deepEqual([nothing.firstOffset + recordCount(nothing), nothing.onlyDelivery], [8, ""]);
});

test("ReplayReader hides the stream's own records from a replay of objects", async () => {
  const reader = new ReplayReader(logOf(), { onlyDelivery: "replay-1" });
  const addressed = (await reader.read(0, 1000)).map((one) => one.onlyDelivery);
  assert.deepEqual(addressed, ["", "replay-1", ""]);
});
