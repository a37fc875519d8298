import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { type QueryWorld, queryWorld } from "../../../test/fakes/query-world.ts";

/** What statements answer never names a place on this machine. */

let world: QueryWorld;
before(async () => {
  world = await queryWorld();
});
after(() => world.close());

test("errors name objects, never a path of this machine", async () => {
  const tables: readonly (readonly [string, string | Buffer])[] = [
    ["ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'", gzipSync('{"id":"x"}\n')],
    ["ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'", '{"id": nonsense}\n'],
    ["ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'", gzipSync(Buffer.from('"\xff"\n', "latin1"))],
    ["STORED AS PARQUET", "no file of this format"],
    ["STORED AS ORC", "no file of this format"],
  ];
  for (const [index, [clause, content]] of tables.entries()) {
    for (const bucket of ["lake", "far"]) {
      const key = `faulty${index}/it's a "name"`;
      await world.put(bucket, key, content);
      const name = `faulty_${bucket}_${index}`;
      await world.run(`CREATE EXTERNAL TABLE ${name} (id int) ${clause} LOCATION 's3://${bucket}/faulty${index}/'`);
      await assert.rejects(world.run(`select * from ${name}`), ({ message }: Error) => {
        assert.ok(message.includes(`s3://${bucket}/${key}`), message);
        assert.ok(!message.includes(world.root), message);
        return true;
      });
    }
  }
});

test("EXPLAIN shows the plan, and no path of this machine", async () => {
  await world.run(
    "CREATE EXTERNAL TABLE explained (id int) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://lake/explained/'",
  );
  await world.put("lake", "explained/a", gzipSync('{"id":1}\n{"id":2}\n'));
  for (const [sql, read] of [
    ["EXPLAIN SELECT id FROM explained WHERE id > 1", 0],
    ["EXPLAIN (TYPE DISTRIBUTED, FORMAT TEXT) SELECT 1", 0],
    ["EXPLAIN CREATE TABLE explained_too AS SELECT id FROM explained", 0],
    ["EXPLAIN INSERT INTO explained SELECT id FROM explained", 0],
    ["EXPLAIN ANALYZE (SELECT count(*) FROM explained)", 1],
  ] as const) {
    const { columns, rows, statistics } = await world.run(sql);
    assert.deepEqual(columns, [{ name: "Query Plan", type: "varchar" }]);
    const text = rows.flat().join("\n");
    assert.match(text, /READ_JSON|PROJECTION/);
    assert.equal(/Filename\(s\): s3:\/\/lake\/explained\/a /.test(text), read === 1, text);
    assert.ok(!text.includes(world.root) && !text.includes("cache"), text);
    assert.equal(statistics.files, read);
  }
  assert.equal(world.catalog.table("default", "explained_too"), undefined);
  assert.deepEqual((await world.run("SELECT count(*) FROM explained")).rows, [[2]]);
  await assert.rejects(world.run("EXPLAIN SELECT nothing FROM explained"), { code: "syntax", message: /nothing/ });
});

test("rows tell the object that they are of, where a query asks, and nowhere else", async () => {
  await world.run("CREATE TABLE parts WITH (partitioned_by = ARRAY['k']) AS SELECT 1 AS id, 'x' AS k");
  await world.put("far", "plain/a", '{"id":7}\n');
  await world.put("far", "plain/b", '{"id":8}\n{"id":9}\n');
  await world.run(
    "CREATE EXTERNAL TABLE plain (id int) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://far/plain/'",
  );
  const [key = ""] = await world.keys("lake", "tables/default/parts/");
  const found = await world.run('SELECT *, "$path", p."$file_size" > 100 AS large, count(*) OVER () AS n FROM parts p');
  assert.deepEqual(
    found.columns.map(({ name }) => name),
    ["id", "k", "$path", "large", "n"],
  );
  assert.deepEqual(found.rows, [[1, "x", `s3://lake/${key}`, true, 1]]);
  const plain = await world.run(
    'SELECT plain.*, "$path", "$file_size" * 2, date_diff(\'day\', "$file_modified_time", current_timestamp) FROM plain WHERE "$path" LIKE \'s3://far/%\' ORDER BY 1',
  );
  assert.deepEqual(plain.rows, [
    [7, "s3://far/plain/a", 18, 0],
    [8, "s3://far/plain/b", 36, 0],
    [9, "s3://far/plain/b", 36, 0],
  ]);
  assert.deepEqual((await world.run("SELECT * FROM plain WHERE id = 7")).rows, [[7]]);
  await world.run('CREATE VIEW placed AS SELECT *, "$path" AS place FROM plain');
  assert.deepEqual((await world.run("SELECT * FROM placed WHERE id = 7")).rows, [[7, "s3://far/plain/a"]]);
  await assert.rejects(world.run("SELECT * FROM placed JOIN plain USING (id)"), {
    message: /which a view in the query reads/,
  });
  await world.run("CREATE EXTERNAL TABLE nothing (id int) STORED AS PARQUET LOCATION 's3://lake/nothing/'");
  assert.deepEqual((await world.run('SELECT "$path", "$file_modified_time" FROM nothing')).rows, []);
});
