import assert from "node:assert/strict";
import { test } from "node:test";
import { DeliveryWorld, type DeliveryWorldOptions } from "../../test/fakes/delivery-world.ts";
import type { JournalRecord, LandedObject } from "./journal/journal-records.ts";
import { JournalState } from "./journal/journal-state.ts";

const TABLE = { databaseName: "sales", tableName: "orders", versionId: "LATEST" };

/** A catalog that says no when it is told to, and remembers what it was told in order. */
class Told {
  readonly objects: LandedObject[] = [];
  refusals = 0;

  readonly register = async (objects: readonly LandedObject[]): Promise<void> => {
    if (this.refusals > 0) {
      this.refusals--;
      throw new Error("the catalog is away");
    }
    this.objects.push(...objects);
  };

  get names(): string[] {
    return this.objects.map(({ name }) => name);
  }
}

function worldOf(told: Told, more: DeliveryWorldOptions = {}): DeliveryWorld {
  return new DeliveryWorld({
    ...more,
    register: told.register,
    roll: { records: 1 },
    definition: { table: TABLE, naming: { timeZone: "UTC", prefix: "data/" } },
  });
}

async function putEach(world: DeliveryWorld, ...records: string[]): Promise<void> {
  for (const record of records) {
    await world.put(record);
    await world.clock.advance(200);
  }
}

test("the catalog is told of each object once it has landed, and not again after a restart", async () => {
  const told = new Told();
  const world = worldOf(told);
  await world.start();
  await putEach(world, "a", "bc");
  await world.flush();
  await world.stop();
  await world.start();
  await putEach(world, "d");
  await world.flush();
  await world.stop();
  const objects = await world.objects();
  assert.deepEqual(
    told.names.map((name) => objects.get(name)),
    ["a", "bc", "d"],
  );
  const [, second] = told.objects;
  assert.deepEqual(
    { ...second, parcelId: "", name: "", etag: "" },
    {
      ...{ parcelId: "", name: "", etag: "" },
      ...{ table: TABLE, target: world.definition.target, records: 1, bytes: 2 },
    },
  );
});

test("a catalog that is away holds nothing back, and hears of everything once it is there again", async () => {
  const told = new Told();
  told.refusals = 5;
  const world = worldOf(told);
  await world.start();
  await putEach(world, "a", "b", "c");
  await world.flush();
  assert.equal(world.delivery.status().hold, 3);
  assert.deepEqual(told.names, []);
  await world.clock.advance(120_000);
  assert.deepEqual(new Set(told.names), new Set((await world.objects()).keys()));
  assert.equal(told.names.length, 3);
  assert.ok(world.events.some(({ name }) => name === "delivery.registrationFailed"));
  await world.stop();
});

test("a catalog that stays away does not keep a delivery from stopping, and is told by the next one", async () => {
  const told = new Told();
  told.refusals = Number.POSITIVE_INFINITY;
  const world = worldOf(told);
  await world.start();
  await putEach(world, "a", "b");
  await world.flush();
  await world.stop();
  told.refusals = 0;
  await world.start();
  await world.clock.advance(1_000);
  assert.deepEqual(new Set(told.names), new Set((await world.objects()).keys()));
  await world.stop();
});

const SEEDS_PER_STEP = 4;

for (const how of ["power", "kill"] as const) {
  test(`nothing that landed stays unknown, whatever step a ${how} loss hits`, async () => {
    let [steps, twice, quiet] = [0, 0, 0];
    // Whether the operation of a crash takes effect is chance: each step is met with several seeds.
    for (let seed = 0; quiet < SEEDS_PER_STEP; seed++) {
      if (seed % SEEDS_PER_STEP === 0) [steps, quiet] = [steps + 1, 0];
      const told = new Told();
      const world = worldOf(told, { seed });
      await world.start();
      world.disk.crashAt(world.disk.faults.count + steps, how);
      const { log } = world;
      void Promise.all(["a", "b"].map((record) => world.putInto(log, record))).catch(() => undefined);
      for (let step = 0; step < 20 && world.disk.crashPending; step++) await world.clock.advance(200);
      if (world.disk.crashPending) quiet++;
      else {
        world.crash(how);
        await world.start();
      }
      world.disk.crashAt(Number.POSITIVE_INFINITY, how);
      await world.put("c");
      await world.flush();
      await world.clock.advance(1_000);
      const objects = await world.objects();
      assert.deepEqual(new Set(told.names), new Set(objects.keys()), `crash at ${steps}`);
      if (told.names.length > objects.size) twice++;
      await world.stop();
    }
    assert.ok(steps > 30, `the workload has many steps, ${steps}`);
    // What a killed process has written stays, so that only a loss of power can come between.
    if (how === "power") assert.ok(twice > 0, "a crash between telling and journaling tells twice");
  });
}

test("a journal that is replaced by a short one takes along what the catalog does not know", () => {
  const state = new JournalState();
  const objects = ["p1", "p2"].map((parcelId): LandedObject => {
    const target = { type: "object-store", options: { bucket: "lake" } };
    return { parcelId, table: TABLE, target, name: `data/${parcelId}`, records: 1, bytes: 1, etag: "e" };
  });
  const open = { journalFormat: 1, logIncarnation: "i", streamUid: "u", deliveryId: "d", partition: 0, at: 0 } as const;
  const plan = { number: 1, versionId: "1", position: 0, streamName: "s", pure: true, definition: {} };
  const records = [
    { type: "open", ...open, startPosition: 0 },
    { type: "owner", epoch: 1 },
    { type: "plan", plan },
    { type: "landed", objects },
    { type: "registered", parcelIds: ["p1"] },
  ] as unknown as readonly JournalRecord[];
  for (const record of records) state.fold(record);
  const copy = new JournalState();
  for (const record of state.snapshot()) copy.fold(record);
  assert.deepEqual([...copy.unregistered.values()], objects.slice(1));
});
