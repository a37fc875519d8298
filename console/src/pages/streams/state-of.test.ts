import assert from "node:assert/strict";
import { test } from "node:test";
import type { DeliveryStatus, StreamState, StreamStatus } from "../../api/admin-api.ts";
import { stateOf } from "./state-of.ts";

function stream(status: StreamStatus, ...states: readonly DeliveryStatus["state"][]): StreamState {
  const counters = { read: 0, delivered: 0, errored: 0, dropped: 0, pending: 0 };
  const places = { read: 0, hold: 0, openAccumulators: 0, openParcels: 0, spilledBytes: 0 };
  const delivery = { id: "d", kind: "primary", ...places, counters } as const;
  const health = {
    log: { bytes: 0, start: 0, end: 0, pendingAppends: 0 },
    budgetBytes: 0,
    paused: false,
    accepted: 0,
    deliveries: states.map((state) => ({ ...delivery, state })),
    replays: [],
    balance: [],
  };
  return { name: "s", status, health };
}

test("stateOf() names the worst of what the deliveries do", () => {
  assert.deepEqual(stateOf(stream("ACTIVE", "running")), { tone: "good", label: "Delivering" });
  assert.equal(stateOf(stream("ACTIVE", "running", "retrying")).label, "Retrying");
  assert.equal(stateOf(stream("ACTIVE", "retrying", "failed")).label, "Delivery failed");
});

test("stateOf() names the stream's own state before that of its deliveries", () => {
  assert.deepEqual(stateOf(stream("DELETING", "running")), { tone: "plain", label: "Deleting" });
  assert.equal(stateOf(stream("CREATING_FAILED")).tone, "bad");
  const { health } = stream("ACTIVE", "retrying");
  assert.ok(health);
  assert.equal(stateOf({ name: "s", status: "ACTIVE", health: { ...health, paused: true } }).label, "Paused");
  assert.equal(stateOf({ name: "s", status: "ACTIVE", unavailable: "no log" }).label, "Unavailable");
});
