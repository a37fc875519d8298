import assert from "node:assert/strict";
import { test } from "node:test";
import { DeliveryWorld } from "../../test/fakes/delivery-world.ts";
import { packRecords } from "../model/records.ts";
import type { Processor } from "../processors/processor.ts";

/** Header, what the first read says, and what one record of the second says: the next needs a new segment. */
const SEGMENT_BYTES = 16 * 1024;
const LONG = "a".repeat(7_700);

test("a stop while half of a read is staged names none of it", async () => {
  const gate = Promise.withResolvers<void>();
  const slow: Processor = {
    type: "slow",
    pure: false,
    process: async (batch) => {
      await gate.promise;
      return batch;
    },
    close: async () => undefined,
  };
  const world = new DeliveryWorld({
    definition: { processors: [{ type: "slow", options: {} }] },
    processors: { slow: () => slow },
    stagingSegmentBytes: SEGMENT_BYTES,
  });
  await world.start();
  await world.put("first");
  await world.clock.advance(100);
  await world.put(LONG);
  // Addressed to another delivery, so that what stands around it in one read is staged frame by frame.
  await world.log.append({ records: packRecords([Buffer.from("x")]), onlyDelivery: "another" });
  await world.put("b");
  world.disk.failNext("open", "ENOSPC", { pathPart: "/staging/00000000000000000002", times: 1_000 });
  gate.resolve();
  await world.clock.advance(1_000);
  assert.equal(world.delivery.status().read, 1, "the second read is staged in part");
  await world.stop();
  world.disk.heal();
  await world.start();
  await world.clock.advance(10_000);
  // What a cut names is read from staging again, and must be there once.
  world.crash("kill");
  await world.start();
  await world.flush();
  assert.deepEqual(await world.delivered(), [LONG, "b", "first"].sort());
  await world.stop();
});
