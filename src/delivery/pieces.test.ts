import assert from "node:assert/strict";
import { test } from "node:test";
import { DeliveryWorld } from "../../test/fakes/delivery-world.ts";
import { readErrorRecords } from "../model/error-record-reader.ts";
import { packRecords } from "../model/records.ts";
import type { Outcome, Processor } from "../processors/processor.ts";

const DELIVERY = "destinationId-000000000001";
const STREAM_UID = "0123456789abcdef0123456789abcdef";

type Step = (outcome: Extract<Outcome, { readonly result: "kept" }>) => readonly Outcome[];

/** One processor of the chain under test. It hands on what it does not know of an outcome, or not, as real ones do. */
function processorOf(type: string, step: Step): () => Processor {
  return () => ({
    type,
    pure: true,
    close: async () => undefined,
    process: async ({ source, outcomes }) => ({
      source,
      outcomes: outcomes.flatMap((outcome) => (outcome.result === "kept" ? step(outcome) : [outcome])),
    }),
  });
}

const PROCESSORS = {
  /** "a,b" => "a" and "b", views on the record. */
  split: processorOf("split", (outcome) => {
    const { bytes } = outcome;
    const pieces: Outcome[] = [];
    for (let from = 0; from <= bytes.length; ) {
      const comma = bytes.indexOf(",", from);
      const end = comma < 0 ? bytes.length : comma;
      pieces.push({ ...outcome, bytes: bytes.subarray(from, end) });
      from = end + 1;
    }
    return pieces;
  }),
  /** Changes what it is given, and keeps nothing else of the outcome. */
  shout: processorOf("shout", ({ index, bytes }) => [
    { result: "kept", index, bytes: Buffer.from(bytes.toString().toUpperCase()) },
  ]),
  refuse: processorOf("refuse", (outcome) => {
    if (!/bad/i.test(outcome.bytes.toString())) return [outcome];
    const why = { code: "Refused", message: "it is bad", attempts: 1 };
    return [{ result: "rejected", index: outcome.index, errorType: "processing-failed", ...why }];
  }),
  refuseAlone: (): Processor => {
    const { process: _, ...rest } = PROCESSORS.refuse();
    const each: Processor["each"] = (outcome) => {
      if (!/bad/i.test(outcome.bytes.toString())) return outcome;
      const why = { code: "Refused", message: "it is bad", attempts: 1 };
      return { result: "rejected", index: outcome.index, errorType: "processing-failed", ...why };
    };
    return { ...rest, each, process: PROCESSORS.refuse().process };
  },
};

async function rejectedBy(chain: readonly (keyof typeof PROCESSORS)[], ...records: string[]) {
  const world = new DeliveryWorld({
    definition: { processors: chain.map((type) => ({ type, options: {} })) },
    processors: PROCESSORS,
  });
  await world.start();
  await world.put(...records);
  await world.flush();
  const found = await errorsIn(world);
  return { world, found };
}

async function errorsIn(world: DeliveryWorld): Promise<string[]> {
  const texts: string[] = [];
  for (const object of (await world.objects("processing-failed/")).values()) {
    for await (const read of readErrorRecords([Buffer.from(object)])) {
      assert.ok("record" in read);
      texts.push(read.record.bytes.toString());
    }
  }
  return texts;
}

test("of a record that was split, the error record holds the piece that was rejected", async () => {
  for (const refuse of ["refuse", "refuseAlone"] as const) {
    const { world, found } = await rejectedBy(["split", refuse], "good,bad 1,bad 2", "bad 3", "fine");
    assert.deepEqual(found, ["bad 1", "bad 2", "bad 3"], refuse);
    await world.stop();
  }
});

test("the piece is what came out of the splitter, whatever became of it before it was rejected", async () => {
  const { world, found } = await rejectedBy(["split", "shout", "refuse"], "good,bad 1");
  assert.deepEqual(found, ["bad 1"]);
  await world.stop();
});

test("the whole source record is held where the pieces are of something made from it", async () => {
  const { world, found } = await rejectedBy(["shout", "split", "refuse"], "good,bad 1");
  assert.deepEqual(found, ["good,bad 1"]);
  await world.stop();
});

test("a redriven piece goes the same way again, alone, and keeps its place in the stream", async () => {
  const { world } = await rejectedBy(["split", "refuse"], "good,bad 1,fine");
  const origin = { streamUid: STREAM_UID, offsets: [0], arrivalsMs: [world.clock.now()], stage: "processors" as const };
  await world.log.append({ records: packRecords([Buffer.from("bad 1")]), onlyDelivery: DELIVERY, origin });
  await world.flush();
  assert.deepEqual(await errorsIn(world), ["bad 1", "bad 1"]);
  assert.deepEqual([...(await world.objects("2026/")).values()], ["good\nfine"]);
  await world.stop();
});
