import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import { formatConformance } from "../../../test/conformance/format.ts";
import { decompressBuffer } from "../../../test/fakes/decompress-buffer.ts";
import { noScratch } from "../../../test/fakes/scratch.ts";
import type { CompressionType } from "../../model/delivery-definition.ts";
import { type PackedRecords, packRecords, sliceRecords } from "../../model/records.ts";
import type { JsonObject } from "../../std/json.ts";
import { seededRandom } from "../../std/random.ts";
import { compressions } from "../compression/registry.ts";
import type { ByteSink } from "../format.ts";
import { giveBackChunks, HeldChunks } from "../held-chunks.ts";
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

test("HeldChunks copies what it holds, in blocks that grow, and hands it over in order", () => {
  const held = new HeldChunks();
  const source = Buffer.from("abcdef");
  held.hold(source);
  held.hold(source, 2, 4);
  source.fill("x");
  assert.equal(held.bytes, 8);
  assert.equal(Buffer.concat(held.take()).toString(), "abcdefcd");
  assert.equal(held.bytes, 0);
  const large = seededRandom(3).bytes(700_000);
  for (let at = 0; at < large.length; at += 1000) held.hold(large, at, Math.min(large.length, at + 1000));
  const chunks = held.take();
  assert.ok(chunks.length > 3 && chunks.every((chunk) => chunk.length <= 256 * 1024));
  assert.ok(Buffer.concat(chunks).equals(large));
});

test("HeldChunks keeps what it handed over apart from what comes next, until it is given back", () => {
  const held = new HeldChunks();
  held.hold(Buffer.alloc(100_000, "1"));
  const first = held.take();
  held.hold(Buffer.alloc(100_000, "2"));
  assert.equal(Buffer.concat(first).toString(), "1".repeat(100_000));
  giveBackChunks(first);
  assert.equal(Buffer.concat(held.take()).toString(), "2".repeat(100_000));
});

async function encode(options: { delimiter?: string }, batches: readonly string[][]): Promise<string> {
  const chunks: Buffer[] = [];
  const sink: ByteSink = {
    write: async (more) => {
      chunks.push(Buffer.concat(more));
    },
  };
  const encoder = rawFormat.open({ options, compression: { type: "none" }, seed: "seed", sink, scratch: noScratch });
  for (const batch of batches) {
    encoder.add(packRecords(batch.map((text) => Buffer.from(text))));
    await encoder.drain();
  }
  await encoder.finish();
  return Buffer.concat(chunks).toString();
}

test("raw says the checksum of what leaves where those of the records are known, and only there", async () => {
  const known = (...texts: string[]) => {
    const records = packRecords(texts.map((text) => Buffer.from(text)));
    return { ...records, crc: crc32(records.bytes) };
  };
  const unknown = (...texts: string[]) => packRecords(texts.map((text) => Buffer.from(text)));
  assert.equal(await crcOf({}, [known("a", "bc"), known("", "d")]), crc32("abcd"));
  assert.equal(await crcOf({}, [known("a"), unknown("b")]), undefined);
  assert.equal(await crcOf({}, [sliceRecords(known("a", "bc"), 0, 1)]), undefined);
  assert.equal(await crcOf({ delimiter: "\n" }, [known("a", "bc")]), undefined);
  assert.equal(await crcOf({}, [known("a")], "gzip"), undefined);
});

async function crcOf(options: JsonObject, calls: readonly PackedRecords[], type: CompressionType = "none") {
  const crcs: (number | undefined)[] = [];
  const sink: ByteSink = {
    write: async (_, crc) => {
      crcs.push(crc);
    },
  };
  const encoder = rawFormat.open({ options, compression: { type }, seed: "s", sink, scratch: noScratch });
  // What was drained before says nothing of what is held now.
  encoder.add(packRecords([Buffer.from("before")]));
  await encoder.drain();
  for (const records of calls) encoder.add(records);
  await encoder.drain();
  return crcs.at(-1);
}
