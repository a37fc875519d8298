import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { type QueryWorld, queryWorld } from "../../../test/fakes/query-world.ts";
import { rewritingRun } from "../../../test/fakes/rewriting-run.ts";
import { TableConversion } from "./convert-table.ts";

const SETTINGS = {
  database: "default",
  table: "orders",
  partition: {},
  targetDatabase: "default",
  targetTable: "orders_parquet",
  targetLocation: "s3://lake/parquet" as string | undefined,
  compression: "zstd" as const,
  batchBytes: 1_000_000,
  ageMsMin: 0,
};

async function ordersWorld(t: { after(done: () => unknown): void }): Promise<QueryWorld> {
  const world = await queryWorld();
  t.after(() => world.close());
  await world.run(
    "CREATE EXTERNAL TABLE orders (id bigint, seen timestamp, tags array<string>) PARTITIONED BY (day string) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://lake/orders/'",
  );
  for (const day of ["1", "2"]) {
    const storageDescriptor = { location: `s3://lake/orders/day=${day}/` };
    await world.partitions.createPartitions("default", "orders", [{ values: [day], storageDescriptor }]);
  }
  return world;
}

const convert = (world: QueryWorld, settings: Partial<typeof SETTINGS> = {}, run = rewritingRun(world)) =>
  new TableConversion({ ...SETTINGS, ...settings }, run).convert();

const rowsOf = async (world: QueryWorld) =>
  (await world.run("SELECT day, id, seen, tags FROM orders_parquet ORDER BY day, id")).rows.map((row) => row.join(" "));

async function keysBelow(world: QueryWorld, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of world.storeFor("lake").list("lake", { prefix })) keys.push(key);
  return keys;
}

test("convert() makes Parquet of JSON, partition by partition, each file once", async (t) => {
  const world = await ordersWorld(t);
  await world.put("lake", "orders/day=1/a.gz", gzipSync('{"Id":1,"seen":"2026-01-01 10:00:00","tags":["x","y"]}'));
  await world.put("lake", "orders/day=1/b", '{"id":2}\n\n{"id":3}{"id":4}\n');
  await world.put("lake", "orders/day=2/a", '{"id":5}');
  const first = await convert(world);
  assert.deepEqual([first.filesConverted, first.filesWritten, first.rowsWritten], [3, 2, 5]);
  const rows = await rowsOf(world);
  assert.deepEqual(rows, ["1 1 2026-01-01 10:00:00.000 x,y", "1 2  ", "1 3  ", "1 4  ", "2 5  "]);
  assert.equal((await convert(world)).filesConverted, 0);
  await world.put("lake", "orders/day=2/b", '{"id":6}');
  assert.equal((await convert(world)).rowsWritten, 1);
  assert.deepEqual(await rowsOf(world), [...rows, "2 6  "]);
});

test("convert() lists records that are no rows, and leaves damaged files alone", async (t) => {
  const world = await ordersWorld(t);
  await world.put("lake", "orders/day=1/a", '{"id":1}\nno JSON\n{"id":"x"}\n{"id":2}\n{"id":');
  await world.put("lake", "orders/day=1/b", '{"id":[]}');
  await world.put("lake", "orders/day=1/c.gz", gzipSync('{"id":3}\n'.repeat(500)).subarray(0, 30));
  const run = rewritingRun(world);
  const { recordsRead, rowsWritten, recordsBad, filesLeftAlone } = await convert(world, {}, run);
  assert.deepEqual([recordsRead, rowsWritten, recordsBad, filesLeftAlone], [6, 2, 4, 1]);
  const [key = ""] = await keysBelow(world, "parquet/_lakehose/bad-records/");
  let text = "";
  for await (const chunk of await world.storeFor("lake").get("lake", key)) text += chunk.toString();
  const bad = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    bad.map(({ source, record, rawData }) => [source, record, Buffer.from(rawData, "base64").toString()]),
    [
      ["s3://lake/orders/day=1/a", 1, "no JSON"],
      ["s3://lake/orders/day=1/a", 2, '{"id":"x"}'],
      ["s3://lake/orders/day=1/a", 4, '{"id":'],
      ["s3://lake/orders/day=1/b", 0, '{"id":[]}'],
    ],
  );
});

test("convert() that fails before its commit leaves nothing, and the next run takes the files", async (t) => {
  const world = await ordersWorld(t);
  await world.put("lake", "orders/day=1/a", '{"id":1}');
  const changes = {
    view: () => world.changes.view(),
    isFree: (name: { bucket: string; key: string }) => world.changes.isFree(name),
    begin: async (plan: Parameters<typeof world.changes.begin>[0]) => {
      const change = await world.changes.begin(plan);
      return { ...change, commit: () => change.abandon().then(() => Promise.reject(new Error("the power is gone"))) };
    },
  };
  await assert.rejects(convert(world, {}, rewritingRun(world, { changes })), /the power is gone/);
  assert.deepEqual(await keysBelow(world, "parquet/"), []);
  assert.equal((await convert(world)).rowsWritten, 1);
  assert.equal((await rowsOf(world)).length, 1);
});

test("convert() refuses what it cannot tell apart", async (t) => {
  const world = await ordersWorld(t);
  await world.put("lake", "orders/day=1/a", '{"id":1}');
  await assert.rejects(convert(world, { targetLocation: undefined }), /targetLocation/);
  await convert(world);
  await world.put("lake", "orders/day=1/a-rewritten-0123456789abcdef.json", '{"id":1}');
  await assert.rejects(convert(world), /made by a compaction/);
  await world.run("CREATE EXTERNAL TABLE other (id int) STORED AS PARQUET LOCATION 's3://lake/other/'");
  await assert.rejects(convert(world, { targetTable: "other" }), /other columns than its source/);
  await assert.rejects(convert(world, { targetTable: "orders" }), /choose a targetLocation beside it/);
  for (const targetLocation of ["s3://lake/orders/day=1/parquet/", "s3://lake/"]) {
    const settings = { targetTable: "within", targetLocation };
    await assert.rejects(convert(world, settings), /choose a targetLocation beside it/, targetLocation);
    assert.equal(world.catalog.table("default", "within"), undefined);
  }
  await world.run("CREATE EXTERNAL TABLE text (id int) STORED AS TEXTFILE LOCATION 's3://lake/text/'");
  await assert.rejects(convert(world, { targetTable: "text" }), /has to be one of Parquet files/);
});
