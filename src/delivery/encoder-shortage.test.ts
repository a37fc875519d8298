import assert from "node:assert/strict";
import { test } from "node:test";
import { DeliveryWorld } from "../../test/fakes/delivery-world.ts";
import type { Format } from "../formats/format.ts";
import { rawFormat } from "../formats/raw/raw-format.ts";
import { LakehoseError } from "../model/errors.ts";

/** The raw format, of which the first encoders have no room to finish. */
function shortFormat(failures: number, retriable: boolean): Format & { finishes: number } {
  const format: Format & { finishes: number } = {
    ...rawFormat,
    type: "short",
    finishes: 0,
    open: (options) => {
      const encoder = rawFormat.open(options);
      const finish = encoder.finish.bind(encoder);
      encoder.finish = async () => {
        if (format.finishes++ < failures) throw new LakehoseError("encoder-short", "no room", { retriable });
        return finish();
      };
      return encoder;
    },
  };
  return format;
}

function worldOf(short: Format): DeliveryWorld {
  return new DeliveryWorld({
    definition: { format: { type: "short", options: { delimiter: "\n" } } },
    roll: { records: 2 },
    formats: { short },
  });
}

test("an encoder that runs short of room is asked again until there is some, and every record lands once", async () => {
  const short = shortFormat(20, true);
  const world = worldOf(short);
  await world.start();
  await world.put("a", "b");
  await world.flush();
  assert.equal(short.finishes, 21);
  assert.deepEqual(await world.delivered(), ["a", "b"]);
  await world.stop();
});

test("an encoder that fails for good stops the delivery soon, with its own words", async () => {
  const short = shortFormat(1_000, false);
  const world = worldOf(short);
  await world.start();
  await world.put("a", "b");
  await world.clock.advance(10_000);
  assert.equal(short.finishes, 5);
  assert.match(world.delivery.status().lastError?.message ?? "", /no room/);
  await world.stop();
});
