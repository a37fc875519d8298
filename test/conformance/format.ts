import assert from "node:assert/strict";
import { test } from "node:test";
import { compressions } from "../../src/formats/compression/registry.ts";
import { type ByteSink, DRAIN_BYTES, type EncodeReject, type Format, type Scratch } from "../../src/formats/format.ts";
import type { CompressionType } from "../../src/model/delivery-definition.ts";
import { packRecords } from "../../src/model/records.ts";
import type { JsonObject } from "../../src/std/json.ts";
import { noScratch } from "../fakes/scratch.ts";

/** What a format brings to the suite. */
export interface FormatUnderTest {
  readonly format: Format;
  readonly options: JsonObject;
  readonly compressions: readonly CompressionType[];
  /** For formats that need files while they encode; see `temporaryScratch`. */
  readonly scratch?: Scratch;
  /** Records that the format takes, by their number. Sizes should differ, some well above `DRAIN_BYTES`. */
  record(index: number): Buffer;
  /** A record that it has to reject, where it rejects any. */
  readonly badRecord?: Buffer;
  /** Reads an object back with tools other than the encoder, into what each record looks like in it. */
  read(object: Buffer, compression: CompressionType): Promise<Buffer[]>;
  /** What a record looks like in the object; default: as it is. */
  expected?(record: Buffer): Buffer;
}

/** The promises of `Format` and `ParcelEncoder`, kept by every format under every compression. */
export function formatConformance(subject: FormatUnderTest): void {
  for (const compression of subject.compressions) {
    const name = `${subject.format.type} with ${compression}`;
    test(`${name} gives back the records in their order`, () => givesBackRecords(subject, compression));
    test(`${name} gives the same bytes for the same calls`, () => isDeterministic(subject, compression));
    test(`${name} holds nothing after a drain and counts what it wrote`, () => isBounded(subject, compression));
    test(`${name} takes records while it drains`, () => addsWhileDraining(subject, compression));
    test(`${name} makes a readable object of no records`, () => readsEmpty(subject, compression));
    test(`${name} says when the sink has failed, and does not go on`, () => stopsAfterFailure(subject, compression));
    if (subject.badRecord !== undefined) {
      test(`${name} reports rejected records by their place`, () => reportsRejects(subject, compression));
    }
  }
  test(`${subject.format.type} describes itself and checks its options`, () => describesItself(subject));
}

interface Written {
  readonly object: Buffer;
  readonly rejects: readonly EncodeReject[];
}

async function givesBackRecords(subject: FormatUnderTest, compression: CompressionType): Promise<void> {
  for (const count of [1, 2, 40]) {
    const records = recordsOf(subject, count);
    const { object, rejects } = await write(subject, compression, records);
    assert.deepEqual(rejects, []);
    await assertReads(subject, compression, object, records);
  }
}

async function isDeterministic(subject: FormatUnderTest, compression: CompressionType): Promise<void> {
  const records = recordsOf(subject, 20);
  const first = await write(subject, compression, records);
  const second = await write(subject, compression, records);
  assert.ok(first.object.equals(second.object));
}

async function isBounded(subject: FormatUnderTest, compression: CompressionType): Promise<void> {
  const sink = new MemorySink();
  const encoder = open(subject, compression, sink);
  for (const record of recordsOf(subject, 30)) {
    const before = encoder.heldBytes;
    encoder.add(packRecords([record]));
    assert.ok(encoder.heldBytes >= before);
    assert.ok(encoder.heldBytes <= before + record.length + 1024, "holds little more than the record");
    if (encoder.heldBytes < DRAIN_BYTES) continue;
    await encoder.drain();
    assert.equal(encoder.heldBytes, 0);
    assert.equal(encoder.encodedBytes, sink.bytes);
  }
  await encoder.finish();
  assert.equal(encoder.heldBytes, 0);
  assert.equal(encoder.encodedBytes, sink.bytes);
}

async function addsWhileDraining(subject: FormatUnderTest, compression: CompressionType): Promise<void> {
  const sink = new MemorySink();
  const encoder = open(subject, compression, sink);
  const records = recordsOf(subject, 12);
  const [first, ...others] = records;
  assert.ok(first);
  encoder.add(packRecords([first]));
  for (const record of others) {
    const draining = encoder.drain();
    encoder.add(packRecords([record]));
    await draining;
  }
  await encoder.finish();
  await assertReads(subject, compression, sink.object(), records);
}

