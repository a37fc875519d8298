import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { type QueryWorld, queryWorld } from "../../../test/fakes/query-world.ts";
import { rewritingRun } from "../../../test/fakes/rewriting-run.ts";
import { TableDeduplication } from "./deduplicate-table.ts";

const SETTINGS = {
  database: "default",
  table: "orders",
  partition: {},
  lastPartitions: undefined as number | undefined,
  changedWithinMs: undefined as number | undefined,
  ageMsMin: 0,
  keys: ["id"] as readonly string[],
  order: undefined as string | undefined,
  keep: "first" as "first" | "last",
};

const JSON_TABLE =
  "CREATE EXTERNAL TABLE orders (id bigint, v string) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' WITH SERDEPROPERTIES ('ignore.malformed.json'='true') LOCATION 's3://lake/orders/'";

async function worldWith(t: { after(done: () => unknown): void }, create: string): Promise<QueryWorld> {
  const world = await queryWorld();
  t.after(() => world.close());
  await world.run(create);
  return world;
}

const deduplicate = (world: QueryWorld, settings: Partial<typeof SETTINGS> = {}, run = rewritingRun(world)) =>
  new TableDeduplication({ ...SETTINGS, ...settings }, run).deduplicate();

const rowsOf = async (world: QueryWorld) =>
  (await world.run("SELECT id, v FROM orders ORDER BY id, v")).rows.map(([id, v]) => `${id}${v}`).join(" ");

