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
  await assert.rejects(world.run("EXPLAIN SELECT nothing FROM explained"), { code: "syntax", message: /nothing/ });
});
