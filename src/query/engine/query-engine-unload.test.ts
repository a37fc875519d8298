import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { type QueryWorld, queryWorld } from "../../../test/fakes/query-world.ts";

let world: QueryWorld;
before(async () => {
  world = await queryWorld();
});
after(() => world.close());

async function contentOf(bucket: string, key: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of await world.storeFor(bucket).get(bucket, key)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

test("UNLOAD puts rows into an empty folder, and no table knows them", async () => {
  const tables = world.catalog.tables("default").length;
  const { statistics } = await world.run(
    "UNLOAD (SELECT x, 'a' AS k FROM (VALUES 1, 2) AS t(x) ORDER BY x) TO 's3://lake/out/json' WITH (format = 'JSON', compression = 'gzip', partitioned_by = ARRAY['k'])",
  );
  const keys = await world.keys("lake", "out/json/");
  assert.deepEqual(
    statistics.written,
    keys.map((key) => `s3://lake/${key}`),
  );
  assert.equal(statistics.rows, 2);
  assert.match(keys.join(), /^out\/json\/k=a\/[0-9a-f]{32}-00000\.json\.gz$/);
  assert.equal(gunzipSync(await contentOf("lake", keys[0] ?? "")).toString(), '{"x":1}\n{"x":2}\n');
  assert.equal(world.catalog.tables("default").length, tables);
});

test("UNLOAD writes Parquet that can be read again, also into a store that is elsewhere", async () => {
  await world.run("UNLOAD (SELECT 1 AS id) TO 's3://far/parquet/' WITH (format = 'PARQUET', compression = 'SNAPPY')");
  await world.run("CREATE EXTERNAL TABLE unloaded (id int) STORED AS PARQUET LOCATION 's3://far/parquet/'");
  assert.deepEqual((await world.run("SELECT id FROM unloaded")).rows, [[1]]);
});

test("UNLOAD of no rows writes no object", async () => {
  const { statistics } = await world.run(
    "UNLOAD (SELECT 1 AS a WHERE false) TO 's3://lake/none/' WITH (format = 'JSON')",
  );
  assert.deepEqual([statistics.written, await world.keys("lake", "none/")], [[], []]);
});

test("UNLOAD says what it expects", async () => {
  await world.put("lake", "taken/file", "x");
  for (const [sql, message] of [
    ["UNLOAD (SELECT 1 AS a) TO 's3://lake/taken/' WITH (format = 'JSON')", /s3:\/\/lake\/taken\/ to be empty/],
    ["UNLOAD (SELECT 1 AS a) TO 's3://lake/x/'", /expected WITH \(format/],
    ["UNLOAD (SELECT 1) TO 's3://lake/x/' WITH (format = 'JSON')", /UNLOAD: column 1 of the query has no name/],
    ["UNLOAD (SELECT 1 AS a) TO 's3://lake/x/' WITH (format = 'ORC')", /UNLOAD with format = 'ORC' is not supported/],
  ] as const) {
    await assert.rejects(world.run(sql), { message });
  }
});

test("CREATE TABLE AS and INSERT tell the objects that they have written", async () => {
  const made = await world.run("CREATE TABLE counted AS SELECT 1 AS id");
  const added = await world.run("INSERT INTO counted VALUES (2)");
  const all = [...(made.statistics.written ?? []), ...(added.statistics.written ?? [])].sort();
  const [, prefix = ""] = /^s3:\/\/lake\/(.*\/)/.exec(all[0] ?? "") ?? [];
  assert.deepEqual(
    all,
    (await world.keys("lake", prefix)).map((key) => `s3://lake/${key}`),
  );
  assert.equal(all.length, 2);
});