async function readsEmpty(subject: FormatUnderTest, compression: CompressionType): Promise<void> {
  const { object, rejects } = await write(subject, compression, []);
  assert.deepEqual(rejects, []);
  await assertReads(subject, compression, object, []);
}

async function stopsAfterFailure(subject: FormatUnderTest, compression: CompressionType): Promise<void> {
  const failure = new Error("no room");
  const sink: ByteSink = { write: () => Promise.reject(failure) };
  const encoder = open(subject, compression, sink);
  for (const record of recordsOf(subject, 30)) encoder.add(packRecords([record]));
  await assert.rejects(
    async () => {
      await encoder.drain();
      await encoder.finish();
    },
    (error) => error === failure,
  );
  await assert.rejects(() => encoder.finish());
}

async function reportsRejects(subject: FormatUnderTest, compression: CompressionType): Promise<void> {
  assert.ok(subject.badRecord);
  const good = recordsOf(subject, 4);
  const mixed = [subject.badRecord, ...good.slice(0, 2), subject.badRecord, ...good.slice(2)];
  const { object, rejects } = await write(subject, compression, mixed);
  assert.deepEqual(
    rejects.map((reject) => reject.index),
    [0, 3],
  );
  for (const reject of rejects) assert.ok(reject.code !== "" && reject.message !== "");
  await assertReads(subject, compression, object, good);
}

function describesItself({ format, options }: FormatUnderTest): void {
  assert.match(format.type, /^[a-z][a-z-]*$/);
  assert.match(format.summary, /^[A-Z].*\.$/);
  assert.ok(format.optionsSchema.safeParse(options).success);
  assert.equal(format.optionsSchema.safeParse({ "no such option": 1 }).success, false);
}

function recordsOf(subject: FormatUnderTest, count: number): Buffer[] {
  return Array.from({ length: count }, (_, index) => subject.record(index));
}

function open(subject: FormatUnderTest, compression: CompressionType, sink: ByteSink) {
  assert.equal(compressions[compression].type, compression);
  const { format, options, scratch = noScratch } = subject;
  return format.open({ options, compression: { type: compression }, seed: "seed", sink, scratch });
}

/** Adds in batches of growing size, with a drain after each third. */
async function write(subject: FormatUnderTest, compression: CompressionType, records: Buffer[]): Promise<Written> {
  const sink = new MemorySink();
  const encoder = open(subject, compression, sink);
  for (let at = 0, size = 1; at < records.length; at += size, size++) {
    const packed = packRecords(records.slice(at, at + size));
    encoder.add(packed);
    // Whoever added them uses their memory again.
    packed.bytes.fill(0xee);
    if (size % 3 === 0) await encoder.drain();
  }
  const { rejects } = await encoder.finish();
  return { object: sink.object(), rejects };
}

async function assertReads(
  subject: FormatUnderTest,
  compression: CompressionType,
  object: Buffer,
  records: readonly Buffer[],
): Promise<void> {
  const read = await subject.read(object, compression);
  const expected = records.map((record) => subject.expected?.(record) ?? record);
  assert.equal(read.length, expected.length);
  for (const [index, record] of expected.entries()) assert.ok(read[index]?.equals(record), `record ${index}`);
}

/** Looks at chunks late, so that one whose memory is used again too early is found; refuses overlapping writes. */
class MemorySink implements ByteSink {
  bytes = 0;
  readonly #copies: Buffer[] = [];
  #writing = false;

  async write(chunks: readonly Buffer[]): Promise<void> {
    assert.equal(this.#writing, false, "writes do not overlap");
    this.#writing = true;
    const early = Buffer.concat(chunks);
    await new Promise((resolve) => setImmediate(resolve));
    const late = Buffer.concat(chunks);
    assert.ok(late.equals(early), "chunks stay as they are until their write resolves");
    this.bytes += late.length;
    this.#copies.push(late);
    this.#writing = false;
  }

  object(): Buffer {
    return Buffer.concat(this.#copies);
  }
}
