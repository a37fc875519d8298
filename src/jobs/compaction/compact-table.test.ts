import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { type QueryWorld, queryWorld } from "../../../test/fakes/query-world.ts";
import { rewritingRun } from "../../../test/fakes/rewriting-run.ts";
import { READ_BY_LISTING } from "../../catalog/table-changes/stored-table-changes.ts";
import { TableCompaction } from "./compact-table.ts";

const SETTINGS = {
  database: "default",
  table: "orders",
  partition: {},
  targetBytes: 100_000,
  filesMin: 2,
  ageMsMin: 0,
};

async function ordersWorld(t: { after(done: () => unknown): void }, bucket = "lake"): Promise<QueryWorld> {
  const world = await queryWorld();
  t.after(() => world.close());
  await world.run(
    `CREATE EXTERNAL TABLE orders (id bigint, name string) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://${bucket}/orders/'`,
  );
  return world;
}

const compact = (world: QueryWorld, settings: Partial<typeof SETTINGS> = {}, run = rewritingRun(world)) =>
  new TableCompaction({ ...SETTINGS, ...settings }, run).compact();

const ids = async (world: QueryWorld) => {
  const { rows, statistics } = await world.run("SELECT id FROM orders ORDER BY id");
  return { ids: rows.map(([id]) => Number(id)), files: statistics.files };
};

for (const bucket of ["lake", "far"]) {
  test(`compact() makes one file of many, with the same rows, in the bucket ${bucket}`, async (t) => {
    const world = await ordersWorld(t, bucket);
    for (let id = 0; id < 20; id++) {
      await world.put(bucket, `orders/${String(id).padStart(3, "0")}.json.gz`, gzipSync(`{"id":${id},"Name":"x"}`));
    }
    const before = await ids(world);
    assert.equal(before.files, 20);
    const { filesRead, filesWritten, rowsRewritten } = await compact(world);
    assert.deepEqual([filesRead, filesWritten, rowsRewritten], [20, 1, 20]);
    assert.deepEqual(await ids(world), { ids: before.ids, files: 1 });
    assert.deepEqual(readdirSync(join(world.root, "run")), []);
  });
}

test("compact() leaves what is large, young, under way or not receipted yet", async (t) => {
  const world = await ordersWorld(t);
  for (const name of ["a", "b", "c", "d"]) await world.put("lake", `orders/${name}`, `{"id":1}\n`);
  const unsettled = rewritingRun(world, {
    isSettled: (key) => key === "orders/a",
  });
  assert.equal((await compact(world, {}, unsettled)).filesRead, 0);
  assert.equal((await compact(world, { ageMsMin: 3_600_000 })).filesRead, 0);
  assert.equal((await compact(world, { targetBytes: 10 })).filesRead, 0);
  assert.equal((await compact(world)).filesRead, 4);
  assert.equal((await compact(world)).filesRead, 0, "its own file is part of a change until the grace period is over");
});

test("compact() goes on without a file that it must not touch", async (t) => {
  const world = await ordersWorld(t);
  await world.put("lake", "orders/1", `{"id":1}`);
  await world.put("lake", "orders/2", `{"id":`);
  await world.put("lake", "orders/3", gzipSync(`{"id":3}\n`.repeat(100)).subarray(0, 25));
  await world.put("lake", "orders/4", `{"id":4}\n`);
  const run = rewritingRun(world);
  const { filesRead, filesLeftAlone } = await compact(world, {}, run);
  assert.deepEqual([filesRead, filesLeftAlone], [2, 2]);
  assert.match(run.lines.join("\n"), /orders\/2 is left as it is: it ends in the middle of a record/);
});

test("compact() keeps to the partitions that are chosen, and to the folders within them", async (t) => {
  const world = await queryWorld();
  t.after(() => world.close());
  await world.run(
    "CREATE EXTERNAL TABLE orders (id bigint) PARTITIONED BY (day string) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://lake/orders/'",
  );
  for (const day of ["2026-01-01", "2026-01-02"]) {
    for (const name of ["a/1", "a/2", "b/1", "b/2"]) {
      await world.put("lake", `orders/day=${day}/${name}`, `{"id":1}\n`);
    }
    const storageDescriptor = { location: `s3://lake/orders/day=${day}/` };
    await world.partitions.createPartitions("default", "orders", [{ values: [day], storageDescriptor }]);
  }
  const { partitionsLookedAt, filesWritten } = await compact(world, { partition: { day: "*-02" } });
  assert.deepEqual([partitionsLookedAt, filesWritten], [0, 0], "a star stands at the end only");
  const chosen = await compact(world, { partition: { Day: "2026-01-02*" } });
  assert.deepEqual([chosen.partitionsLookedAt, chosen.filesRead, chosen.filesWritten], [1, 4, 2]);
  const { rows } = await world.run("SELECT day, count(*) FROM orders GROUP BY day ORDER BY day");
  assert.deepEqual(
    rows.map(([, count]) => Number(count)),
    [4, 4],
  );
  await assert.rejects(compact(world, { partition: { hour: "1" } }), /no partition key hour: it has day/);
});

