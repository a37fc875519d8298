import assert from "node:assert/strict";
import { test } from "node:test";
import type { DeliveryDefinition, DeliveryStatus, StreamDetails, StreamHealth } from "../../api/admin-api.ts";
import { journeyOf, STAGE_WIDTH } from "./journey.ts";

const DEFINITION: DeliveryDefinition = {
  id: "d1",
  kind: "primary",
  processors: [{ type: "extract-metadata", options: {} }],
  format: { type: "parquet", options: {} },
  compression: { type: "snappy" },
  naming: { timeZone: "UTC" },
  target: { type: "object-store", options: { bucket: "lake" } },
  roll: {},
};

const STATUS: DeliveryStatus = {
  id: "d1",
  kind: "primary",
  state: "running",
  read: 90,
  hold: 10,
  openAccumulators: 3,
  openParcels: 1,
  spilledBytes: 0,
  counters: { read: 90, delivered: 50, errored: 2, dropped: 1, pending: 37 },
  oldestPendingMs: 4_000,
};

function picture(deliveries: readonly DeliveryStatus[]) {
  const log = { bytes: 2048, start: 0, end: 100, pendingAppends: 0 };
  const health: StreamHealth = {
    log,
    budgetBytes: 1e9,
    paused: false,
    accepted: 100,
    deliveries,
    replays: [],
    balance: [],
  };
  const stream = { deliveries: [DEFINITION] } as unknown as StreamDetails;
  const samples = [
    { at: 8_000, accepted: 80, delivered: 50, errored: 0, logBytes: 0, freshnessMs: 0 },
    { at: 10_000, accepted: 100, delivered: 50, errored: 0, logBytes: 2048, freshnessMs: 6_000 },
  ];
  return journeyOf(stream, health, samples);
}

test("journeyOf() has what comes, what is kept, what was read, what is open and what has landed", () => {
  const { stages, summary } = picture([STATUS]);
  assert.deepEqual(
    stages.map(({ title, value, notes }) => [title, value, ...notes]),
    [
      ["Producers", "10/s", "accepted"],
      ["Log", "2 KB", "on disk", "100 records so far"],
      ["extract-metadata", "90", "records read", "2 errors, 1 dropped"],
      ["Open objects", "3", "37 records, 1 landing", "oldest waits 6 s"],
      ["Bucket lake", "50", "delivered", "parquet, snappy"],
    ],
  );
  assert.match(summary, /10\/s records come in, 0\/s are delivered/);
});

test("journeyOf() moves where records go, and nowhere else", () => {
  const moving = picture([STATUS]).flows.map((flow) => flow.moving);
  assert.deepEqual(moving, [true, true, true, false]);
});

test("journeyOf() gives each delivery a lane of its own inside the picture, and none to replays", () => {
  const backup: DeliveryStatus = { ...STATUS, id: "d1-backup", kind: "backup", state: "retrying" };
  const { stages, width, height } = picture([STATUS, backup, { ...STATUS, id: "r", kind: "replay" }]);
  assert.equal(stages.length, 8);
  assert.deepEqual(
    stages.filter(({ tone }) => tone === "bad").map(({ id }) => id),
    ["d1-backup target"],
  );
  for (const stage of stages) {
    assert.ok(stage.x + STAGE_WIDTH <= width && stage.y >= 0 && stage.y + stage.height <= height, stage.id);
  }
});
