import assert from "node:assert/strict";
import { test } from "node:test";
import { PretendClock } from "../../test/fakes/pretend-clock.ts";
import { PretendDisk } from "../../test/fakes/pretend-disk.ts";
import { packRecords } from "../model/records.ts";
import { seededRandom } from "../std/random.ts";
import { silentTelemetry } from "../telemetry/telemetry.ts";
import type { OutcomeBatch } from "./outcomes.ts";
import { Staging } from "./staging.ts";

test("outcomes stand in staging in the order of the log, whatever sync fails on the way", async () => {
  const disk = new PretendDisk();
  const clock = new PretendClock();
  const shared = { disk, clock, random: seededRandom(3), telemetry: silentTelemetry, label: "orders/d" };
  const staging = await Staging.open({
    ...shared,
    encrypted: () => false,
    streamUid: "0123456789abcdef0123456789abcdef",
    directory: "/data/staging",
    witnessOffset: 0,
  });
  const { signal } = new AbortController();
  await staging.append([outcome(0)], signal);
  disk.failNext("datasync", "EIO");
  const appending = staging.append([1, 2, 3, 4, 5].map(outcome), signal);
  for (let step = 0; step < 20; step++) await clock.advance(1_000);
  const staged = await appending;
  assert.deepEqual(
    staged.map(({ firstOffset }) => firstOffset),
    [1, 2, 3, 4, 5],
  );
  const read: number[] = [];
  for await (const { firstOffset } of staging.read(0, staging.end, [])) read.push(firstOffset);
  assert.deepEqual(read, [0, 1, 2, 3, 4, 5]);
  await staging.close();
});

function outcome(offset: number): OutcomeBatch {
  const records = packRecords([Buffer.from(`record ${offset}`)]);
  const group = {
    key: { kind: "data" as const, split: "" },
    records,
    offsets: { each: [offset] },
    oldestMs: 0,
    newestMs: 0,
  };
  const packed = { groups: [group], bytes: records.bytes };
  return { firstOffset: offset, nextOffset: offset + 1, ...packed, read: 1, dropped: 0, rejected: [] };
}
