import assert from "node:assert/strict";
import { test } from "node:test";
import { type ChangeWorld, openChangeWorld } from "../../../test/fakes/change-world.ts";
import { PretendDisk } from "../../../test/fakes/pretend-disk.ts";
import { ObjectStoreError } from "../../storage/object-store.ts";

const TABLE = { databaseName: "sales", tableName: "orders" };
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const name = (key: string) => ({ bucket: "lake", key });

async function opened(disk = new PretendDisk()): Promise<ChangeWorld> {
  const world = await openChangeWorld(disk, 1);
  await world.put("t/a", "1");
  return world;
}

const insert = (world: ChangeWorld, ...keys: readonly string[]) =>
  world.changes.begin({ origin: "INSERT", table: TABLE, adds: keys.map(name), replaces: [] });

async function compaction(world: ChangeWorld, graceMs = HOUR_MS) {
  const replaces = [{ ...name("t/a"), etag: await world.etagOf("t/a") }];
  const change = await world.changes.begin({
    origin: "compact",
    table: TABLE,
    adds: [name("t/big")],
    replaces,
    graceMs,
  });
  await world.put(change.places[0]?.key ?? "", "1");
  return change;
}

test("a commit that was overtaken by abandon() is no success", async () => {
  const world = await opened();
  const change = await insert(world, "t/x");
  await world.put("t/x", "2");
  const committing = change.commit();
  const abandoned = change.abandon();
  const outcomes = await Promise.allSettled([committing, abandoned]);
  const committed = outcomes[0].status === "fulfilled";
  assert.deepEqual(await world.read(), committed ? ["1", "2"] : ["1"]);
  const slow = await insert(world, "t/y");
  await world.put("t/y", "3");
  const { head } = world.store;
  world.store.head = async (...parameters) => {
    world.store.head = head;
    await slow.abandon();
    return world.store.head(...parameters);
  };
  await assert.rejects(slow.commit());
});

test("what cannot be abandoned on a full disk is abandoned once there is room", async () => {
  const disk = new PretendDisk();
  const world = await opened(disk);
  const change = await compaction(world);
  disk.failNext("write", "ENOSPC", { pathPart: "changes", times: 1_000 });
  await assert.rejects(change.commit(), { code: "ENOSPC" });
  disk.heal();
  await settleAll(world);
  assert.ok(world.changes.isFree(name("t/a")), "somebody else may have the file now");
  assert.deepEqual(await world.keys(), ["t/a"]);
});

test("a change that begins although nobody was told so is abandoned", async () => {
  const disk = new PretendDisk();
  const world = await opened(disk);
  await (await insert(world, "t/first")).abandon();
  disk.failNext("datasync", "EIO", { pathPart: "changes" });
  await assert.rejects(insert(world, "t/x"), { code: "EIO" });
  await settleAll(world);
  assert.ok(world.changes.isFree(name("t/x")));
});

async function settleAll(world: ChangeWorld): Promise<void> {
  await world.changes.settle();
  await world.clock.advance(HOUR_MS);
  await world.changes.settle();
}

test("a commit whose line took effect is a success, also when the log cannot be read at once", async () => {
  const disk = new PretendDisk();
  const world = await opened(disk);
  await (await insert(world, "t/first")).abandon();
  const change = await insert(world, "t/x");
  await world.put("t/x", "2");
  disk.failNext("close", "EIO", { pathPart: "changes" });
  disk.failNext("list", "EIO", { pathPart: "changes" });
  await change.commit();
  assert.deepEqual(await world.read(), ["1", "2"]);
});

test("a name that is taken already is refused, and what lies there stays", async () => {
  const world = await opened();
  await assert.rejects(
    insert(world, "t/new", "t/a").then((change) => change.abandon()),
    { code: "conflict", message: /t\/a/ },
  );
  await assert.rejects(insert(world, "t/new", "t/new"), { code: "invalid", message: /t\/new/ });
  assert.deepEqual(await world.read(), ["1"]);
  assert.ok(world.changes.isFree(name("t/new")));
});

test("the wall clock decides nothing while the server runs", async () => {
  const world = await opened();
  const change = await insert(world, "t/x");
  await change.abandon();
  world.clock.jump(24 * HOUR_MS);
  await world.changes.settle();
  await world.put("t/x", "late");
  assert.deepEqual(await world.read(), ["1"], "a late write is met, although the clock was set forward");
  world.clock.jump(-48 * HOUR_MS);
  await world.clock.advance(HOUR_MS);
  await world.changes.settle();
  assert.ok(world.changes.isFree(name("t/x")), "and the end comes, although it was set back");
});

test("a clock that was wrong before a restart holds no change for ever", async () => {
  const disk = new PretendDisk();
  const before = await opened(disk);
  before.clock.jump(1_000 * 24 * HOUR_MS);
  await (await compaction(before)).commit();
  disk.processKill();
  const world = await openChangeWorld(disk, 2);
  await world.clock.advance(HOUR_MS + MINUTE_MS);
  await world.changes.settle();
  assert.deepEqual(await world.keys(), ["t/big"]);
});

test("abandon() waits for its own objects and for nobody else's", async () => {
  const world = await opened();
  await (await compaction(world, 0)).commit();
  const stuck = Promise.withResolvers<never>();
  const { get } = world.store;
  world.store.get = () => stuck.promise;
  const settling = world.changes.settle();
  const change = await insert(world, "t/x");
  await world.put("t/x", "2");
  const done = await Promise.race([change.abandon().then(() => true), world.clock.advance(1_000).then(() => false)]);
  world.store.get = get;
  stuck.reject(new ObjectStoreError("unavailable", "not now"));
  await settling;
  assert.ok(done);
});

test("nothing goes on in the background once settling has failed", async () => {
  const world = await opened();
  const keys = Array.from({ length: 40 }, (_, index) => `t/x${index}`);
  const change = await insert(world, ...keys);
  let deletes = 0;
  const remove = world.store.delete.bind(world.store);
  world.store.delete = async (...parameters) => {
    deletes++;
    if (deletes === 1) throw new ObjectStoreError("unavailable", "not now");
    await new Promise(setImmediate);
    return remove(...parameters);
  };
  await change.abandon();
  const atOnce = deletes;
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(deletes, atOnce);
});
