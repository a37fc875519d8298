import assert from "node:assert/strict";
import { test } from "node:test";
import { PretendClock } from "../../../test/fakes/pretend-clock.ts";
import type { EventCatalogue } from "../events.ts";
import type { StreamSnapshot } from "../snapshot.ts";
import { HistoryRecorder } from "./history-recorder.ts";
import { SAMPLED_METRICS } from "./sample-catalogue.ts";
import { seriesOf } from "./series.ts";

function fixture(target = "object-store", kind = "primary") {
  const clock = new PretendClock();
  const samples: [string, number][] = [];
  const take = (key: string, value: number) => {
    const { name, namespace, unit, dimensions } = seriesOf(key);
    assert.deepEqual({ namespace, unit }, SAMPLED_METRICS.get(name));
    samples.push([[...Object.values(dimensions), name].join(" "), value]);
  };
  const history = {
    record: take,
    add: (key: string, { sum }: { readonly sum: number }) => {
      take(key, sum);
      return true;
    },
  };
  const recorder = new HistoryRecorder({ history, clock, targetOf: () => ({ target, kind }) });
  /** What was recorded since the last look, by stream and name. */
  const taken = () => Object.fromEntries(samples.splice(0));
  return { recorder, clock, taken };
}

const delivered: EventCatalogue["delivery.parcelDelivered"] = {
  stream: "s",
  delivery: "d",
  kind: "primary",
  target: "object-store",
  error: false,
  adopted: false,
  key: "k",
  records: 3,
  sourceBytes: 30,
  objectBytes: 12,
  cause: "size",
  attempts: 1,
  freshnessMs: 4_000,
};

test("HistoryRecorder counts accepted and throttled records, and calls that were answered", () => {
  const { recorder, taken } = fixture();
  recorder.observe("stream.recordsAccepted", { stream: "s", records: 5, bytes: 50, call: "PutRecordBatch" });
  recorder.observe("stream.recordsRefused", { stream: "s", records: 2, reason: "rate" });
  const call = { protocol: "aws-json", operation: "UpdateDestination", stream: "s", bytes: 9, durationMs: 3 };
  recorder.observe("api.requestServed", { ...call, status: 200 });
  recorder.observe("api.requestServed", { ...call, stream: "nobody-made-it", status: 400 });
  assert.deepEqual(taken(), {
    "s IncomingRecords": 5,
    "s IncomingBytes": 50,
    "s IncomingPutRequests": 1,
    "s PutRecordBatch.Records": 5,
    "s ThrottledRecords": 2,
    "s UpdateDeliveryStream.Requests": 1,
    "s UpdateDeliveryStream.Latency": 3,
  });
});

for (const [target, family] of [
  ["object-store", "DeliveryToS3"],
  ["opensearch", "DeliveryToAmazonOpenSearchService"],
  ["splunk", "DeliveryToSplunk"],
  ["http-endpoint", "DeliveryToHttpEndpoint"],
  ["redshift", "DeliveryToRedshift"],
] as const) {
  test(`HistoryRecorder names deliveries to ${target} ${family}, and failed attempts lower their success`, () => {
    const { recorder, taken } = fixture(target);
    recorder.observe("delivery.parcelDelivered", { ...delivered, target });
    const seen = taken();
    assert.deepEqual(
      [seen[`s ${family}.Records`], seen[`s ${family}.Bytes`], seen[`s ${family}.DataFreshness`]],
      [3, 30, 4],
    );
    assert.deepEqual([seen[`s ${family}.Success`], seen["s DeliveredRecords"]], [1, 3]);
    const failed = { stream: "s", delivery: "d", version: "1", target: "arn", key: "k", attempt: 1 };
    recorder.observe("delivery.attemptFailed", { ...failed, code: "c", message: "m" });
    assert.equal(taken()[`s ${family}.Success`], 0);
  });
}

test("HistoryRecorder counts backups, error records and replays where AWS counts them", () => {
  const { recorder, taken } = fixture("opensearch");
  recorder.observe("delivery.parcelDelivered", { ...delivered, kind: "backup" });
  assert.deepEqual(Object.keys(taken()), [
    "s BackupToS3.Records",
    "s BackupToS3.Bytes",
    "s BackupToS3.Success",
    "s BackupToS3.DataFreshness",
  ]);
  recorder.observe("delivery.parcelDelivered", { ...delivered, error: true });
  const errors = taken();
  assert.deepEqual([errors["s DeliveryToS3.Records"], errors["s DeliveredRecords"]], [3, undefined]);
  recorder.observe("delivery.parcelDelivered", { ...delivered, target: "opensearch", kind: "replay" });
  const replayed = taken();
  assert.equal(replayed["s DeliveryToAmazonOpenSearchService.DataFreshness"], undefined, "old on purpose");
});

test("HistoryRecorder counts what HTTP endpoints were sent, repeats included, and how late Splunk acknowledges", () => {
  const request = { stream: "s", delivery: "d", records: 3, bytes: 30 };
  const acknowledged = { stream: "s", delivery: "d", latencyMs: 1500 };
  const seenOf = (target: string) => {
    const { recorder, taken } = fixture(target);
    recorder.observe("delivery.requestSent", request);
    recorder.observe("delivery.acknowledged", acknowledged);
    return taken();
  };
  assert.deepEqual(seenOf("http-endpoint"), {
    "s DeliveryToHttpEndpoint.ProcessedRecords": 3,
    "s DeliveryToHttpEndpoint.ProcessedBytes": 30,
  });
  assert.deepEqual(seenOf("splunk"), { "s DeliveryToSplunk.DataAckLatency": 1.5 });
  assert.deepEqual(seenOf("opensearch"), {});
});

test("HistoryRecorder has no AWS name for what AWS does not deliver to", () => {
  const { recorder, taken } = fixture("kafka");
  recorder.observe("delivery.parcelDelivered", { ...delivered, target: "kafka" });
  assert.deepEqual(taken(), { "s DeliveredRecords": 3 });
});

test("HistoryRecorder samples freshness, budget, log age and failing deliveries of a stream", async () => {
  const { recorder, taken, clock } = fixture();
  const delivery = {
    delivery: "d",
    kind: "primary",
    state: "retrying",
    read: 8,
    hold: 5,
    openAccumulators: 2,
    openParcels: 1,
    spilledBytes: 100,
    counters: { delivered: 4, errored: 0, dropped: 1, pending: 3 },
    oldestPendingMs: clock.now() - 30_000,
  };
  const replay = { ...delivery, delivery: "r", kind: "replay", oldestPendingMs: 0 };
  const deliveries = [delivery, replay];
  const snapshot: StreamSnapshot = {
    stream: "s",
    logBytes: 400,
    budgetBytes: 2_000,
    pendingAppends: 0,
    end: 10,
    deliveries,
  };
  const source = { source: "k", kind: "kafka", stream: "s", state: "reading", measures: { recordsLagMax: 70 } };
  recorder.sample(0, [snapshot], [source]);
  taken();
  await clock.advance(60_000);
  recorder.sample(60_000, [snapshot], [source]);
  assert.deepEqual(taken(), {
    "s LogBytes": 400,
    "s BudgetUsed": 30,
    "s DeliveryToS3.DataFreshness": 90,
    "s PartitionCount": 2,
    "s DataFreshness": 90,
    "s LogAge": 60,
    "s DeliveriesFailing": 1,
    "s PendingRecords": 5,
    "s KafkaOffsetLag": 70,
  });
});
