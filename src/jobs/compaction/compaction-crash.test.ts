import assert from "node:assert/strict";
import { test } from "node:test";
import { openChangeWorld } from "../../../test/fakes/change-world.ts";
import { FakePartitions } from "../../../test/fakes/fake-partitions.ts";
import { PretendClock } from "../../../test/fakes/pretend-clock.ts";
import { PretendDisk } from "../../../test/fakes/pretend-disk.ts";
import type { Table } from "../../catalog/table.ts";
import { seededRandom } from "../../std/random.ts";
import type { RewritingRun } from "../rewriting/rewriting-world.ts";
import { TableCompaction } from "./compact-table.ts";

const TABLE: Table = {
  databaseName: "sales",
  definition: {
    name: "orders",
    storageDescriptor: {
      columns: [{ name: "word", type: "string" }],
      location: "s3://lake/t/",
      serdeInfo: { serializationLibrary: "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe" },
    },
  },
  uid: "0".repeat(32),
  versionId: "0",
  createdAt: 0,
  updatedAt: 0,
};

const WORDS = ["1", "2", "3", "4", "5", "6"];
const HOUR_MS = 60 * 60_000;
const RUN_DIRECTORY = "/data/temporary/jobs/run";

async function startWith(disk: PretendDisk, seed: number, clock = new PretendClock()) {
  const world = await openChangeWorld(disk, seed, clock);
  const catalog = { table: () => TABLE, partitions: new FakePartitions() };
  const compact = async () => {
    const process = disk.process();
    await process.makeDirectory(RUN_DIRECTORY);
    const run: RewritingRun = {
      catalog: catalog as unknown as RewritingRun["catalog"],
      changes: world.changes,
      storeFor: () => world.store,
      isSettled: () => true,
      // Nobody moves the clock while it waits for a disk that is gone.
      clock: { now: () => clock.now(), monotonic: () => clock.monotonic(), sleep: async () => undefined },
      disk: process,
      random: seededRandom(seed),
      origin: "job",
      graceMs: HOUR_MS,
      directory: RUN_DIRECTORY,
      signal: new AbortController().signal,
      log: () => undefined,
      progress: () => undefined,
    };
    const settings = { database: "sales", table: "orders", partition: {}, targetBytes: 1000, filesMin: 2, ageMsMin: 0 };
    return new TableCompaction(settings, run).compact();
  };
  /** What falls due is done, all of it. */
  const rest = async () => {
    for (let turn = 0; turn < 3; turn++) {
      await clock.advance(2 * HOUR_MS);
      await world.changes.settle();
    }
  };
  return { ...world, compact, rest };
}

async function filled(disk: PretendDisk) {
  const world = await startWith(disk, 1);
  await world.put("t/a", "1", "2");
  await world.put("t/b", "3");
  await world.put("t/c", "4", "5", "6");
  return world;
}

test("a compaction that nothing interrupts leaves one file", async () => {
  const world = await filled(new PretendDisk());
  assert.equal((await world.compact()).filesWritten, 1);
  assert.deepEqual(await world.read(), WORDS);
  await world.rest();
  const keys = await world.keys();
  assert.equal(keys.length, 1);
  assert.match(keys[0] ?? "", /^t\/a-rewritten-[0-9a-f]{16}$/);
  assert.deepEqual(await world.readByListing(), WORDS);
});

for (const how of ["power", "kill"] as const) {
  test(`a compaction that ends at any step (${how}) leaves each record once and nothing else`, async () => {
    let whole = 0;
    let undone = 0;
    for (let step = 0; ; step++) {
      const disk = new PretendDisk(seededRandom(step));
      const before = await filled(disk);
      await before.clock.advance(1);
      disk.crashAt(disk.faults.count + step, how);
      const ended = await before.compact().then(
        () => true,
        () => false,
      );
      if (ended && disk.crashPending) {
        assert.ok(step > 20, "there were steps to end at");
        break;
      }
      disk.heal();
      disk.processKill();
      const after = await startWith(disk, 1000 + step);
      assert.deepEqual(await after.read(), WORDS, `after step ${step}`);
      await after.rest();
      const keys = await after.keys();
      assert.deepEqual(await after.readByListing(), WORDS, `at rest after step ${step}: ${keys}`);
      assert.ok(keys.length === 3 || keys.length === 1, `step ${step}: ${keys}`);
      if (keys.length === 1) whole++;
      else undone++;
      await after.compact();
      await after.rest();
      assert.equal((await after.keys()).length, 1, "the next run does it");
      assert.deepEqual(await after.read(), WORDS);
    }
    assert.ok(undone > 0 && whole > 0, `both ends were seen: ${undone} times undone, ${whole} times whole`);
  });
}
