import assert from "node:assert/strict";
import { test } from "node:test";
import { DeliveryWorld } from "../../test/fakes/delivery-world.ts";
import { readErrorRecords } from "../model/error-record-reader.ts";
import { packRecords, type RecordOrigin } from "../model/records.ts";
import type { Processor } from "../processors/processor.ts";

const DELIVERY = "destinationId-000000000001";
const FIRST_ARRIVAL_MS = Date.UTC(2025, 5, 1, 4, 30);

/** Writes in capitals, and refuses what says so. */
function shout(pure: boolean): Processor {
  return {
    type: "shout",
    pure,
    close: async () => undefined,
    process: async ({ source, outcomes }) => ({
      source,
      outcomes: outcomes.map((outcome) => {
        if (outcome.result !== "kept") return outcome;
        const text = outcome.bytes.toString();
        const { index } = outcome;
        if (text.startsWith("bad")) {
          const why = { code: "Shout.Refused", message: "it is bad", attempts: 1 };
          return { result: "rejected", index, errorType: "processing-failed", ...why };
        }
        return { ...outcome, bytes: Buffer.from(text.toUpperCase()) };
      }),
    }),
  };
}

async function redriven(world: DeliveryWorld, texts: string[], stage: RecordOrigin["stage"], onlyDelivery = DELIVERY) {
  const origin = {
    streamUid: "0123456789abcdef0123456789abcdef",
    offsets: texts.map((_, index) => 500 + index),
    arrivalsMs: texts.map(() => FIRST_ARRIVAL_MS),
    stage,
  };
  await world.log.append({ records: packRecords(texts.map((text) => Buffer.from(text))), onlyDelivery, origin });
}

for (const pure of [true, false]) {
  test(`redriven records enter at their stage, for their delivery alone, across a crash (${pure ? "pure" : "staged"})`, async () => {
    const world = new DeliveryWorld({
      definition: { processors: [{ type: "shout", options: {} }] },
      processors: { shout: () => shout(pure) },
    });
    await world.start();
    await world.put("live");
    await redriven(world, ["before", "bad"], "processors");
    await redriven(world, ["past"], "delivery");
    await redriven(world, ["elsewhere"], "processors", `${DELIVERY}-backup`);
    await world.clock.advance(3_000);
    world.crash("power");
    await world.start();
    await world.flush();
    const data = await world.objects("2025/06/01/04/");
    assert.deepEqual([...data.values()], ["BEFORE\npast"]);
    assert.deepEqual([...(await world.objects("2026/")).values()], ["LIVE"]);
    const [errors] = (await world.objects("processing-failed/")).values();
    const reads = [];
    for await (const read of readErrorRecords([Buffer.from(errors ?? "")])) reads.push(read);
    const [first] = reads;
    assert.ok(first !== undefined && "record" in first && reads.length === 1);
    assert.deepEqual([first.record.identity?.offset, first.record.identity?.stage], [501, "processors"]);
    assert.equal(first.record.arrivalMs, FIRST_ARRIVAL_MS);
    assert.equal((await world.objects()).size, 3);
    await world.stop();
  });
}
