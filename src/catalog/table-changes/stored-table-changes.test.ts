import assert from "node:assert/strict";
import { test } from "node:test";
import { type ChangeWorld, openChangeWorld, putWords, readWords } from "../../../test/fakes/change-world.ts";
import { PretendDisk } from "../../../test/fakes/pretend-disk.ts";
import { seededRandom } from "../../std/random.ts";
import { silentTelemetry } from "../../telemetry/telemetry.ts";
import { READ_BY_LISTING, StoredTableChanges } from "./stored-table-changes.ts";

const TABLE = { databaseName: "sales", tableName: "orders" };
const HOUR_MS = 60 * 60_000;
const name = (key: string) => ({ bucket: "lake", key });

async function opened(disk = new PretendDisk(), seed = 1): Promise<ChangeWorld> {
  const world = await openChangeWorld(disk, seed);
  await world.put("t/a", "1", "2");
  await world.put("t/b", "3");
  await world.put("t/c", "4");
  return world;
}

async function compaction(world: ChangeWorld, keys = ["t/a", "t/b"], into = "t/big") {
  const replaces = await Promise.all(keys.map(async (key) => ({ ...name(key), etag: await world.etagOf(key) })));
  return world.changes.begin({ origin: "compact", table: TABLE, adds: [name(into)], replaces });
}

const insert = (world: ChangeWorld, ...keys: readonly string[]) =>
  world.changes.begin({ origin: "INSERT", table: TABLE, adds: keys.map(name), replaces: [] });

test("a compaction shows all of its effect to readers of the catalog, and none of it before its commit", async () => {
  const world = await opened();
  const change = await compaction(world);
  const [place] = change.places;
  assert.match(place?.key ?? "", /^t\/_lakehose\/[0-9a-f]{32}\/big$/);
  await putWords(world.store, place ?? name(""), ["1", "2", "3"]);
  assert.deepEqual(await world.read(), ["1", "2", "3", "4"]);
  const early = world.changes.view();
  await change.commit();
  assert.deepEqual(await readWords(world.store, early, "t/"), ["1", "2", "3", "4"]);
  assert.deepEqual(await world.read(), ["1", "2", "3", "4"]);
  assert.deepEqual(await world.keys(), [`t/_lakehose/${change.id}/big`, "t/a", "t/b", "t/c"]);
  early.release();
});

test("after the grace period the folder alone says what the table holds", async () => {
  const world = await opened();
  const change = await compaction(world);
  await putWords(world.store, change.places[0] ?? name(""), ["1", "2", "3"]);
  await change.commit();
  await world.changes.settle();
  assert.deepEqual(await world.readByListing(), ["1", "2", "3", "4"], "those who list have the old files for now");
  await world.clock.advance(HOUR_MS + 1);
  await world.changes.settle();
  assert.deepEqual(await world.keys(), ["t/big", "t/c"]);
  assert.deepEqual(await world.read(), ["1", "2", "3", "4"]);
  assert.ok(world.changes.isFree(name("t/big")));
});

test("files that a reader may still need stay until it has finished", async () => {
  const world = await opened();
  const change = await compaction(world);
  await putWords(world.store, change.places[0] ?? name(""), ["1", "2", "3"]);
  const before = world.changes.view();
  await change.commit();
  const after = world.changes.view();
  await world.clock.advance(2 * HOUR_MS);
  await world.changes.settle();
  assert.deepEqual(await readWords(world.store, before, "t/"), ["1", "2", "3", "4"]);
  before.release();
  await world.changes.settle();
  assert.deepEqual(await readWords(world.store, after, "t/"), ["1", "2", "3", "4"]);
  assert.equal((await world.keys()).length, 3, "the hidden file is still there beside the visible ones");
  after.release();
  await world.changes.settle();
  assert.deepEqual(await world.keys(), ["t/big", "t/c"]);
});

test("files that go for good are waited for by who deletes them, and new readers find none of them", async () => {
  const world = await opened();
  const before = world.changes.view();
  const { signal } = new AbortController();
  let deleted = false;
  const going = world.changes.withoutReaders([name("t/a"), name("t/b")], signal, async () => {
    await world.store.delete("lake", "t/a");
    deleted = true;
  });
  assert.deepEqual(await world.read(), ["4"], "both are gone for who begins now");
  assert.deepEqual(await readWords(world.store, before, "t/"), ["1", "2", "3", "4"]);
  assert.equal(deleted, false);
  before.release();
  await going;
  assert.deepEqual(await world.read(), ["3", "4"], "what was not deleted is there again");
});

test("who waits for readers of files that go can be told to stop", async () => {
  const world = await opened();
  const before = world.changes.view();
  const stopping = new AbortController();
  const going = world.changes.withoutReaders([name("t/a")], stopping.signal, () => world.store.delete("lake", "t/a"));
  stopping.abort(new Error("no more"));
  await assert.rejects(going, /no more/);
  before.release();
  assert.deepEqual(await world.read(), ["1", "2", "3", "4"]);
});

