import assert from "node:assert/strict";
import { test } from "node:test";
import { definition } from "../../test/fakes/stream-parts.ts";
import type { LogReader } from "../log/log.ts";
import type { DeliveryDefinition } from "../model/delivery-definition.ts";
import { packRecords } from "../model/records.ts";
import type { StartReplay } from "./replay.ts";
import { planReplay } from "./replay-plan.ts";
import type { StreamDocument } from "./streams.ts";

const ARRIVAL_MS = Date.UTC(2026, 0, 2);
const MADE = { id: "ab12", createdAt: 1 };

function readerFrom(start: number): LogReader {
  const oldest = { ...packRecords([Buffer.from("r")]), partition: 0, firstOffset: start, arrivalMs: ARRIVAL_MS };
  return {
    partition: 0,
    incarnation: "00".repeat(16),
    start,
    end: 100,
    read: async () => [oldest],
    recycle: () => undefined,
    waitBeyond: async () => undefined,
    bytesFrom: () => 0,
    offsetAtTime: async (arrivalMs) => (arrivalMs <= ARRIVAL_MS ? start : 70),
    lease: () => ({ advance: () => undefined, release: () => undefined }),
  };
}

function plan(request: StartReplay, parts: Partial<DeliveryDefinition> = {}, start = 40) {
  const deliveries = [{ ...definition("destinationId-000000000001", "data/"), ...parts }];
  const document = { name: "orders", deliveries } as unknown as StreamDocument;
  return planReplay(document, readerFrom(start), request, MADE);
}

test("planReplay() freezes the range, and all of the delivery but names and wall-clock rolls", async () => {
  const roll = { ageMs: 1000, at: { time: "08:30", timeZone: "UTC" } };
  const processors = [{ type: "lambda", options: { function: "f", code: "of today" } }];
  const planned = await plan({ source: { type: "log", fromMs: ARRIVAL_MS + 1 } }, { roll, processors });
  assert.deepEqual(planned.definition.processors, [{ type: "lambda", options: { function: "f" } }], "nobody tells it");
  assert.deepEqual(planned.source, { type: "log", from: 70, to: 100 });
  assert.deepEqual([planned.definition.id, planned.definition.kind], ["replay-ab12", "replay"]);
  assert.deepEqual(planned.definition.roll, { ageMs: 1000 });
  const { prefix, errorPrefix } = planned.definition.naming;
  assert.deepEqual([prefix, errorPrefix], ["replay/ab12/data/", "replay/ab12/!{firehose:error-output-type}/"]);
});

test("planReplay() says from when on data is retained", async () => {
  const message = /retained from offset 40, which arrived at 2026-01-02T00:00:00.000Z on/;
  await assert.rejects(plan({ source: { type: "log", fromOffset: 39 } }), { code: "invalid", message });
  await assert.rejects(plan({ source: { type: "log", fromMs: ARRIVAL_MS - 1 } }), { code: "invalid", message });
  assert.equal((await plan({ source: { type: "log", fromMs: 0 } }, {}, 0)).source.from, 0);
});

test("planReplay() refuses ranges without records and beyond the end, and two ranges at once", async () => {
  await assert.rejects(plan({ source: { type: "log", fromOffset: 50, toOffset: 50 } }), /holds no records/);
  await assert.rejects(plan({ source: { type: "log", toOffset: 101 } }), /ends at offset 100/);
  await assert.rejects(plan({ source: { type: "log", fromOffset: 50, toMs: 5 } }), /not both/);
  await assert.rejects(plan({ delivery: "nobody", source: { type: "log" } }), /no delivery nobody/);
  await assert.rejects(plan({ source: { type: "log" }, into: { prefix: "!{timestamp:" } }), { code: "invalid" });
});

test("planReplay() never reads what it writes, nor errors, nor earlier replays", async () => {
  const naming = { timeZone: "UTC", prefix: "data/", errorPrefix: "errors/!{firehose:error-output-type}/" };
  const { source } = await plan({ source: { type: "objects", prefix: "" } }, { naming });
  assert.equal(source.type, "objects");
  const { exclude } = source as { exclude?: readonly string[] };
  assert.deepEqual(exclude, ["replay/ab12/data/", "replay/ab12/errors/", "errors/", "replay/"]);
  const into = { prefix: "data/" };
  await assert.rejects(plan({ source: { type: "objects", prefix: "data/2026/" }, into }), /read what it writes/);
});
