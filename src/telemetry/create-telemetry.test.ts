import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { systemClock } from "../std/clock.ts";
import { nodeDisk } from "../std/node-disk.ts";
import { createTelemetry, type TelemetryOptions } from "./create-telemetry.ts";
import type { EventCatalogue } from "./events.ts";

const LABELS = 'stream="s",delivery="d",kind="primary"';

const delivered: EventCatalogue["delivery.parcelDelivered"] = {
  stream: "s",
  delivery: "d",
  kind: "primary",
  target: "object-store",
  error: false,
  adopted: false,
  key: "2026/s-1",
  records: 3,
  sourceBytes: 150,
  objectBytes: 90,
  cause: "age",
  attempts: 1,
  freshnessMs: 2000,
};

async function fixture(t: TestContext, options: Partial<TelemetryOptions> = {}) {
  const folder = await mkdtemp(join(tmpdir(), "lakehose-telemetry-"));
  const lines: string[] = [];
  const telemetry = createTelemetry({
    clock: systemClock,
    disk: nodeDisk,
    logsDirectory: join(folder, "logs"),
    level: "info",
    output: { write: (line: string) => void lines.push(line) },
    snapshot: () => [],
    deliveryLogTarget: () => undefined,
    ...options,
  });
  t.after(async () => {
    await telemetry.close();
    await rm(folder, { recursive: true });
  });
  return { telemetry, lines };
}

test("createTelemetry counts delivered records at the receipt and keeps error records apart", async (t) => {
  const { telemetry } = await fixture(t);
  telemetry.emit("delivery.parcelDelivered", delivered);
  telemetry.emit("delivery.parcelDelivered", { ...delivered, error: true, records: 1, sourceBytes: 50 });
  const { text } = await telemetry.metrics();
  assert.ok(text.includes(`lakehose_delivered_records_total{${LABELS}} 3\n`), text);
  assert.ok(text.includes(`lakehose_delivered_bytes_total{${LABELS}} 150\n`));
  assert.ok(text.includes(`lakehose_errored_records_total{${LABELS}} 1\n`));
  assert.ok(text.includes(`lakehose_delivered_objects_total{${LABELS},cause="age"} 1\n`));
});

test("createTelemetry logs what people read, and what happens per call only when asked", async (t) => {
  const { telemetry, lines } = await fixture(t);
  telemetry.emit("stream.recordsAccepted", { stream: "s", records: 1, bytes: 2, call: "PutRecord" });
  telemetry.emit("stream.created", { stream: "s", type: "DirectPut" });
  assert.equal(lines.length, 1);
  const { event, stream, level } = JSON.parse(lines[0] ?? "");
  assert.deepEqual({ event, stream, level }, { event: "stream.created", stream: "s", level: "info" });
});

test("createTelemetry sets one line for eyes on a terminal", async (t) => {
  const { telemetry, lines } = await fixture(t, { pretty: true });
  telemetry.emit("stream.warned", { stream: "s", code: "week-based-year", message: "YYYY is week-based" });
  assert.match(lines[0] ?? "", /warn.* stream\.warned stream=s code=week-based-year message="YYYY is week-based"\n$/);
});

test("createTelemetry shows accepted = delivered + errored + dropped + pending, unread included", async (t) => {
  const { telemetry } = await fixture(t, {
    snapshot: () => [
      {
        stream: "s",
        logBytes: 4096,
        budgetBytes: 10_000,
        pendingAppends: 0,
        end: 100,
        deliveries: [
          {
            delivery: "d",
            kind: "primary",
            state: "running",
            read: 90,
            hold: 70,
            openAccumulators: 2,
            openParcels: 1,
            spilledBytes: 12,
            counters: { delivered: 60, errored: 5, dropped: 5, pending: 20 },
            oldestPendingMs: systemClock.now() - 5000,
          },
        ],
      },
    ],
  });
  const { text } = await telemetry.metrics();
  const value = (series: string) => Number(new RegExp(`^${series} (.*)$`, "m").exec(text)?.[1]);
  const balance = (state: string) => value(`lakehose_delivery_records\\{${LABELS},state="${state}"\\}`);
  assert.equal(balance("pending"), 30);
  assert.equal(
    balance("accepted"),
    balance("delivered") + balance("errored") + balance("dropped") + balance("pending"),
  );
  assert.equal(balance("accepted"), 100);
  assert.equal(value(`lakehose_delivery_hold_lag_records\\{${LABELS}\\}`), 30);
  assert.ok(value(`lakehose_delivery_data_freshness_seconds\\{${LABELS}\\}`) >= 5);
});

test("createTelemetry forgets the series of a deleted stream and keeps those of others", async (t) => {
  const { telemetry } = await fixture(t);
  telemetry.emit("delivery.parcelDelivered", delivered);
  telemetry.emit("delivery.parcelDelivered", { ...delivered, stream: "other" });
  telemetry.emit("stream.deleted", { stream: "s", forced: false, deliveredAll: true });
  await telemetry.deliveryLog.settled();
  await new Promise((resolve) => setImmediate(resolve));
  const { text } = await telemetry.metrics();
  assert.ok(!text.includes('stream="s"'));
  assert.ok(text.includes('lakehose_delivered_records_total{stream="other"'));
});

test("createTelemetry writes failures to the delivery log where logging is on", async (t) => {
  const arn = "arn:aws:firehose:us-east-1:000000000000:deliverystream/s";
  const { telemetry } = await fixture(t, {
    deliveryLogTarget: (stream) =>
      stream === "s"
        ? { arn, version: "2", destination: "arn:aws:s3:::lake", logStream: "DestinationDelivery" }
        : undefined,
  });
  const failed = { delivery: "d", version: "1", target: "arn:aws:s3:::lake", key: "k", attempt: 2 };
  telemetry.emit("delivery.attemptFailed", { stream: "s", ...failed, code: "S3.AccessDenied", message: "no" });
  telemetry.emit("delivery.attemptFailed", { stream: "quiet", ...failed, code: "S3.AccessDenied", message: "no" });
  const [event, ...rest] = await telemetry.deliveryLog.read("s", "DestinationDelivery", 10);
  assert.equal(rest.length, 0);
  assert.equal(event?.deliveryStreamARN, arn);
  assert.equal(event?.errorCode, "S3.AccessDenied");
  assert.equal(event?.deliveryStreamVersionId, "1");
  assert.deepEqual(await telemetry.deliveryLog.logStreams("s"), ["DestinationDelivery"]);
  assert.deepEqual(await telemetry.deliveryLog.logStreams("quiet"), []);
});
