import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { QueryError } from "../../src/query/query-error.ts";
import { files, fill, lake, many, refused } from "./sql-lake.ts";

const world = lake();

describe("writing", () => {
  const locations = [
    "s3://lake/../../x/",
    "s3://lake/a/../../../x/",
    "s3://lake/./x/",
    "s3://lake//x/",
    "s3://lake/",
    "s3://lake",
    "s3://../x/",
    "s3://./x/",
    "s3://la ke/x/",
    "s3://a\\b/x/",
    "file://DIRECTORY/x/",
    "DIRECTORY/x/",
    "https://lake/x/",
    "",
    "s3://lake/x\u0000/",
  ];
  for (const location of locations) {
    test(`a new table at ${JSON.stringify(location)}`, () =>
      refused(
        fill(`create table out with (external_location = '${location}') as select 1 as a`),
        /expected a location|Expected a bucket name|without NUL/,
      ));
  }
  for (const location of locations) {
    test(`rows unloaded to ${JSON.stringify(location)}`, () =>
      refused(
        fill(`unload (select 1 as a) to '${location}' with (format = 'JSON')`),
        /expected a location|Expected a bucket name|without NUL/,
      ));
  }
  test("rows unloaded to where files of a table lie", () =>
    refused("unload (select 1 as id) to 's3://lake/t/' with (format = 'JSON')", /to be empty/));

  test("a new table where files of another one lie", () =>
    refused("create table out with (external_location = 's3://lake/t/') as select 1 as id", /to be empty/));

  const statements: readonly (readonly [string, RegExp])[] = [
    ["create table x as copy t to 'FILE.out'", /expected a query/],
    ["create table x as attach 'FILE'", /expected a query/],
    ["create table x as set memory_limit = '1TB'", /expected a query/],
    ["create table x as (copy t to 'FILE.out')", /syntax error|not supported/],
    ["create table x as select * from (copy t to 'FILE.out')", /syntax error|not supported/],
    ["create table x as with y as (attach 'FILE') select 1 as a", /syntax error|not supported/],
    ["create table x as select 1 as a) to 'FILE.out' (format csv", /syntax error/],
    ["create table x as select 1 as a) as q(c0)) to 'FILE.out' (format csv); --", /syntax error/],
    ['create table x as select 1 as "a"") to \'FILE.out"', /column 1 of the query has no name/],
    ["create table x with (external_location = 's3://lake/' || 'x') as select 1 as a", /expected/],
    ["create table x with (external_location = (select 1)) as select 1 as a", /expected a text/],
    ["create table x with (format = 'csv, header') as select 1 as a", /is not supported: there are PARQUET/],
    ["create table x with (write_compression = 'gzip) to FILE') as select 1 as a", /is not supported/],
    ["create table main.x as select 1 as a", /There is no database main/],
    ["create table x as select getenv('HOME') as a", /The function getenv/],
    ["create table x as select * from duckdb_settings()", /table function duckdb_settings/],
    ["unload (copy t to 'FILE.out') to 's3://lake/x/' with (format = 'JSON')", /expected a query/],
    ["unload (select 1 as a) to 'FILE.out' (format csv)", /expected the end/],
    ["unload (select 1 as a)) to 's3://lake/x/' with (format = 'JSON')", /expected TO/],
    ["unload (select 1 as a; drop table t) to 's3://lake/x/' with (format = 'JSON')", /More than one statement/],
    ["unload (select * from read_text('FILE')) to 's3://lake/x/' with (format = 'JSON')", /table function read_text/],
    ["unload (select getenv('HOME') as a) to 's3://lake/x/' with (format = 'JSON')", /The function getenv/],
    [
      "unload (select x from unnest(sequence(1, 200000)) as u(x)) to 's3://lake/x/' with (format = 'PARQUET', compression = 'NONE')",
      /more than 100000 bytes/,
    ],
    ["insert into t copy t to 'FILE.out'", /expected a query/],
    ["insert into t select 1; drop table t", /More than one statement/],
    ["insert into t values (2) returning id", /syntax error/],
    ["insert into t select 2 on conflict do nothing", /syntax error/],
    ["insert or replace into t values (2)", /expected INTO/],
    ["insert into t by name select 2 as id", /expected a query/],
    ["insert into t default values", /expected a query/],
    ["insert into t select getenv('HOME')", /The function getenv/],
    ["insert into 'FILE' values (2)", /expected the name of a table/],
    ['insert into "FILE" values (2)', /There is no table/],
    ['insert into main."lakehose partitions of default.t.0" values (2)', /There is no database main/],
    ["insert into t with recursive r(n) as (select 1 union all select n + 1 from r) select n from r", /limit/],
    ["insert into t select x from unnest(sequence(1, 200000)) as u(x)", /more than 100000 bytes of files/],
    [`insert into t select a.x from ${many("unnest(sequence(1, 100000))", 2)}`, /limit/],
  ];
  for (const [sql, expected] of statements) test(sql, () => refused(fill(sql), expected));

  test("values of partition keys that are paths", async () => {
    await world.run(
      "create table keyed with (external_location = 's3://far/keyed/', partitioned_by = array['k']) as select 1 as id, '../../../x' as k",
    );
    await world.run(
      `insert into keyed values (2, '..'), (3, '/'), (4, '${"é/".repeat(20)}'), (5, '%2e%2e'), (6, 'a=b/c')`,
    );
    const keys = await world.keys("far", "keyed/");
    assert.ok(
      keys.every((key) => /^keyed\/k=[^/]+\/[0-9a-f]{32}-\d{5}\.parquet$/.test(key)),
      keys.join("\n"),
    );
    await refused(
      `insert into keyed values (7, '${"é/".repeat(30)}')`,
      /Partition key k has a value of more than 230 bytes/,
    );
    const { rows } = await world.run("select k from keyed order by id");
    assert.deepEqual(rows.flat(), ["../../../x", "..", "/", "é/".repeat(20), "%2e%2e", "a=b/c"]);
  });

  test("properties of tables that look like SQL", async () => {
    const before = files();
    const evil = "x''}) AS line) TO ''FILE.out'' (FORMAT csv); --";
    const clauses = [
      `ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' WITH SERDEPROPERTIES ('mapping.id'='${evil}')`,
      `ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' WITH SERDEPROPERTIES ('separatorChar'='${evil}')`,
      `ROW FORMAT DELIMITED FIELDS TERMINATED BY '${evil}'`,
      `ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' NULL DEFINED AS '${evil}'`,
    ];
    for (const [index, clause] of clauses.entries()) {
      await world.run(fill(`CREATE EXTERNAL TABLE evil${index} (id int) ${clause} LOCATION 's3://far/evil${index}/'`));
      await world.run(`INSERT INTO evil${index} VALUES (1)`).catch((error: unknown) => {
        assert.ok(error instanceof QueryError, String(error));
      });
    }
    const made = files().filter((path) => !before.includes(path));
    assert.ok(
      made.every((path) => /^(meta|catalog|changes)/.test(path)),
      made.join("\n"),
    );
  });
});

