import assert from "node:assert/strict";
import { test } from "node:test";
import { DeliveryWorld } from "../../test/fakes/delivery-world.ts";
import { FaultyStore } from "../../test/fakes/faulty-store.ts";
import { placer } from "../../test/fakes/placing-processor.ts";
import { PretendClock } from "../../test/fakes/pretend-clock.ts";
import type { Format } from "../formats/format.ts";
import { rawFormat } from "../formats/raw/raw-format.ts";
import type { Processor } from "../processors/processor.ts";
import { DiskError } from "../std/disk.ts";
import { seededRandom } from "../std/random.ts";
import { MemoryStore } from "../storage/memory/memory-store.ts";
import { ObjectStoreError } from "../storage/object-store.ts";

/** Store calls that fail before, after and long after their effect, with crashes in between. */
async function lifeWithFaults(seed: number): Promise<{ world: DeliveryWorld; faults: number }> {
  const random = seededRandom(seed);
  const stores: FaultyStore[] = [];
  const world = new DeliveryWorld({
    seed,
    roll: { records: 3, ageMs: 2_000 },
    wrapStore: (store) => {
      const faulty = new FaultyStore(store, { random, rates: { before: 0.15, after: 0.2, late: 0.1 } });
      stores.push(faulty);
      return faulty;
    },
  });
  await world.start();
  for (let call = 0; call < 8; call++) {
    await world.put(`${call}-a`, `${call}-b`);
    await world.clock.advance(random.fraction() * 3_000);
    if (random.fraction() < 0.3) {
      world.crash(random.fraction() < 0.5 ? "power" : "kill");
      await world.start();
    }
    if (random.fraction() < 0.3) await Promise.allSettled(stores.map((store) => store.deliverLate()));
  }
  for (const store of stores) store.heal();
  await world.flush();
  await Promise.allSettled(stores.map((store) => store.deliverLate()));
  return { world, faults: stores.reduce((sum, store) => sum + store.calls.length, 0) };
}

test("a store that answers late, twice or not at all gets every record exactly once", async () => {
  let adopted = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const { world, faults } = await lifeWithFaults(seed);
    assert.ok(faults > 0);
    assert.deepEqual(await world.delivered(), [...world.acknowledged].sort(), `seed ${seed}`);
    const { counters } = world.delivery.status();
    assert.equal(counters.delivered, world.acknowledged.length, `seed ${seed}`);
    assert.equal(counters.pending, 0, `seed ${seed}`);
    adopted += world.events.filter(
      ({ name, fields }) => name === "delivery.parcelDelivered" && fields.adopted === true,
    ).length;
    await world.stop();
  }
  assert.ok(adopted > 10, `some parcels were found to have landed before, ${adopted}`);
});

test("a store that is gone for an hour gets everything afterwards, in order of its keys", async () => {
  let gone = true;
  const world = new DeliveryWorld({
    roll: { records: 1 },
    wrapStore: (store) => {
      const faulty = new FaultyStore(store, { random: seededRandom(1), rates: { before: 1 } });
      if (!gone) faulty.heal();
      return faulty;
    },
  });
  await world.start();
  for (let minute = 0; minute < 20; minute++) {
    await world.put(`minute ${minute}`);
    await world.clock.advance(180_000);
  }
  assert.equal(world.delivery.status().state, "retrying");
  assert.equal(world.delivery.hold, 0);
  gone = false;
  world.crash("kill");
  await world.start();
  await world.flush();
  assert.deepEqual(await world.delivered(), [...world.acknowledged].sort());
  await world.stop();
});

