import assert from "node:assert/strict";
import { test } from "node:test";
import { DeliveryWorld } from "../../test/fakes/delivery-world.ts";
import type { Processor } from "../processors/processor.ts";

const never = () => new AbortController().signal;
const FRESH = "/data/deliveries/d/fresh";

async function withRecords(...records: readonly string[]): Promise<DeliveryWorld> {
  const world = new DeliveryWorld();
  await world.start();
  await world.put(...records);
  return world;
}

async function taken(world: DeliveryWorld) {
  const snapshot = await world.until(world.delivery.snapshot(1_000, never()), 20);
  assert.ok(snapshot?.complete);
  return snapshot;
}

test("whoever gives up waits for no full disk, and leaves nothing", async () => {
  const world = await withRecords("a");
  const snapshot = await taken(world);
  const query = new AbortController();
  world.disk.failNext("open", "ENOSPC", { pathPart: FRESH, times: 1_000_000 });
  const encoding = snapshot.encode(snapshot.objects, query.signal);
  encoding.catch(() => undefined);
  await world.clock.advance(10_000);
  query.abort(new Error("the query has taken too long"));
  const ended = encoding.then(
    () => "encoded",
    (error: Error) => error.message,
  );
  const late = world.clock.advance(20_000).then(() => "goes on");
  assert.equal(await Promise.race([ended, late]), "the query has taken too long");
  world.disk.heal();
  await snapshot.release();
  assert.deepEqual(world.disk.pathsBelow(FRESH), []);
  await world.stop();
});

test("a folder that could not be made once is made the next time", async () => {
  const world = await withRecords("a");
  world.disk.failNext("mkdir", "ENOSPC", { pathPart: FRESH });
  const first = await taken(world);
  await assert.rejects(first.encode(first.objects, never()));
  await first.release();
  const second = await taken(world);
  assert.equal((await second.encode(second.objects, never())).length, 1);
  await second.release();
  await world.stop();
});

test("a snapshot asks for no processor of plans that nothing open follows any more", async () => {
  const gone = { present: true };
  const old = (): Processor => {
    assert.ok(gone.present, "the processor is gone");
    return {
      type: "old",
      pure: false,
      onlyPlaces: false,
      process: async (batch) => batch,
      close: async () => undefined,
    };
  };
  const world = new DeliveryWorld({ definition: { processors: [{ type: "old", options: {} }] }, processors: { old } });
  await world.start();
  await world.put("a");
  await world.flush();
  world.definition = { ...world.definition, processors: [] };
  world.versionId = "2";
  await world.until(world.delivery.apply(world.definition, world.versionId));
  await world.stop();
  gone.present = false;
  await world.start();
  await world.put("b");
  const snapshot = await taken(world);
  assert.equal((await snapshot.encode(snapshot.objects, never())).length, 1);
  await snapshot.release();
  await world.stop();
});

test("what a dead process had in the clear is gone after the next start", async () => {
  const world = await withRecords("a");
  const snapshot = await taken(world);
  await snapshot.encode(snapshot.objects, never());
  assert.ok(world.disk.pathsBelow(FRESH).length > 0);
  world.crash("kill");
  await world.start();
  await world.clock.advance(100);
  assert.deepEqual(world.disk.pathsBelow(FRESH), []);
  await world.stop();
});

test("a delivery that no longer runs says so at once, and takes changes for its next start", async () => {
  const world = await withRecords("a");
  await world.clock.advance(100);
  world.disk.failNext("datasync", "EIO", { pathPart: "/data/deliveries/d/journal", times: 1_000 });
  await world.clock.advance(10_000);
  assert.equal(world.delivery.status().state, "failed");
  let answer: unknown = "none yet";
  void world.delivery.snapshot(1_000, never()).then((snapshot) => {
    answer = snapshot;
  });
  await new Promise(setImmediate);
  assert.equal(answer, undefined);
  let applied = false;
  void world.delivery.apply(world.definition, "2").then(() => {
    applied = true;
  });
  await new Promise(setImmediate);
  assert.ok(applied);
  world.crash("kill");
});