/** What a reader of the catalog finds below a prefix, object by object. */
async function objectsOf(world: QueryWorld): Promise<readonly string[]> {
  const view = world.changes.view();
  const texts: string[] = [];
  const store = world.storeFor("lake");
  const read = async (key: string) => {
    const chunks: Buffer[] = [];
    for await (const chunk of await store.get("lake", key)) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    texts.push((bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString());
  };
  for (const { key } of view.hiddenBelow("lake", "orders/")) await read(key);
  for await (const { key } of store.list("lake", { prefix: "orders/" })) {
    if (!key.includes("_lakehose") && view.shows({ bucket: "lake", key })) await read(key);
  }
  view.release();
  return texts.sort();
}

test("deduplicate() drops later rows of the same key and writes only files anew that held one", async (t) => {
  const world = await worldWith(t, JSON_TABLE);
  await world.put("lake", "orders/1", `{"Id":1,"v":"a"}\n{"id":2,"v":"a"}`);
  await world.put("lake", "orders/2", gzipSync(`{"id":1,"v":"b"}\n\n  \n{"id":3,"V":"b" }{"id":2}\n`));
  await world.put("lake", "orders/3", `{"id":4,"v":"c"}\n`);
  const { rowsRead, rowsDropped, filesWritten } = await deduplicate(world);
  assert.deepEqual([rowsRead, rowsDropped, filesWritten], [6, 2, 1]);
  assert.deepEqual(await objectsOf(world), [
    `{"Id":1,"v":"a"}\n{"id":2,"v":"a"}`,
    `{"id":3,"V":"b" }\n`,
    `{"id":4,"v":"c"}\n`,
  ]);
});

test("deduplicate() keeps the last by arrival, or by a column", async (t) => {
  const world = await worldWith(t, JSON_TABLE);
  await world.put("lake", "orders/1", `{"id":1,"v":"z"}\n{"id":1,"v":"b"}\n`);
  await world.put("lake", "orders/2", `{"id":1,"v":"c"}\n{"id":1}\n`);
  const all = await worldWith(t, JSON_TABLE);
  for (const key of ["orders/1", "orders/2"]) {
    await all.put("lake", key, key === "orders/1" ? `{"id":1,"v":"z"}\n{"id":1,"v":"b"}\n` : `{"id":1,"v":"c"}\n`);
  }
  await deduplicate(world, { keep: "last", order: "v" });
  assert.equal(await rowsOf(world), "1z");
  await deduplicate(all, { keep: "last" });
  assert.equal(await rowsOf(all), "1c");
});

test("deduplicate() takes rows without a key, and what is no record, for no repeat", async (t) => {
  const world = await worldWith(t, JSON_TABLE);
  const odd = `{"v":"a"}\n{"v":"a"}\nno JSON\nno JSON\n{"id":null}\n`;
  await world.put("lake", "orders/1", `${odd}{"id":5}\n{"id":5}\n`);
  assert.equal((await deduplicate(world)).rowsDropped, 1);
  assert.deepEqual(await objectsOf(world), [`${odd}{"id":5}\n`]);
});

test("deduplicate() deletes a file of which nothing is left", async (t) => {
  const world = await worldWith(t, JSON_TABLE);
  await world.put("lake", "orders/1", `{"id":1}\n`);
  await world.put("lake", "orders/2", `{"id":1}\n{"id":1}\n`);
  const { filesWritten, rowsDropped } = await deduplicate(world);
  assert.deepEqual([filesWritten, rowsDropped], [0, 2]);
  assert.deepEqual(await objectsOf(world), [`{"id":1}\n`]);
});

test("deduplicate() keeps header and line feeds inside quotes of CSV", async (t) => {
  const world = await worldWith(
    t,
    "CREATE EXTERNAL TABLE orders (v string, id bigint) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' LOCATION 's3://lake/orders/' TBLPROPERTIES ('skip.header.line.count'='1')",
  );
  await world.put("lake", "orders/1", 'v,id\n"a\nb",1\n"a\nb",2\n"c\nd",1');
  assert.equal((await deduplicate(world)).rowsDropped, 1);
  assert.deepEqual(await objectsOf(world), ['v,id\n"a\nb",1\n"a\nb",2\n']);
});

test("deduplicate() drops rows of Parquet", async (t) => {
  const world = await worldWith(
    t,
    "CREATE EXTERNAL TABLE orders (id bigint, v string) STORED AS PARQUET LOCATION 's3://lake/orders/'",
  );
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  for (const [file, rows] of [
    [1, "(1, 'a'), (2, 'a')"],
    [2, "(2, 'b'), (3, 'b'), (3, 'c')"],
  ] as const) {
    const path = join(world.root, `${file}.parquet`);
    await connection.run(`COPY (SELECT * FROM (VALUES ${rows}) t(id, v)) TO '${path}'`);
    await world.put("lake", `orders/${file}.parquet`, readFileSync(path));
  }
  const { filesWritten, rowsDropped } = await deduplicate(world);
  assert.deepEqual([filesWritten, rowsDropped], [1, 2]);
  assert.equal(await rowsOf(world), "1a 2a 3b");
});

test("deduplicate() reads what it must not write, and leaves its repeats for later", async (t) => {
  const world = await worldWith(t, JSON_TABLE);
  await world.put("lake", "orders/1", `{"id":1,"v":"a"}\n`);
  await world.put("lake", "orders/2", `{"id":1,"v":"b"}\n`);
  const second = rewritingRun(world, {
    isSettled: (key) => key !== "orders/2",
  });
  assert.equal((await deduplicate(world, {}, second)).rowsDropped, 0);
  const first = rewritingRun(world, {
    isSettled: (key) => key !== "orders/1",
  });
  assert.equal((await deduplicate(world, {}, first)).rowsDropped, 1);
  assert.equal(await rowsOf(world), "1a");
});

test("deduplicate() keeps both rows when the file of the one that stays goes meanwhile", async (t) => {
  const world = await worldWith(t, JSON_TABLE);
  await world.put("lake", "orders/1", `{"id":1,"v":"a"}\n`);
  await world.put("lake", "orders/2", `{"id":1,"v":"b"}\n{"id":2,"v":"b"}\n`);
  let views = 0;
  const changes = {
    begin: (plan: Parameters<typeof world.changes.begin>[0]) => world.changes.begin(plan),
    isFree: (name: { bucket: string; key: string }) => world.changes.isFree(name),
    view: () => {
      // The second view is the one that looks once more before the commit.
      if (++views === 2) rmSync(join(world.root, "buckets", "lake", "orders", "1"));
      return world.changes.view();
    },
  };
  const { filesGivenUp, rowsDropped } = await deduplicate(world, {}, rewritingRun(world, { changes }));
  assert.deepEqual([filesGivenUp, rowsDropped], [1, 0]);
  assert.equal(await rowsOf(world), "1b 2b");
});

test("deduplicate() looks at the last partitions alone", async (t) => {
  const world = await worldWith(
    t,
    "CREATE EXTERNAL TABLE orders (id bigint, v string) PARTITIONED BY (day string) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://lake/orders/'",
  );
  for (const day of ["1", "2", "3"]) {
    await world.put("lake", `orders/day=${day}/a`, `{"id":7,"v":"${day}"}\n`);
    const storageDescriptor = { location: `s3://lake/orders/day=${day}/` };
    await world.partitions.createPartitions("default", "orders", [{ values: [day], storageDescriptor }]);
  }
  assert.equal((await deduplicate(world, { lastPartitions: 2 })).rowsDropped, 1);
  assert.equal(await rowsOf(world), "71 72");
  await assert.rejects(deduplicate(world, { keys: ["nothing"] }), /no column nothing in its files; it has id, v/);
});

test("deduplicate() leaves one row for each key, whatever the files", async () => {
  const record = fc.record({ id: fc.option(fc.nat(6), { nil: undefined }), v: fc.nat(3).map(String) });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(record, { minLength: 1, maxLength: 6 }), { maxLength: 4 }), async (files) => {
      const world = await queryWorld();
      try {
        await world.run(JSON_TABLE);
        for (const [index, rows] of files.entries()) {
          await world.put("lake", `orders/${index}`, rows.map((row) => JSON.stringify(row)).join("\n"));
        }
        await deduplicate(world);
        const seen = new Set<number>();
        const kept = files.flat().filter(({ id }) => id === undefined || !(seen.has(id) || seen.add(id) === undefined));
        const { rows } = await world.run("SELECT id, v FROM orders");
        const text = (pairs: readonly (readonly unknown[])[]) => pairs.map((pair) => pair.join()).sort();
        assert.deepEqual(text(rows.map(([id, v]) => [id ?? "", v])), text(kept.map(({ id, v }) => [id ?? "", v])));
      } finally {
        await world.close();
      }
    }),
    { numRuns: 15 },
  );
});