test("open compressors that hold too much native memory are handed on, the quietest first", async () => {
  const world = new DeliveryWorld({
    roll: {},
    nativeBytesMax: 1_000_000,
    definition: { compression: { type: "zstd" } },
  });
  await world.start();
  await world.put("x".repeat(400_000));
  const rolled = () => world.events.some(({ name }) => name === "delivery.parcelDelivered");
  for (let step = 0; step < 1_000 && !rolled(); step++) {
    await world.clock.advance(500);
    // The compressor works on a thread of its own, in real time.
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const causes = world.events
    .filter(({ name }) => name === "delivery.parcelDelivered")
    .map(({ fields }) => fields.cause);
  assert.deepEqual(causes, ["memory"]);
  await world.stop();
});

test("an accumulator that would make a restart read too much again is handed on", async () => {
  const world = new DeliveryWorld({ roll: {}, replayBytesMax: 300_000 });
  await world.start();
  for (let call = 0; call < 12; call++) {
    await world.put("x".repeat(50_000));
    await world.clock.advance(500);
  }
  const causes = world.events
    .filter(({ name }) => name === "delivery.parcelDelivered")
    .map(({ fields }) => fields.cause);
  assert.ok(causes.includes("replay-budget"), `causes: ${causes.join()}`);
  await world.flush();
  assert.deepEqual((await world.delivered()).length, 12);
  await world.stop();
});

test("what has gathered is handed on before the log and its parcel files fill the budget together", async () => {
  const budgetBytes = 2_000_000;
  const world = new DeliveryWorld({ roll: {}, replayBytesMax: budgetBytes / 2 });
  await world.start();
  let most = 0;
  for (let call = 0; call < 60; call++) {
    await world.put("x".repeat(50_000));
    await world.clock.advance(500);
    const { hold, spilledBytes } = world.delivery.status();
    most = Math.max(most, (world.log.partitions()[0]?.bytesFrom(hold) ?? 0) + spilledBytes);
  }
  assert.ok(most < 0.75 * budgetBytes, `${most} bytes are in use, intake stops at ${0.9 * budgetBytes}`);
  await world.flush();
  assert.deepEqual((await world.delivered()).length, 60);
  await world.stop();
});

test("what has gathered is handed on before staging fills the budget, whose segments go as wholes", async () => {
  const echo: Processor = { type: "echo", pure: false, process: async (batch) => batch, close: async () => undefined };
  const budgetBytes = 2_000_000;
  const world = new DeliveryWorld({
    roll: { records: 2 },
    replayBytesMax: budgetBytes / 2,
    stagingSegmentBytes: 0.8 * budgetBytes,
    definition: {
      processors: [
        { type: "echo", options: {} },
        { type: "placer", options: {} },
      ],
      partition: { keys: [{ name: "query:k" }] },
      naming: { timeZone: "UTC", prefix: "k=!{partitionKeyFromQuery:k}/", errorPrefix: "err/" },
    },
    processors: { echo: () => echo, placer },
  });
  await world.start();
  let most = 0;
  // One of the two is open at any time, so that a segment that is full is not all done with: a b, aa bb aa bb …
  for (let call = 0; call < 100; call++) {
    await world.put(
      JSON.stringify({ k: call < 2 ? "ab"[call] : "ab"[(call >> 1) & 1 ? 0 : 1], pad: "x".repeat(20_000) }),
    );
    await world.clock.advance(2_000);
    most = Math.max(most, world.delivery.status().spilledBytes);
  }
  assert.ok(most < 0.75 * budgetBytes, `${most} bytes are in use, intake stops at ${0.9 * budgetBytes}`);
  await world.flush();
  assert.deepEqual((await world.delivered()).length, 100);
  await world.stop();
});

test("while the target is down, what gathers is not handed on piece by piece for the sake of the log", async () => {
  let down = true;
  const world = new DeliveryWorld({
    roll: {},
    replayBytesMax: 300_000,
    wrapStore: (store) =>
      new Proxy(store, {
        get: (target, name) => {
          const member: unknown = Reflect.get(target, name, target);
          if (typeof member !== "function") return member;
          return (...parameters: unknown[]) =>
            down && name === "put" ? Promise.reject(new Error("down")) : Reflect.apply(member, target, parameters);
        },
      }),
  });
  await world.start();
  for (let call = 0; call < 40; call++) {
    await world.put("x".repeat(50_000));
    await world.clock.advance(500);
  }
  down = false;
  await world.flush();
  const parcels = world.events.filter(({ name }) => name === "delivery.parcelDelivered").length;
  assert.equal((await world.delivered()).length, 40);
  assert.ok(parcels <= 4, `${parcels} parcels`);
  await world.stop();
});

test("stage one pauses while parcels that wait for their encoder hold as much memory as may gather", async () => {
  let answers = false;
  const world = new DeliveryWorld({
    roll: { records: 1 },
    wrapStore: (store) =>
      new Proxy(store, {
        get: (target, name) => {
          const member: unknown = Reflect.get(target, name, target);
          if (typeof member !== "function") return member;
          return (...parameters: unknown[]) =>
            !answers && name === "put" ? Promise.reject(new Error("down")) : Reflect.apply(member, target, parameters);
        },
      }),
  });
  await world.start();
  for (let call = 0; call < 300; call++) {
    await world.put("x".repeat(100_000));
    await world.clock.advance(20);
  }
  await world.clock.advance(3_000);
  // 4 to 32 at their target, 1 MiB of others in memory, and what one read brings.
  const { read } = world.delivery.status();
  assert.ok(read < 150, `${read} of 300 records were read`);
  answers = true;
  await world.flush();
  assert.equal((await world.delivered()).length, 300);
  await world.stop();
});

test("an object whose sync fails while it grows is encoded again and lands once", async () => {
  const world = new DeliveryWorld({ roll: {} });
  await world.start();
  await world.put("a".repeat(3_000_000));
  await world.clock.advance(500);
  let failed = 0;
  let removals = 0;
  world.disk.faults.before = ({ name, path }) => {
    if (!path.includes("/parcels/")) return;
    if (name === "unlink") removals++;
    if (name !== "datasync" || failed > 0) return;
    failed++;
    throw new DiskError(name, path, "EIO");
  };
  await world.put("b".repeat(3_000_000));
  await world.clock.advance(500);
  assert.equal(failed, 1, "before anything is due");
  await world.flush();
  assert.equal(removals, 2, "once to begin again, once after the receipt");
  assert.deepEqual(
    (await world.delivered()).map((line) => `${line[0]} ${line.length}`),
    ["a 3000000", "b 3000000"],
  );
  await world.stop();
});

test("staging of what has landed does not count as used, with no further record and after a restart", async () => {
  const echo: Processor = { type: "echo", pure: false, process: async (batch) => batch, close: async () => undefined };
  const world = new DeliveryWorld({
    roll: {},
    definition: { processors: [{ type: "echo", options: {} }] },
    processors: { echo: () => echo },
  });
  await world.start();
  for (let call = 0; call < 10; call++) await world.put("x".repeat(50_000));
  await world.clock.advance(3_000);
  assert.ok(world.delivery.status().spilledBytes > 500_000);
  await world.flush();
  await world.clock.advance(3_000);
  assert.ok(
    world.delivery.status().spilledBytes <= 4096,
    `${world.delivery.status().spilledBytes} bytes after a flush`,
  );
  world.crash("kill");
  await world.start();
  await world.clock.advance(3_000);
  assert.ok(
    world.delivery.status().spilledBytes <= 4096,
    `${world.delivery.status().spilledBytes} bytes after a start`,
  );
  await world.stop();
});

for (const writes of [0, 1, 2, 3, 4]) {
  test(`a stop while staging waits for room ends, and loses and doubles nothing (after ${writes} writes)`, async () => {
    const twice: Processor = {
      type: "twice",
      pure: false,
      process: async ({ source, outcomes }) => ({
        source,
        outcomes: outcomes.map((one) =>
          one.result === "kept" ? { ...one, bytes: Buffer.concat([one.bytes, one.bytes]) } : one,
        ),
      }),
      close: async () => undefined,
    };
    const world = new DeliveryWorld({
      roll: {},
      definition: { processors: [{ type: "twice", options: {} }] },
      processors: { twice: () => twice },
    });
    await world.start();
    await world.put("a");
    await world.clock.advance(100);
    // Two of these are read at once and staged apart: one becomes durable, the other finds no room.
    let written = 0;
    world.disk.faults.before = ({ name, path }) => {
      if (name !== "write" || !path.includes("/staging/")) return;
      if (++written > writes) throw new DiskError(name, path, "ENOSPC");
    };
    for (const letter of ["b", "c"]) await world.put(letter.repeat(1_500_000));
    await world.clock.advance(300);
    await world.stop();
    world.disk.faults.before = undefined;
    await world.start();
    await world.clock.advance(3_000);
    // What gathers is read again from staging.
    world.crash("power");
    await world.start();
    await world.flush();
    assert.deepEqual(
      (await world.delivered()).map((line) => `${line[0]} ${line.length}`),
      ["a 2", "b 3000000", "c 3000000"],
    );
    await world.stop();
  });
}

test("a stop in the middle of a cut that the disk does not take loses nothing", async () => {
  const world = new DeliveryWorld({ roll: { records: 2 } });
  await world.start();
  await world.put("a");
  await world.clock.advance(2_000);
  world.disk.failNext("write", "ENOSPC", { pathPart: "journal", times: 1_000 });
  await world.put("b", "c", "d");
  await world.clock.advance(2_000);
  // There is room again, but the cut has not tried yet.
  world.disk.heal();
  await world.until(world.delivery.stop());
  await world.log.close();
  await world.start();
  await world.flush();
  assert.deepEqual(await world.delivered(), ["a", "b", "c", "d"]);
  await world.stop();
});

const PARCELS = "/data/deliveries/d/parcels";

test("an object that landed with the bytes of a file that was lost is known again where the store keeps no metadata", async () => {
  let opened = 0;
  const changing: Format = {
    ...rawFormat,
    open: (options) => rawFormat.open({ ...options, options: { delimiter: ["\n", " \n", "\t\n"][opened++] ?? "" } }),
  };
  let answers = false;
  const world = new DeliveryWorld({
    definition: { format: { type: "changing", options: {} } },
    formats: { changing },
    roll: { records: 2 },
    store: new MemoryStore({ clock: new PretendClock(), capabilities: { keepsMetadata: false } }),
    wrapStore: (store) =>
      new Proxy(store, {
        get: (target, name) => {
          const member: unknown = Reflect.get(target, name, target);
          if (typeof member !== "function" || answers) return member;
          if (name === "head") return () => Promise.reject(new ObjectStoreError("unavailable", "down"));
          if (name !== "put") return member;
          return async (...parameters: unknown[]) => {
            await Reflect.apply(member, target, parameters);
            throw new ObjectStoreError("unknown-outcome", "No answer came");
          };
        },
      }),
  });
  await world.start();
  await world.put("a", "b");
  await world.clock.advance(1_000);
  assert.deepEqual([...(await world.objects()).values()], ["a\nb"]);
  // Twice, so that what was landed is neither the newest encoding nor the one before it, and the journal is read again.
  for (let life = 0; life < 2; life++) {
    world.crash("power");
    for (const name of await world.disk.list(PARCELS)) await world.disk.unlink(`${PARCELS}/${name}`);
    await world.start();
    await world.clock.advance(1_000);
  }
  assert.equal(opened, 3);
  answers = true;
  await world.flush();
  assert.deepEqual([...(await world.objects()).values()], ["a\nb"]);
  assert.equal(world.delivery.status().counters.delivered, 2);
  await world.stop();
});
