import assert from "node:assert/strict";
import { test } from "node:test";
import type { LogReader } from "../log/log.ts";
import { type Batch, packRecords, recordCount } from "../model/records.ts";
import { readNewest } from "./newest-records.ts";

function batch(firstOffset: number, texts: readonly string[], onlyDelivery?: string): Batch {
  const records = packRecords(texts.map((text) => Buffer.from(text)));
  return { ...records, partition: 0, firstOffset, arrivalMs: 7, ...(onlyDelivery !== undefined && { onlyDelivery }) };
}

/** Between offsets 5 and 9 a group failed. */
const BATCHES = [batch(2, ["two", "three", "four"]), batch(9, ["nine", "ten"], "d")];

function logOf(batches: readonly Batch[] = BATCHES) {
  const leased: number[] = [];
  const last = batches.at(-1);
  const reader: LogReader = {
    partition: 0,
    incarnation: "00".repeat(16),
    start: batches[0]?.firstOffset ?? 0,
    end: last === undefined ? 0 : last.firstOffset + recordCount(last),
    // One batch a read, and its memory is used for something else as soon as it was given back.
    read: async (offset) => {
      const found = batches.find((one) => one.firstOffset + recordCount(one) > offset);
      return found === undefined ? [] : [{ ...found, bytes: Buffer.from(found.bytes) }];
    },
    recycle: (done) => {
      for (const { bytes } of done) bytes.fill(0);
    },
    waitBeyond: async () => undefined,
    bytesFrom: () => 0,
    offsetAtTime: async () => 0,
    lease: (offset) => {
      leased.push(offset);
      return { advance: () => undefined, release: () => leased.pop() };
    },
  };
  return { reader, leased };
}

const ALL = { records: 100, recordBytes: 100 };

function texts(found: Awaited<ReturnType<typeof readNewest>>) {
  return found.records.map(({ offset, bytes }) => `${offset} ${bytes}`);
}

test("readNewest() has the last records, oldest first, across what the log skipped", async () => {
  const { reader, leased } = logOf();
  const all = await readNewest(reader, ALL);
  assert.deepEqual(texts(all), ["2 two", "3 three", "4 four", "9 nine", "10 ten"]);
  assert.deepEqual([all.next, all.skipped, leased], [11, 0, []]);
  assert.deepEqual([all.records[0]?.onlyDelivery, all.records[4]?.onlyDelivery], [undefined, "d"]);
  assert.deepEqual(texts(await readNewest(reader, { ...ALL, records: 1 })), ["10 ten"]);
});

test("readNewest() goes on where a caller has come to, and says what it passed over", async () => {
  const { reader } = logOf();
  assert.deepEqual(texts(await readNewest(reader, { ...ALL, from: 4 })), ["4 four", "9 nine", "10 ten"]);
  assert.deepEqual(texts(await readNewest(reader, { ...ALL, from: 11 })), []);
  const behind = await readNewest(reader, { ...ALL, from: 3, records: 2 });
  assert.deepEqual([texts(behind), behind.skipped], [["9 nine", "10 ten"], 6]);
  // The log has let go of the first ones, or is a younger one than the caller thinks.
  assert.deepEqual(texts(await readNewest(reader, { ...ALL, from: 0, records: 9 }))[0], "2 two");
  assert.equal((await readNewest(reader, { ...ALL, from: 99 })).next, 11);
});

test("readNewest() cuts long records and takes a bounded share of the log", async () => {
  const { reader } = logOf();
  const [first] = (await readNewest(reader, { ...ALL, recordBytes: 2 })).records;
  assert.deepEqual([String(first?.bytes), first?.size], ["tw", 3]);
  const large = "x".repeat(6 * 1024 * 1024);
  const many = logOf(Array.from({ length: 5 }, (_, at) => batch(at, [large])));
  const some = await readNewest(many.reader, { records: 5, recordBytes: 1 });
  assert.deepEqual([some.records.length, some.next], [3, 3]);
  const rest = await readNewest(many.reader, { records: 5, recordBytes: 1, from: some.next });
  assert.deepEqual([rest.records.length, rest.next], [2, 5]);
});

test("readNewest() of a log without records is empty", async () => {
  const { reader } = logOf([]);
  assert.deepEqual(await readNewest(reader, ALL), { records: [], next: 0, skipped: 0 });
});
