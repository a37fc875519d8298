import assert from "node:assert/strict";
import { test } from "node:test";
import { DeliveryWorld } from "../../test/fakes/delivery-world.ts";
import type { MemoryStore } from "../storage/memory/memory-store.ts";
import { ObjectStoreError } from "../storage/object-store.ts";

const TABLE = { databaseName: "sales", tableName: "orders", versionId: "LATEST" };

async function onlyName(world: DeliveryWorld): Promise<string> {
  const [name = ""] = (await world.objects()).keys();
  return name;
}

test("isOpen() is true of an object whose receipt nobody could write down, also after a crash", async () => {
  const world = new DeliveryWorld({ roll: { records: 1 } });
  const store = world.store as MemoryStore;
  const put = store.put.bind(store);
  // The object lands and its answer is lost; whoever asks for it hears nothing.
  store.put = async (request) => {
    await put(request);
    throw new ObjectStoreError("unknown-outcome", "the line is dead");
  };
  const head = store.head.bind(store);
  store.head = async () => {
    throw new ObjectStoreError("unavailable", "the line is dead");
  };
  await world.start();
  await world.put("a");
  await world.clock.advance(500);
  const name = await onlyName(world);
  assert.equal(world.delivery.isOpen(name), true);
  assert.equal(world.delivery.isOpen(name.replace("s-1-", "s-2-")), false, "the name has to be the same");
  world.crash("power");
  await world.start();
  assert.equal(world.delivery.isOpen(name), true);

  Object.assign(store, { put, head });
  await world.flush();
  assert.equal(world.delivery.isOpen(name), false);
  await world.stop();
});

test("isOpen() is true until the catalog knows the object", async () => {
  let isAway = true;
  const register = async () => {
    if (isAway) throw new Error("the catalog is away");
  };
  const definition = { table: TABLE, naming: { timeZone: "UTC", prefix: "data/" } };
  const world = new DeliveryWorld({ register, definition, roll: { records: 1 } });
  await world.start();
  await world.put("a");
  await world.flush();
  const name = await onlyName(world);
  assert.equal(world.delivery.isOpen(name), true);
  isAway = false;
  await world.clock.advance(120_000);
  assert.equal(world.delivery.isOpen(name), false);
  await world.stop();
});
