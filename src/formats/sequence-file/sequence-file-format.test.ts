import assert from "node:assert/strict";
import { test } from "node:test";
import { formatConformance } from "../../../test/conformance/format.ts";
import { encodeObject } from "../../../test/readers/encode-object.ts";
import { readSequenceFile } from "../../../test/readers/sequence-file.ts";
import { seededRandom } from "../../std/random.ts";
import { codecCompressions, codecOf } from "./codec.ts";
import { sequenceFileFormat } from "./sequence-file-format.ts";
import { vint } from "./writable.ts";

const SIZES = [0, 1, 100, 127, 128, 3000, 70_000, 256 * 1024, 1024 * 1024];

formatConformance({
  format: sequenceFileFormat,
  options: {},
  compressions: codecCompressions,
  record: (index) => Buffer.alloc(SIZES[index % 37] ?? index * 37, seededRandom(index).bytes(100)),
  read: async (object) => readSequenceFile(object).entries.map(({ value }) => value),
});

formatConformance({
  format: sequenceFileFormat,
  options: { value: "text" },
  compressions: ["hadoop-snappy"],
  record: (index) => Buffer.from("Grüße 🌊 ".repeat(index * index)),
  badRecord: Buffer.from([0x61, 0xff, 0x62]),
  read: async (object) => readSequenceFile(object).entries.map(({ value }) => value),
});

test("sequence-file keys are arrival times, before 1970 too, and values of the class that was asked for", async () => {
  const arrivals = [1_700_000_000_123, -1, 0];
  const { object } = await encodeObject(sequenceFileFormat, [["a", "b"], ["c"], ["d"]], {
    options: { value: "text" },
    compression: { type: "gzip", level: 9 },
    arrivalMs: (batch) => arrivals[batch] ?? 0,
  });
  const { keyClass, valueClass, codecClass, entries, blocks } = readSequenceFile(object);
  assert.deepEqual([keyClass, valueClass], ["org.apache.hadoop.io.LongWritable", "org.apache.hadoop.io.Text"]);
  assert.equal(codecClass, "org.apache.hadoop.io.compress.GzipCodec");
  assert.equal(blocks, 3);
  assert.deepEqual(
    entries.map(({ key, value }) => [key, value.toString()]),
    [
      [1_700_000_000_123, "a"],
      [1_700_000_000_123, "b"],
      [-1, "c"],
      [0, "d"],
    ],
  );
});

test("sequence-file markers come from the seed and stand every 100 KiB where nothing is compressed", async () => {
  const batches = Array.from({ length: 10 }, () => Array.from({ length: 100 }, () => Buffer.alloc(500, "x")));
  const { object } = await encodeObject(sequenceFileFormat, batches, { seed: "one" });
  const { syncMarker, entries } = readSequenceFile(object);
  assert.equal(entries.length, 1000);
  assert.equal(object.toString("latin1").split(syncMarker.toString("latin1")).length - 1, 1 + 5);
  const other = await encodeObject(sequenceFileFormat, batches, { seed: "two" });
  assert.ok(!readSequenceFile(other.object).syncMarker.equals(syncMarker));
});

test("sequence-file blocks of one drain end at a million bytes", async () => {
  const batch = Array.from({ length: 30 }, () => Buffer.alloc(100_000, "x"));
  const { object } = await encodeObject(sequenceFileFormat, [batch], { compression: { type: "hadoop-snappy" } });
  assert.ok(readSequenceFile(object).blocks >= 3);
  assert.equal(readSequenceFile(object).entries.length, 30);
});

test("sequence-file refuses a compression that Hadoop's classes do not read, by name", () => {
  assert.throws(() => codecOf({ type: "zip" }), { code: "unknown-codec", message: /none, gzip.*got zip/ });
});

test("add() without an arrival time is the start of 1970", async () => {
  const { object } = await encodeObject(sequenceFileFormat, [["a"]], {});
  assert.equal(readSequenceFile(object).entries[0]?.key, 0);
});

test("VInts are those of Hadoop's WritableUtils", () => {
  const expected: [number, string][] = [
    [0, "00"],
    [127, "7f"],
    [128, "8f80"],
    [255, "8fff"],
    [256, "8e0100"],
    [65_535, "8effff"],
    [65_536, "8d010000"],
    [16_777_216, "8c01000000"],
    [2 ** 31 - 1, "8c7fffffff"],
  ];
  for (const [value, hex] of expected) assert.equal(vint(value).toString("hex"), hex);
});