test("a listing that is made half-way through an INSERT shows nothing of it", async () => {
  const world = await opened();
  const early = world.changes.view();
  const change = await insert(world, "t/x", "t/y");
  await world.put("t/x", "5");
  assert.deepEqual(await readWords(world.store, early, "t/"), ["1", "2", "3", "4"]);
  await world.put("t/y", "6");
  await change.commit();
  assert.deepEqual(await readWords(world.store, early, "t/"), ["1", "2", "3", "4"]);
  early.release();
  assert.deepEqual(await world.read(), ["1", "2", "3", "4", "5", "6"]);
});

test("of two changes that replace the same file the second is refused", async () => {
  const world = await opened();
  const first = await compaction(world, ["t/a", "t/b"]);
  await assert.rejects(compaction(world, ["t/b", "t/c"], "t/other"), { code: "conflict", message: /t\/b is part of/ });
  assert.ok(!world.changes.isFree(name("t/b")));
  await first.abandon();
  await world.clock.advance(HOUR_MS);
  await world.changes.settle();
  await (await compaction(world, ["t/b", "t/c"], "t/other")).abandon();
});

test("a commit fails and leaves nothing when a replaced file has gone, or a new one was not put", async () => {
  const world = await opened();
  const change = await compaction(world);
  await assert.rejects(change.commit(), { code: "invalid", message: /was not put/ });
  await assert.rejects(change.commit(), { code: "conflict", message: /committed or abandoned already/ });
  await world.clock.advance(HOUR_MS);
  await world.changes.settle();
  const again = await compaction(world);
  await putWords(world.store, again.places[0] ?? name(""), ["1", "2", "3"]);
  await world.store.delete("lake", "t/a");
  await assert.rejects(again.commit(), { code: "conflict", message: /t\/a is gone or has changed/ });
  assert.deepEqual(await world.read(), ["3", "4"]);
  assert.deepEqual(await world.keys(), ["t/b", "t/c"]);
});

test("what arrives late at an abandoned place is removed, too", async () => {
  const world = await opened();
  const change = await insert(world, "t/x");
  await change.abandon();
  await world.put("t/x", "late");
  assert.deepEqual(await world.read(), ["1", "2", "3", "4"]);
  await world.clock.advance(HOUR_MS);
  await world.changes.settle();
  assert.deepEqual(await world.readByListing(), ["1", "2", "3", "4"]);
});

test("files of a table that others read by listing are not replaced", async () => {
  const disk = new PretendDisk();
  const definition = { name: "orders", parameters: { [READ_BY_LISTING]: "true" } };
  const table = { ...TABLE, definition, uid: "1", versionId: "0", createdAt: 0, updatedAt: 0 };
  const { store, clock } = await opened(disk);
  const changes = await StoredTableChanges.open({
    disk: disk.process(),
    directory: "/other",
    clock,
    random: seededRandom(1),
    storeFor: () => store,
    catalog: { table: () => table },
    telemetry: silentTelemetry,
  });
  const replaces = [{ ...name("t/a"), etag: "" }];
  const refused = changes.begin({ origin: "compact", table: TABLE, adds: [name("t/big")], replaces });
  await assert.rejects(refused, { code: "invalid", message: /sales\.orders is read by listing/ });
  await (await changes.begin({ origin: "INSERT", table: TABLE, adds: [name("t/x")], replaces: [] })).abandon();
});

test("after a crash at any step readers see each record once, and nothing is left behind", async () => {
  let crashes = 0;
  let compacted = 0;
  for (let step = 1; step < 300; step++) {
    const disk = new PretendDisk(seededRandom(step));
    const before = await opened(disk, step);
    disk.crashAt(disk.faults.count + step, step % 2 === 0 ? "power" : "kill");
    const inserted = await changeMuch(before).catch(() => undefined);
    if (inserted === undefined) crashes++;
    disk.heal();
    const world = await openChangeWorld(disk, step + 1000);
    const seen = (await world.read()).join();
    assert.ok(seen === "1,2,3,4" || seen === "1,2,3,4,5,6", `step ${step}: ${seen}`);
    if (inserted === true) assert.equal(seen, "1,2,3,4,5,6", `step ${step}: a commit that was answered is there`);
    await world.clock.advance(2 * HOUR_MS);
    await world.changes.settle();
    await world.clock.advance(2 * HOUR_MS);
    await world.changes.settle();
    assert.deepEqual((await world.readByListing()).join(), seen, `step ${step}: the folder says the same`);
    assert.deepEqual(
      (await world.keys()).filter((key) => key.includes("_lakehose")),
      [],
      `step ${step}`,
    );
    compacted += (await world.keys()).includes("t/big") ? 1 : 0;
  }
  assert.ok(crashes > 100, `only ${crashes} runs met their crash`);
  assert.ok(compacted > 50, `only ${compacted} runs were compacted`);
});

/** Resolves to true once the INSERT was answered. */
async function changeMuch(world: ChangeWorld): Promise<boolean> {
  const change = await compaction(world);
  await putWords(world.store, change.places[0] ?? name(""), ["1", "2", "3"]);
  await change.commit();
  const inserting = await insert(world, "t/x", "t/y");
  await world.put("t/x", "5");
  await world.put("t/y", "6");
  await inserting.commit();
  await world.clock.advance(2 * HOUR_MS);
  await world.changes.settle();
  return true;
}
