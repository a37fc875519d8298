import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { processorConformance } from "../../../test/conformance/processor.ts";
import { batchOfRecords } from "../../../test/fakes/batch-of-records.ts";
import { aggregate, field, MAGIC, messageOf, sealed } from "../../../test/fakes/kinesis-aggregate.ts";
import { processorDependencies } from "../../../test/fakes/processor-dependencies.ts";
import type { Outcome } from "../processor.ts";
import { kplDeaggregateProcessor } from "./kpl-deaggregate.ts";

const wrongDigest = aggregate(["a", "b"]);
wrongDigest[wrongDigest.length - 1] = (wrongDigest.at(-1) ?? 0) ^ 1;

/** Look like aggregates, or nearly, and are none. */
const impostors: readonly Buffer[] = [
  Buffer.alloc(0),
  Buffer.from("plain"),
  MAGIC,
  Buffer.concat([MAGIC, Buffer.alloc(15)]),
  wrongDigest,
  aggregate(["a", "b"]).subarray(0, -1),
  sealed(messageOf([Buffer.from("a")]).subarray(0, -1)),
  sealed(Buffer.of(0x1a, 0xff, 0xff, 0xff, 0xff, 0x0f)),
  sealed(Buffer.alloc(20, 0xff)),
  sealed(Buffer.of(0x0b)),
  sealed(field(3, field(1, 0))),
];

processorConformance({
  definition: kplDeaggregateProcessor,
  options: {},
  records: [aggregate(["a", "b"]), aggregate([""]), aggregate([]), ...impostors],
  splits: true,
});

async function deaggregate(record: Buffer): Promise<readonly Outcome[]> {
  const processor = kplDeaggregateProcessor.create({}, processorDependencies());
  return (await processor.process(batchOfRecords([record]), new AbortController().signal)).outcomes;
}

test("kpl-deaggregate gives the user records of an aggregate", async () => {
  const outcomes = await deaggregate(aggregate(["first", "", "third"]));
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
  assert.deepEqual(await deaggregate(aggregate([])), [{ index: 0, result: "dropped" }]);
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