test("compact() joins Parquet of the same columns", async (t) => {
  const world = await queryWorld();
  t.after(() => world.close());
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  for (let file = 0; file < 6; file++) {
    const type = file === 5 ? "INTEGER" : "BIGINT";
    const path = join(world.root, `${file}.parquet`);
    await connection.run(`COPY (SELECT (${file} * 10 + range)::${type} AS id FROM range(10)) TO '${path}'`);
    await world.put("lake", `orders/${file}.parquet`, readFileSync(path));
  }
  await world.put("lake", "orders/6.parquet", "no Parquet at all");
  await world.run("CREATE EXTERNAL TABLE orders (id bigint) STORED AS PARQUET LOCATION 's3://lake/orders/'");
  const run = rewritingRun(world);
  const { filesRead, filesWritten, filesLeftAlone, rowsRewritten } = await compact(world, {}, run);
  assert.deepEqual([filesRead, filesWritten, filesLeftAlone, rowsRewritten], [5, 1, 1, 50]);
});

test("compact() gives a batch up when somebody was faster", async (t) => {
  const world = await ordersWorld(t);
  for (const name of ["a", "b", "c"]) await world.put("lake", `orders/${name}`, `{"id":1}\n`);
  let ahead = async () => {
    await world.storeFor("lake").delete("lake", "orders/b");
  };
  const changes = {
    view: () => world.changes.view(),
    isFree: (name: { bucket: string; key: string }) => world.changes.isFree(name),
    begin: async (plan: Parameters<typeof world.changes.begin>[0]) => {
      await ahead();
      return world.changes.begin(plan);
    },
  };
  const run = rewritingRun(world, { changes });
  const expired = await compact(world, {}, run);
  assert.deepEqual([expired.batchesGivenUp, expired.filesWritten], [1, 0]);
  assert.deepEqual(await ids(world), { ids: [1, 1], files: 2 });
  ahead = async () => {
    ahead = async () => undefined;
    await compact(world);
  };
  // The others are part of the change that was given up until nothing of it can arrive late any more.
  for (const name of ["d", "e"]) await world.put("lake", `orders/${name}`, `{"id":2}\n`);
  const second = await compact(world, {}, run);
  assert.deepEqual([second.batchesGivenUp, second.filesWritten], [1, 0]);
  assert.deepEqual(await ids(world), { ids: [1, 1, 2, 2], files: 3 });
});

test("compact() keeps files that come while it runs", async (t) => {
  const world = await ordersWorld(t);
  for (const name of ["a", "c"]) await world.put("lake", `orders/${name}`, `{"id":1}\n`);
  const changes = {
    view: () => world.changes.view(),
    isFree: (name: { bucket: string; key: string }) => world.changes.isFree(name),
    begin: async (plan: Parameters<typeof world.changes.begin>[0]) => {
      await world.put("lake", "orders/b", `{"id":2}\n`);
      return world.changes.begin(plan);
    },
  };
  assert.equal((await compact(world, {}, rewritingRun(world, { changes }))).filesRead, 2);
  assert.deepEqual(await ids(world), { ids: [1, 1, 2], files: 2 });
});

test("compact() refuses what is no table of files, and tables that are read by listing", async (t) => {
  const world = await ordersWorld(t);
  await assert.rejects(compact(world, { table: "nothing" }), { code: "not-found" });
  const { definition } = world.catalog.table("default", "orders") ?? assert.fail();
  await world.catalog.updateTable("default", { ...definition, parameters: { [READ_BY_LISTING]: "true" } });
  await assert.rejects(compact(world), /read-by-listing/);
  await world.catalog.updateTable("default", { ...definition, parameters: { table_type: "ICEBERG" } });
  await assert.rejects(compact(world), /Iceberg/);
});
