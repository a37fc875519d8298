import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { processorConformance } from "../../../test/conformance/processor.ts";
import { batchOfRecords } from "../../../test/fakes/batch-of-records.ts";
import { processorDependencies } from "../../../test/fakes/processor-dependencies.ts";
import type { Outcome } from "../processor.ts";
import { decompressProcessor } from "./decompress.ts";

const packed = gzipSync("packed\n");
const wrongChecksum = Buffer.from(packed);
wrongChecksum.writeUInt32LE(0, packed.length - 8);

processorConformance({
  definition: decompressProcessor,
  options: { format: "gzip" },
  records: [packed, gzipSync(""), Buffer.from("plain"), Buffer.alloc(0), packed.subarray(0, -1), wrongChecksum],
});

async function decompress(records: readonly Buffer[]): Promise<readonly Outcome[]> {
  const processor = decompressProcessor.create({}, processorDependencies());
  return (await processor.process(batchOfRecords(records), new AbortController().signal)).outcomes;
}

async function unpacked(record: Buffer): Promise<string> {
  const [outcome] = await decompress([record]);
  assert.equal(outcome?.result, "kept");
  return outcome.bytes.toString();
}

test("decompress unpacks a member, and members one after another as one record", async () => {
  assert.equal(await unpacked(packed), "packed\n");
  assert.equal(await unpacked(gzipSync("")), "");
  assert.equal(await unpacked(Buffer.concat([packed, gzipSync("more")])), "packed\nmore");
});

test("decompress takes a line break behind a member for the end of the record, and nothing else", async () => {
  for (const end of ["\n", "\r\n"]) assert.equal(await unpacked(Buffer.concat([packed, Buffer.from(end)])), "packed\n");
  for (const end of ["\n\n", "x", "\nx", "\x1f", "\x1f\x8b"]) {
    const [outcome] = await decompress([Buffer.concat([packed, Buffer.from(end, "latin1")])]);
    assert.equal(outcome?.result, "rejected", JSON.stringify(end));
  }
});

test("decompress rejects what is no gzip, as AWS does, and goes on", async () => {
  const broken = [Buffer.from("plain"), Buffer.alloc(0), packed.subarray(0, 12), wrongChecksum, deflateSync("zlib")];
  for (const record of broken) {
    const [rejected, kept] = await decompress([record, packed]);
    assert.equal(rejected?.result, "rejected");
    const { errorType, code, attempts } = rejected;
    assert.deepEqual([errorType, code, attempts], ["decompression-failed", "Decompression failed.", 1]);
    assert.match(rejected.message, /^Expected a record in gzip format: /);
    assert.equal(kept?.result, "kept");
  }
});

test("decompress stops at 64 MiB, and fills its memory with no more than that", async () => {
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024 + 1));
  for (const record of [bomb, Buffer.concat([gzipSync(Buffer.alloc(32 * 1024 * 1024)), bomb])]) {
    const [rejected] = await decompress([record]);
    assert.equal(rejected?.result, "rejected");
    assert.match(rejected.message, /at most 67108864 bytes/);
  }
});

test("decompress gives back what gzip was given, large and small", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 100_000 }), fc.nat(9), async (bytes, level) => {
      const [outcome] = await decompress([gzipSync(bytes, { level })]);
      assert.ok(outcome?.result === "kept" && outcome.bytes.equals(bytes));
    }),
    { numRuns: 30 },
  );
});

test("decompress never gives part of a record that was cut short", async () => {
  const whole = gzipSync(Buffer.from("a line of text\n".repeat(50)));
  const cuts = Array.from({ length: whole.length }, (_, end) => whole.subarray(0, end));
  for (const outcome of await decompress(cuts)) assert.equal(outcome.result, "rejected");
});