describe("prepared statements", () => {
  test("values are values, whatever is in them", async () => {
    await world.run("prepare hostile from select ? as a, count(*) from t where cast(id as varchar) = ?");
    const { rows } = await world.run("execute hostile using '1; drop table t --', '1'' or ''1'' = ''1'");
    assert.deepEqual(rows, [["1; drop table t --", 0]]);
    await world.run("deallocate prepare hostile");
  });
  const values = ["id", "(select 1)", "1 + 1", "getenv('HOME')", "'a' || 'b'", "1 -- x", "a.b", "'x' 'y'", "*"];
  for (const value of values) {
    test(`a value that is ${value}`, async () => {
      await world.run("prepare taking from select ? from t");
      const expected = value === "1 -- x" ? undefined : /^USING .* is not supported/;
      if (expected === undefined) assert.deepEqual((await world.run(`execute taking using ${value}`)).rows, [[1]]);
      else await assert.rejects(world.run(`execute taking using ${value}`), { message: expected });
      await world.run("deallocate prepare taking");
    });
  }
  test("what it calls is looked at when it runs", async () => {
    await world.run(fill("prepare reading from select * from read_text('FILE')"));
    await assert.rejects(world.run("execute reading"), { message: /table function read_text is not supported/ });
    await world.run("deallocate prepare reading");
  });
});
