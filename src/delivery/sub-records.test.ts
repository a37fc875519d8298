import assert from "node:assert/strict";
import { test } from "node:test";
import { DeliveryWorld } from "../../test/fakes/delivery-world.ts";
import type { Outcome, Processor } from "../processors/processor.ts";

/** Makes a record of each of the four letters of a record. */
const splitter = (): Processor => ({
  type: "splitter",
  pure: true,
  process: async ({ source, outcomes }) => ({
    source,
    outcomes: outcomes.flatMap((outcome): readonly Outcome[] => {
      if (outcome.result !== "kept") return [outcome];
      return [...outcome.bytes.toString()].map((letter) => ({ ...outcome, bytes: Buffer.from(letter) }));
    }),
  }),
  close: async () => undefined,
});

test("what one record has become stays in one parcel, whatever the limits and crashes (rule H2)", async () => {
  for (const how of ["power", "kill"] as const) {
    const world = new DeliveryWorld({
      roll: { records: 3 },
      definition: { processors: [{ type: "splitter", options: {} }] },
      processors: { splitter },
    });
    await world.start();
    await world.put("abcd", "efgh");
    await world.clock.advance(500);
    world.crash(how);
    await world.start();
    await world.put("ijkl");
    await world.flush();
    assert.deepEqual([...(await world.objects()).values()].sort(), ["a\nb\nc\nd", "e\nf\ng\nh", "i\nj\nk\nl"]);
    await world.stop();
  }
});
