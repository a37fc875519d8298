import assert from "node:assert/strict";
import { test } from "node:test";
import type { Streams } from "../streams/streams.ts";
import { settledObjects } from "./settled-objects.ts";

const NOW = Date.UTC(2026, 0, 1, 12);
const HOUR_MS = 3_600_000;
const clock = { now: () => NOW };

function streamsWith(deliveries: readonly { state: string; oldestPendingMs?: number }[] | "closed"): Streams {
  const fake = {
    list: () => [{ name: "orders" }],
    health: () => {
      if (deliveries === "closed") throw new Error("not open");
      return { deliveries };
    },
  };
  return fake as unknown as Streams;
}

function isSettled(
  streams: Streams | undefined,
  hoursOld: number,
  name = "orders-1-2026-01-01-00-00-00-uuid",
): boolean {
  return settledObjects(() => streams, clock)()("lake", { key: `a/${name}`, modifiedAt: NOW - hoursOld * HOUR_MS });
}

test("settledObjects() takes what is older than the oldest pending record for receipted, and nothing newer", () => {
  const pending = streamsWith([{ state: "running" }, { state: "retrying", oldestPendingMs: NOW - 2 * HOUR_MS }]);
  assert.equal(isSettled(pending, 3), true);
  assert.equal(isSettled(pending, 2), false);
  assert.equal(isSettled(pending, 1), false);
  assert.equal(isSettled(pending, 1, "clicks-1-2026-01-01-00-00-00-uuid"), true, "of no stream that is known");
});

test("settledObjects() knows nothing of what came just now", () => {
  const idle = streamsWith([{ state: "running" }]);
  assert.equal(isSettled(idle, 1), true);
  assert.equal(isSettled(idle, 0), false);
});

test("settledObjects() takes nothing for receipted while nobody can tell", () => {
  assert.equal(isSettled(undefined, 100), false);
  assert.equal(isSettled(streamsWith("closed"), 100), false);
  for (const state of ["recovering", "stopped", "failed"])
    assert.equal(isSettled(streamsWith([{ state }]), 100), false);
});
