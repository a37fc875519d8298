import assert from "node:assert/strict";
import { test } from "node:test";
import { DeliveryWorld, type DeliveryWorldOptions } from "../../test/fakes/delivery-world.ts";
import type { Processor } from "../processors/processor.ts";
import { type Random, seededRandom } from "../std/random.ts";
import type { ObjectStore } from "../storage/object-store.ts";

const never = () => new AbortController().signal;

/** A chain that is asked once only: its outcomes are staged. */
function impure(): Processor {
  return {
    type: "impure",
    pure: false,
    onlyPlaces: false,
    process: async (batch) => batch,
    close: async () => undefined,
  };
}

const KINDS: Readonly<Record<string, DeliveryWorldOptions>> = {
  "derived from the log": {},
  staged: { definition: { processors: [{ type: "impure", options: {} }] }, processors: { impure } },
};

/** What a query sees: the snapshot first, then what is listed, whatever happens in between. */
async function read(world: DeliveryWorld, between: () => Promise<void>): Promise<string[]> {
  const snapshot = await world.until(world.delivery.snapshot(1_000, never()), 20);
  assert.ok(snapshot?.complete);
  await between();
  const landed = [...(await world.objects())].filter(([key]) => !snapshot.hides(key)).map(([, text]) => text);
  await between();
  const texts: string[] = [];
  for (const { path, fileBytes } of await world.until(snapshot.encode(snapshot.objects, never()), 20)) {
    const bytes = world.disk.contentOf(path);
    assert.equal(bytes.byteLength, fileBytes);
    texts.push(bytes.toString());
  }
  await snapshot.release();
  return [...landed, ...texts].flatMap((text) => (text === "" ? [] : text.split("\n"))).sort();
}

/** Puts take effect at once; now and then nobody hears of it for some seconds, or something says that it failed. */
function capriciousStore(random: Random, world: () => DeliveryWorld): (store: ObjectStore) => ObjectStore {
  return (store) =>
    new Proxy(store, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (name !== "put" || typeof member !== "function") return member;
        return async (...parameters: unknown[]) => {
          if (random.fraction() < 0.2) throw new Error("not now");
          const result: unknown = await Reflect.apply(member, target, parameters);
          if (random.fraction() < 0.5) await world().clock.sleep(random.fraction() * 5_000);
          return result;
        };
      },
    });
}

for (const [kind, options] of Object.entries(KINDS)) {
  test(`what is ${kind} is seen once at every step of its life, and at once`, async () => {
    let fresh = 0;
    for (let seed = 0; seed < 60; seed++) {
      const random = seededRandom(seed);
      const world: DeliveryWorld = new DeliveryWorld({
        ...options,
        seed,
        roll: { records: 4, ageMs: 3_000 },
        stagingSegmentBytes: 64 * 1024,
        wrapStore: capriciousStore(random, () => world),
      });
      await world.start();
      let next = 0;
      const putSome = async () => {
        const count = Math.floor(random.fraction() * 6);
        if (count > 0) await world.put(...Array.from({ length: count }, () => `record-${next++}`));
      };
      const goOn = async () => {
        await putSome();
        if (random.fraction() < 0.6) await world.clock.advance(random.fraction() * 4_000);
      };
      for (let step = 0; step < 8; step++) {
        await goOn();
        if (random.fraction() < 0.1) {
          world.crash(random.fraction() < 0.5 ? "power" : "kill");
          await world.start();
          await world.clock.advance(100);
        }
        const acknowledged = [...world.acknowledged].sort();
        assert.deepEqual(await read(world, goOn), acknowledged, `seed ${seed}, step ${step}`);
        fresh++;
      }
      await world.flush();
      assert.deepEqual(
        await world.delivered(),
        [...world.acknowledged].sort(),
        `seed ${seed}: and nothing is changed by it`,
      );
      assert.deepEqual(world.disk.pathsBelow("/data/deliveries/d/fresh"), [], `seed ${seed}: nothing is left`);
      await world.stop();
    }
    assert.ok(fresh > 400);
  });
}

test("a snapshot keeps log and staging until it is released", async () => {
  for (const options of Object.values(KINDS)) {
    const world = new DeliveryWorld({ ...options, roll: { records: 1_000 }, stagingSegmentBytes: 64 * 1024 });
    const records = Array.from({ length: 300 }, (_, index) => `${index}`.padEnd(1_000, "."));
    await world.start();
    await world.put(...records);
    const snapshot = await world.until(world.delivery.snapshot(1_000, never()), 20);
    await world.flush();
    await world.put(...records);
    await world.flush();
    await world.log.partitions()[0]?.release(world.delivery.hold);
    const files = await snapshot?.encode(snapshot.objects, never());
    assert.deepEqual(
      files?.map((file) => file.records),
      [300],
    );
    await snapshot?.release();
    await world.stop();
  }
});

test("a snapshot says when something that was accepted is not in it", async () => {
  const stuck = Promise.withResolvers<void>();
  const slow = (): Processor => ({
    ...impure(),
    process: async (batch) => {
      await stuck.promise;
      return batch;
    },
  });
  const definition = { processors: [{ type: "slow", options: {} }] };
  const world = new DeliveryWorld({ definition, processors: { slow } });
  await world.start();
  const before = await world.until(world.delivery.snapshot(1_000, never()), 20);
  assert.deepEqual([before?.complete, before?.objects.length], [true, 0]);
  await before?.release();
  await world.put("a");
  await world.clock.advance(50);
  assert.equal(await world.until(world.delivery.snapshot(1_000, never()), 20), undefined);
  stuck.resolve();
  await world.stop();
});
