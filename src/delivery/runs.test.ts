import assert from "node:assert/strict";
import { test } from "node:test";
import { DeliveryWorld } from "../../test/fakes/delivery-world.ts";
import { pickyFormat } from "../../test/fakes/picky-format.ts";
import { placer } from "../../test/fakes/placing-processor.ts";
import type { Format } from "../formats/format.ts";
import type { DeliveryDefinition } from "../model/delivery-definition.ts";
import { packRecords, recordCount } from "../model/records.ts";
import type { Processor } from "../processors/processor.ts";
import type { PlanRunner } from "./plan-runner.ts";
import { type AskedBatch, runsOf } from "./runs.ts";

const START = Date.parse("2026-01-01T00:00:00Z");

/** Its first call waits, so that what comes meanwhile is read at once. */
function gated(pure: boolean) {
  const gate = Promise.withResolvers<void>();
  const processor: Processor = {
    type: "gated",
    pure,
    process: async (batch) => {
      await gate.promise;
      return batch;
    },
    close: async () => undefined,
  };
  return { processor, open: () => gate.resolve() };
}

/** The records of each call of `add`. */
function countingAdds(inner: Format, adds: number[]): Format {
  return {
    ...inner,
    open: (options) => {
      const encoder = inner.open(options);
      return new Proxy(encoder, {
        get: (target, name) => {
          if (name === "add") {
            return (...parameters: Parameters<typeof encoder.add>) => {
              adds.push(recordCount(parameters[0]));
              encoder.add(...parameters);
            };
          }
          const member: unknown = Reflect.get(target, name, target);
          return typeof member === "function" ? member.bind(target) : member;
        },
      });
    },
  };
}

function worldOf(pure: boolean, definition: Partial<DeliveryDefinition> = {}) {
  const adds: number[] = [];
  const { processor, open } = gated(pure);
  const picky = countingAdds(
    pickyFormat((record) => record.includes("bad")),
    adds,
  );
  const world = new DeliveryWorld({
    definition: {
      processors: [{ type: "gated", options: {} }],
      format: { type: "picky", options: { delimiter: "\n" } },
      naming: { timeZone: "UTC", prefix: "data/", errorPrefix: "err/" },
      ...definition,
    },
    processors: { gated: () => processor, placer },
    formats: { picky },
  });
  return { world, adds, open };
}

async function arrivalsOfRejects(world: DeliveryWorld): Promise<[record: string, seconds: number][]> {
  const lines = [...(await world.objects("err/")).values()].flatMap((text) => text.split("\n").filter(Boolean));
  return lines.map((line) => {
    const { rawData, arrivalTimestamp } = JSON.parse(line) as { rawData: string; arrivalTimestamp: number };
    return [Buffer.from(rawData, "base64").toString(), (arrivalTimestamp - START) / 1000];
  });
}

for (const pure of [true, false]) {
  const kind = pure ? "derived from the log" : "staged";
  test(`batches that are read together gather in one group, each record with its own arrival (${kind})`, async () => {
    const { world, adds, open } = worldOf(pure);
    await world.start();
    for (const record of ["first", "bad 1", "good", "bad 2"]) {
      await world.put(record);
      await world.clock.advance(1_000);
    }
    open();
    await world.clock.advance(3_000);
    assert.deepEqual(adds, [1, 3]);
    // After a crash it is read again: from staging, or batch by batch from the log.
    world.crash("power");
    await world.start();
    await world.flush();
    assert.deepEqual(await arrivalsOfRejects(world), [
      ["bad 1", 1],
      ["bad 2", 3],
    ]);
    assert.deepEqual([...(await world.objects("data/")).values()], ["first\ngood"]);
    await world.stop();
  });
}

test("what lies on both sides of an hour that the prefix shows is not grouped together, and the hour is closed between", async () => {
  const { world, adds, open } = worldOf(true, {
    naming: { timeZone: "UTC", prefix: "data/!{timestamp:HH}/", errorPrefix: "err/" },
  });
  await world.start();
  await world.put("first");
  await world.clock.advance(3_598_000);
  for (const record of ["a", "b", "c", "d"]) {
    await world.put(record);
    await world.clock.advance(1_000);
  }
  open();
  await world.clock.advance(100);
  await world.flush();
  assert.deepEqual(adds, [1, 2, 2]);
  const objects = await world.objects("data/");
  assert.deepEqual(
    [...objects].map(([key, text]) => [key.slice(0, 8), text]),
    [
      ["data/00/", "first\na\nb"],
      ["data/01/", "c\nd"],
    ],
  );
  await world.stop();
});

for (const activeMax of [undefined, 500]) {
  const kind = activeMax === undefined ? "derived from the log" : "staged";
  test(`values of a key that were written in several ways gather in the order of the log (${kind})`, async () => {
    const { world, open } = worldOf(true, {
      processors: [
        { type: "gated", options: {} },
        { type: "placer", options: {} },
      ],
      partition: { keys: [{ name: "query:k", format: "%02d" }], ...(activeMax === undefined ? {} : { activeMax }) },
      naming: { timeZone: "UTC", prefix: "k=!{partitionKeyFromQuery:k}/", errorPrefix: "err/" },
    });
    await world.start();
    const records = ["1", "01", "1", "001", "01", "1"].map((k, n) => JSON.stringify({ k, n: String(n) }));
    await world.put(records[0] ?? "");
    for (let at = 1; at < records.length; at += 2) await world.put(...records.slice(at, at + 2));
    open();
    await world.clock.advance(3_000);
    world.crash("power");
    await world.start();
    await world.flush();
    assert.deepEqual(
      [...(await world.objects("k=01/")).values()].flatMap((text) => text.split("\n")),
      records,
    );
    await world.stop();
  });
}

test("a run holds no more error records than it may hold bytes, which are more than those of the records", () => {
  const record = Buffer.alloc(1024 * 1024);
  const rejected = { result: "rejected", index: 0, errorType: "processing-failed", code: "c", message: "m" } as const;
  const read = Array.from({ length: 5 }, (_, offset): AskedBatch => {
    const batch = { ...packRecords([record]), partition: 0, firstOffset: offset, arrivalMs: START };
    return { batch, asked: [{ ...rejected, attempts: 1 }] };
  });
  const runner = { plan: { definition: {} }, places: { dataSplit: () => "" } } as unknown as PlanRunner;
  assert.deepEqual(
    [...runsOf(read, runner)].map((run) => run.length),
    [2, 2, 1],
  );
});
