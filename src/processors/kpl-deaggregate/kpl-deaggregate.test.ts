import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { processorConformance } from "../../../test/conformance/processor.ts";
import { batchOfRecords } from "../../../test/fakes/batch-of-records.ts";
import { processorDependencies } from "../../../test/fakes/processor-dependencies.ts";
import type { Outcome } from "../processor.ts";
import { kplDeaggregateProcessor } from "./kpl-deaggregate.ts";

const MAGIC = Buffer.of(0xf3, 0x89, 0x9a, 0xc2);

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}

function field(number: number, value: Uint8Array | number): Buffer {
  if (typeof value === "number") return Buffer.concat([varint(number * 8), varint(value)]);
  return Buffer.concat([varint(number * 8 + 2), varint(value.length), value]);
}

/** As the producer library writes it, tags and all. */
function messageOf(records: readonly Uint8Array[]): Buffer {
  const tag = field(4, Buffer.concat([field(1, Buffer.from("k")), field(2, Buffer.from("v"))]));
  const parts = records.map((data) => field(3, Buffer.concat([field(1, 0), field(2, 300), field(3, data), tag])));
  return Buffer.concat([field(1, Buffer.from("partition key")), field(2, Buffer.from("12345")), ...parts]);
}

function sealed(message: Buffer): Buffer {
  return Buffer.concat([MAGIC, message, createHash("md5").update(message).digest()]);
}

const aggregate = (...records: string[]) => sealed(messageOf(records.map((text) => Buffer.from(text))));

const wrongDigest = aggregate("a", "b");
wrongDigest[wrongDigest.length - 1] = (wrongDigest.at(-1) ?? 0) ^ 1;

/** Look like aggregates, or nearly, and are none. */
const impostors: readonly Buffer[] = [
  Buffer.alloc(0),
  Buffer.from("plain"),
  MAGIC,
  Buffer.concat([MAGIC, Buffer.alloc(15)]),
  wrongDigest,
  aggregate("a", "b").subarray(0, -1),
  sealed(messageOf([Buffer.from("a")]).subarray(0, -1)),
  sealed(Buffer.of(0x1a, 0xff, 0xff, 0xff, 0xff, 0x0f)),
  sealed(Buffer.alloc(20, 0xff)),
  sealed(Buffer.of(0x0b)),
  sealed(field(3, field(1, 0))),
];

processorConformance({
  definition: kplDeaggregateProcessor,
  options: {},
  records: [aggregate("a", "b"), aggregate(""), aggregate(), ...impostors],
  splits: true,
});

async function deaggregate(record: Buffer): Promise<readonly Outcome[]> {
  const processor = kplDeaggregateProcessor.create({}, processorDependencies());
  return (await processor.process(batchOfRecords([record]), new AbortController().signal)).outcomes;
}

test("kpl-deaggregate gives the user records of an aggregate", async () => {
  const outcomes = await deaggregate(aggregate("first", "", "third"));
  assert.deepEqual(
    outcomes.map((outcome) => outcome.result === "kept" && [outcome.index, outcome.bytes.toString()]),
    [
      [0, "first"],
      [0, ""],
      [0, "third"],
    ],
  );
});

test("kpl-deaggregate drops an aggregate of nothing", async () => {
  assert.deepEqual(await deaggregate(aggregate()), [{ index: 0, result: "dropped" }]);
});

test("kpl-deaggregate passes what is no aggregate as it is", async () => {
  for (const record of impostors) {
    const [outcome, ...others] = await deaggregate(record);
    assert.ok(outcome?.result === "kept" && outcome.bytes.equals(record), record.toString("hex"));
    assert.equal(others.length, 0);
  }
});

test("kpl-deaggregate passes over fields that it does not know", async () => {
  const unknown = Buffer.concat([field(15, 7), Buffer.of(0x79, 1, 2, 3, 4, 5, 6, 7, 8), Buffer.of(0x7d, 1, 2, 3, 4)]);
  const outcomes = await deaggregate(sealed(Buffer.concat([unknown, messageOf([Buffer.from("a")])])));
  assert.equal(outcomes[0]?.result === "kept" && outcomes[0].bytes.toString(), "a");
});

test("kpl-deaggregate gives back what was aggregated, and survives any bytes under a right digest", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array(), { minLength: 1 }), async (records) => {
      const outcomes = await deaggregate(sealed(messageOf(records)));
      assert.deepEqual(
        outcomes.map((outcome) => outcome.result === "kept" && [...outcome.bytes]),
        records.map((record) => [...record]),
      );
    }),
  );
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (bytes) => {
      assert.ok((await deaggregate(sealed(Buffer.from(bytes)))).length > 0);
    }),
  );
});
