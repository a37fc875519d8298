import assert from "node:assert/strict";
import { test } from "node:test";
import type { KafkaRecord, RecordsBatch } from "@platformatic/kafka";
import { committedBatches, offsetBehind } from "./committed-batches.ts";

const TRANSACTIONAL = 0b1_0000;
const CONTROL = 0b10_0000;

function batch(firstOffset: bigint, count: number, more: Partial<RecordsBatch> = {}): RecordsBatch {
  const record = (offsetDelta: number): KafkaRecord => ({
    length: 0,
    attributes: 0,
    timestampDelta: 0n,
    offsetDelta,
    key: null,
    value: Buffer.from(String(Number(firstOffset) + offsetDelta)),
    headers: [],
  });
  return {
    firstOffset,
    length: 0,
    partitionLeaderEpoch: 0,
    magic: 2,
    crc: 0,
    attributes: 0,
    lastOffsetDelta: count - 1,
    firstTimestamp: 0n,
    maxTimestamp: 0n,
    producerId: -1n,
    producerEpoch: 0,
    firstSequence: 0,
    records: Array.from({ length: count }, (_, index) => record(index)),
    ...more,
  };
}

const ofTransaction = (firstOffset: bigint, count: number, producerId: bigint) =>
  batch(firstOffset, count, { producerId, attributes: TRANSACTIONAL });

function marker(firstOffset: bigint, producerId: bigint, type: "abort" | "commit"): RecordsBatch {
  const made = batch(firstOffset, 1, { producerId, attributes: TRANSACTIONAL | CONTROL });
  return {
    ...made,
    records: made.records.map((one) => ({ ...one, key: Buffer.from([0, 0, 0, type === "abort" ? 0 : 1]) })),
  };
}

const values = (...given: Parameters<typeof committedBatches>) =>
  committedBatches(...given).flatMap(({ records }) => records.map(({ value }) => String(value)));

test("committedBatches leaves out transactions that were aborted, and keeps what the same producer commits after", () => {
  const records = [
    ofTransaction(0n, 2, 7n),
    ofTransaction(2n, 1, 8n),
    marker(3n, 7n, "abort"),
    ofTransaction(4n, 1, 7n),
    marker(5n, 7n, "commit"),
    marker(6n, 8n, "commit"),
    batch(7n, 1),
  ];
  const abortedTransactions = [{ producerId: 7n, firstOffset: 0n }];
  assert.deepEqual(values({ records, abortedTransactions }, 0n), ["2", "4", "7"]);
});

test("committedBatches leaves out an aborted transaction whose end comes with a later answer", () => {
  const abortedTransactions = [{ producerId: 7n, firstOffset: 1n }];
  assert.deepEqual(values({ records: [batch(0n, 1), ofTransaction(1n, 2, 7n)], abortedTransactions }, 0n), ["0"]);
});

test("committedBatches leaves out what stands in a batch before the offset that was asked for", () => {
  assert.deepEqual(values({ records: [batch(10n, 4)] }, 12n), ["12", "13"]);
});

test("offsetBehind lies behind gaps and markers, and stays where nothing came", () => {
  assert.equal(offsetBehind({ records: [batch(0n, 2, { lastOffsetDelta: 9 })] }, 0n), 10n);
  assert.equal(offsetBehind({ records: [marker(5n, 7n, "commit")] }, 5n), 6n);
  assert.equal(offsetBehind({ records: [] }, 3n), 3n);
  assert.equal(offsetBehind({ records: [batch(0n, 2)] }, 3n), 3n);
});
