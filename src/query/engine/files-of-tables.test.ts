import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type QueryWorld, queryWorld } from "../../../test/fakes/query-world.ts";

let world: QueryWorld;
before(async () => {
  world = await queryWorld();
});
after(() => world.close());

const json = (table: string, columns: string) =>
  `CREATE EXTERNAL TABLE ${table} (${columns}) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://lake/${table}/'`;

test("files that are replaced and files that replace them are never read together", async () => {
  await world.run(json("heaps", "id int"));
  await world.put("lake", "heaps/1.json", '{"id":1}\n');
  await world.put("lake", "heaps/2.json", '{"id":2}\n');
  const count = async () => (await world.run("SELECT count(*), sum(id) FROM heaps")).rows[0];
  const replaces = await Promise.all(
    ["heaps/1.json", "heaps/2.json"].map(async (key) => ({
      bucket: "lake",
      key,
      etag: await world.etagOf("lake", key),
    })),
  );
  const table = { databaseName: "default", tableName: "heaps" };
  const adds = [{ bucket: "lake", key: "heaps/both.json" }];
  const change = await world.changes.begin({ origin: "test", table, adds, replaces, graceMs: 0 });
  const [place] = change.places;
  await world.put("lake", place?.key ?? "", '{"id":1}\n{"id":2}\n');
  assert.deepEqual(await count(), [2, 3]);
  await change.commit();
  assert.deepEqual(await count(), [2, 3]);
  await world.changes.settle();
  assert.deepEqual(await count(), [2, 3]);
  assert.equal(await world.etagOf("lake", "heaps/1.json"), "", "the old files have been deleted");
});

test("a partition is told apart from columns that bear the names of files", async () => {
  await world.run(
    "CREATE EXTERNAL TABLE numbered (file_index int, filename string, r int) PARTITIONED BY (day int) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://lake/numbered/'",
  );
  for (const day of [7, 8, 9]) {
    await world.put("lake", `numbered/day=${day}/a.json`, `{"file_index":2,"filename":"a${day}","r":${day}}\n`);
    await world.put("lake", `numbered/day=${day}/b.json`, `{"file_index":0,"filename":"b${day}","r":${day}}\n`);
  }
  await world.run("MSCK REPAIR TABLE numbered");
  const { rows } = await world.run("SELECT day, filename, file_index, r FROM numbered WHERE day > 7 ORDER BY 1, 2");
  assert.deepEqual(rows, [
    [8, "a8", 2, 8],
    [8, "b8", 0, 8],
    [9, "a9", 2, 9],
    [9, "b9", 0, 9],
  ]);
});
