import assert from "node:assert/strict";
import { test } from "node:test";
import { formatConformance } from "../../../test/conformance/format.ts";
import type { CompressionType } from "../../model/delivery-definition.ts";
import { packRecords } from "../../model/records.ts";
import { seededRandom } from "../../std/random.ts";
import { decompressBuffer } from "../compression/decompress.ts";
import { compressions } from "../compression/registry.ts";
import type { ByteSink } from "../format.ts";
import { HeldChunks } from "./held-chunks.ts";
import { rawFormat } from "./raw-format.ts";

const SIZES = [1, 100, 3000, 64 * 1024, 256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1, 1024 * 1024, 0];

formatConformance({
  format: rawFormat,
  options: { delimiter: "\n" },
  compressions: Object.keys(compressions) as CompressionType[],
  record: (index) => {
    const size = index < 12 ? SIZES[index % SIZES.length] : index * 37;
    const bytes = seededRandom(index).bytes(Math.min(4096, size ?? 0));
    for (let at = 0; at < bytes.length; at++) if (bytes[at] === 10) bytes[at] = 11;
    return Buffer.alloc(size ?? 0, bytes.length === 0 ? "x" : bytes);
  },
  read: async (object) => {
    const plain = await decompressBuffer(object, { outputBytesMax: 1e9 });
    return plain.length === 0
      ? []
      : plain
          .toString("latin1")
          .split("\n")
          .map((text) => Buffer.from(text, "latin1"));
  },
});

test("raw puts nothing between records by default, and the delimiter between them but not after the last", async () => {
  assert.equal(await encode({}, [["a", "b"], ["c"]]), "abc");
  assert.equal(await encode({ delimiter: "\n" }, [["a", "b"], [], ["c"], ["", "d"]]), "a\nb\nc\n\nd");
  assert.equal(await encode({ delimiter: "\r\n" }, [["a"], ["b"]]), "a\r\nb");
});

test("raw names objects as Firehose does", () => {
  const named = (type: CompressionType) => [rawFormat.extension({ type }), rawFormat.contentEncoding({ type })];
  assert.deepEqual(named("none"), ["", undefined]);
  assert.deepEqual(named("gzip"), [".gz", "gzip"]);
  assert.deepEqual(named("zip"), [".zip", "zip"]);
  assert.deepEqual(named("snappy"), [".snappy", "snappy-java"]);
  assert.deepEqual(named("hadoop-snappy"), [".snappy", "hadoop-snappy"]);
  assert.deepEqual(named("zstd"), [".zst", "zstd"]);
});

test("HeldChunks copies a small view of a large buffer and keeps a large view", () => {
  const large = Buffer.allocUnsafeSlow(4 * 1024 * 1024);
  const held = new HeldChunks();
  held.hold(large.subarray(0, 100));
  held.hold(large.subarray(100, 200));
  held.hold(large.subarray(0, 3 * 1024 * 1024));
  held.hold(large.subarray(5, 10));
  const chunks = held.take();
  assert.deepEqual(
    chunks.map((chunk) => chunk.length),
    [200, 3 * 1024 * 1024, 5],
  );
  assert.deepEqual(
    chunks.map((chunk) => chunk.buffer === large.buffer),
    [false, true, false],
  );
  assert.equal(held.bytes, 0);
});

test("HeldChunks keeps what it handed over apart from what comes next", () => {
  const held = new HeldChunks();
  held.reserve(3).write("one");
  const [first] = held.take();
  held.reserve(3).write("two");
  assert.equal(`${first}${Buffer.concat(held.take())}`, "onetwo");
});

async function encode(options: { delimiter?: string }, batches: readonly string[][]): Promise<string> {
  const chunks: Buffer[] = [];
  const sink: ByteSink = {
    write: async (more) => {
      chunks.push(...more);
    },
  };
  const encoder = rawFormat.open({ options, compression: { type: "none" }, seed: "seed", sink });
  for (const batch of batches) {
    encoder.add(packRecords(batch.map((text) => Buffer.from(text))));
    await encoder.drain();
  }
  await encoder.finish();
  return Buffer.concat(chunks).toString();
}
