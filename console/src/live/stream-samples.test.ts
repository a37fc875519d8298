import assert from "node:assert/strict";
import { test } from "node:test";
import type { StreamHealthList } from "../api/admin-api.ts";
import { ratesOf, StreamSamples } from "./stream-samples.ts";

function answer(at: number, name: string, accepted: number, oldestPendingMs?: number): StreamHealthList {
  const counters = { read: accepted, delivered: accepted, errored: 0, dropped: 0, pending: 0 };
  const places = { read: accepted, hold: accepted, openAccumulators: 0, openParcels: 0, spilledBytes: 0 };
  const delivery = { id: "d", kind: "primary", state: "running", ...places, counters } as const;
  const health = {
    log: { bytes: 4096, start: 0, end: accepted, pendingAppends: 0 },
    budgetBytes: 1e9,
    paused: false,
    accepted,
    deliveries: [{ ...delivery, ...(oldestPendingMs !== undefined && { oldestPendingMs }) }],
    replays: [],
    balance: [{ id: "d", accepted, delivered: accepted, errored: 0, dropped: 0, pending: 0, balanced: true }],
  };
  return { at, streams: [{ name, status: "ACTIVE", health }] };
}

test("ratesOf() is what came between two answers, by the server's clock", () => {
  const samples = new StreamSamples();
  samples.add(answer(1_000, "s", 100));
  samples.add(answer(3_000, "s", 500));
  assert.deepEqual(ratesOf(samples.of("s"), "accepted"), [200]);
  assert.deepEqual(ratesOf([], "accepted"), []);
});

test("ratesOf() smooths over seconds, so that a batch is no peak", () => {
  const samples = new StreamSamples();
  for (const [at, accepted] of [
    [0, 0],
    [2_000, 0],
    [4_000, 0],
    [6_000, 600],
    [8_000, 600],
  ] as const)
    samples.add(answer(at, "s", accepted));
  assert.deepEqual(ratesOf(samples.of("s"), "accepted"), [0, 0, 100, 100]);
});

test("StreamSamples forgets what is gone, begins anew with a stream of the same name, and is bounded", () => {
  const samples = new StreamSamples();
  for (let at = 0; at < 400; at++) samples.add(answer(at, "s", at));
  assert.equal(samples.of("s").length, 150);
  samples.add(answer(400, "s", 3));
  assert.equal(samples.of("s").length, 1);
  samples.add(answer(401, "other", 1));
  assert.deepEqual([samples.of("s").length, samples.of("other").length], [0, 1]);
});

test("StreamSamples takes freshness from the oldest record that waits, and an answer only once", () => {
  const samples = new StreamSamples();
  samples.add(answer(10_000, "s", 1, 4_000));
  samples.add(answer(10_000, "s", 1, 4_000));
  samples.add(answer(12_000, "s", 1));
  assert.deepEqual(
    samples.of("s").map(({ freshnessMs }) => freshnessMs),
    [6_000, 0],
  );
});
