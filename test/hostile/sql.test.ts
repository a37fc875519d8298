import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { QueryError } from "../../src/query/query-error.ts";
import { fill, lake, refused } from "./sql-lake.ts";

const world = lake();

describe("files outside the lake", () => {
  const reads = [
    "select * from read_csv('FILE')",
    "select * from read_text('FILE')",
    "select * from read_blob('FILE')",
    "select * from read_json_auto('FILE')",
    "select * from read_parquet('FILE')",
    "select * from parquet_metadata('FILE')",
    "select * from sniff_csv('FILE')",
    "select * from glob('DIRECTORY/*')",
    "select * from query('select 1')",
    "select * from query_table('t')",
    "select * from duckdb_settings()",
    "select * from t, read_text('FILE')",
    "select (select content from read_text('FILE'))",
    "with x as (select * from read_text('FILE')) select * from x",
    "select * from t where id in (select 1 from read_text('FILE'))",
    "select 1 union all select content from read_text('FILE')",
    "select * from t order by (select count(*) from read_text('FILE'))",
    "create view leak as select * from read_text('FILE')",
    "create table leak as select * from read_text('FILE')",
    "create table leak with (format = 'JSON') as with x as (select * from read_csv('FILE')) select * from x",
    "insert into t select length(content) from read_text('FILE')",
    "insert into t (id) (select 1 from read_text('FILE'))",
    "select * from table(random_cut_forest(input => table(select * from read_text('FILE'))))",
    "select * from table(random_cut_forest(input => table(select 1 as x) order by (select 1 from read_text('FILE'))))",
    "with x as (select * from read_text('FILE')) select * from table(random_cut_forest(input => table(select 1 as x)))",
    "select * from table(read_text(input => table(t)))",
    "select * from table(random_cut_forest(input => table(select 1 as x))) cross join read_text('FILE')",
    "create view leak as select * from table(hotspots(input => table(select * from read_csv('FILE')), scan_radius => 1))",
  ];
  for (const sql of reads) {
    test(sql, () => refused(fill(sql), /The table function \w+ is not supported/));
  }
  const names = ["select * from 'FILE'", 'select * from "FILE"', 'select * from "DIRECTORY/*.csv"', 'from "FILE"'];
  for (const sql of names) {
    test(sql, () => refused(fill(sql), /There is no table|expected|not supported|syntax error/));
  }
  test("a table whose location is no bucket", async () => {
    await world.run(
      fill(
        "CREATE EXTERNAL TABLE outside (a string) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION 'file://DIRECTORY/'",
      ),
    );
    await refused("select * from outside", /expected a location such as s3/);
  });
  test("a projected partition that climbs out of its bucket", async () => {
    await world.run(
      "CREATE EXTERNAL TABLE injected (a string) PARTITIONED BY (k string) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION 's3://lake/i/' TBLPROPERTIES ('projection.enabled'='true', 'projection.k.type'='injected', 'storage.location.template'='s3://@{k}/')".replace(
        "@",
        "$",
      ),
    );
    for (const value of ["lake/../..", "..", "lake/%2e%2e", "lake/\u0000", "../../", ""]) {
      const { rows } = await world.run(`select a from injected where k = '${value}'`).catch((error: unknown) => {
        assert.ok(error instanceof QueryError, String(error));
        return { rows: [] };
      });
      assert.deepEqual(rows, []);
    }
  });
  test("a table whose location climbs out of its bucket", async () => {
    for (const [index, location] of ["s3://lake/../../", "s3://../", "s3://lake/%2e%2e/"].entries()) {
      await world.run(
        `CREATE EXTERNAL TABLE climbs${index} (a string) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION '${location}'`,
      );
      const { rows } = await world.run(`select * from climbs${index}`).catch((error: unknown) => {
        assert.ok(error instanceof QueryError, String(error));
        return { rows: [] };
      });
      assert.deepEqual(rows, []);
    }
  });
});

describe("statements of DuckDB's own", () => {
  const statements = [
    "COPY t TO 'FILE.out'",
    "COPY (SELECT 1) TO 'FILE.out'",
    "ATTACH 'FILE' AS x",
    "DETACH memory",
    "PRAGMA database_list",
    "SET memory_limit = '1TB'",
    "RESET ALL",
    "INSTALL httpfs",
    "LOAD httpfs",
    "CREATE MACRO m() AS 1",
    "CREATE SECRET s (TYPE s3)",
    "CREATE TYPE e AS ENUM ('a')",
    "CREATE TEMP TABLE x AS SELECT 1",
    "EXPORT DATABASE 'DIRECTORY/out'",
    "IMPORT DATABASE 'DIRECTORY'",
    "CALL duckdb_settings()",
    "EXPLAIN COPY t TO 'FILE.out'",
    "EXPLAIN ANALYZE ATTACH 'FILE' AS x",
    "EXPLAIN ANALYZE INSERT INTO t VALUES (2)",
    "EXPLAIN INSERT INTO t SELECT getenv('HOME')",
    "EXPLAIN CREATE TABLE x AS SELECT * FROM read_text('FILE')",
    "EXPLAIN UNLOAD (SELECT getenv('HOME')) TO 's3://lake/x/' WITH (format = 'JSON')",
    "EXPLAIN EXPLAIN SELECT 1",
    "EXPLAIN (FORMAT html, VERBOSE) SELECT 1",
    "EXPLAIN (TYPE distributed) SELECT * FROM read_text('FILE')",
    "EXPLAIN ANALYZE SELECT * FROM read_csv('FILE')",
    "PREPARE p FROM COPY t TO 'FILE.out'",
    "PREPARE p FROM PREPARE q FROM SELECT 1",
    "PREPARE p FROM EXECUTE q",
    "PREPARE p FROM DROP TABLE t",
    "VACUUM",
    "CHECKPOINT",
    "USE memory",
    "DELETE FROM t",
    "UPDATE t SET id = 2",
    "MERGE INTO t USING t AS s ON true WHEN MATCHED THEN DELETE",
    "TRUNCATE t",
    "SUMMARIZE t",
    "INSERT OVERWRITE t VALUES (2)",
    "ALTER TABLE t RENAME TO u; DROP TABLE t",
    "ALTER TABLE t DROP COLUMN id",
    "ALTER TABLE t SET SERDEPROPERTIES ('a'='b')",
    "ALTER VIEW t AS SELECT 1",
    "UNLOAD (SELECT 1 AS a) TO 's3://lake/x/' WITH (format = 'csv, header')",
    "UNLOAD (SELECT 1 AS a) TO 's3://lake/x/' WITH (format = 'JSON', external_location = 's3://lake/t/')",
    "UNLOAD (SELECT 1 AS a) TO 's3://lake/x/' WITH (format = 'JSON', compression = 'gzip) TO FILE')",
  ];
  for (const sql of statements) test(sql, () => refused(fill(sql), /is not supported/));
});

describe("what hides in a query", () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ["select getenv('HOME')", /The function getenv/],
    ["select current_setting('memory_limit')", /The function current_setting/],
    ["select main.getenv('HOME')", /The function getenv/],
    ["select \"getenv\"('HOME')", /The function getenv/],
    ["select GETENV/**/('HOME')", /The function getenv/],
    ["select json_execute_serialized_sql('x')", /json_execute_serialized_sql/],
    ["select sum(x) over (partition by getenv('HOME')) from (values (1)) t(x)", /The function getenv/],
    ["select transform(array[1], x -> getenv('HOME'))", /The function getenv/],
    ["select x.getenv() from (values ('HOME')) t(x)", /getenv/],
    ["select 1; drop table t", /More than one statement/],
    ['select "$path" from (select 1 as x) q', /"\$path" not found/],
    ["select *, \"$path\" from read_text('x')", /table function read_text/],
    ['select "$path", * from information_schema.tables', /"\$path" not found/],
    ["execute nothing", /PreparedStatement nothing does not exist/],
    ["execute nothing using (select 1)", /does not exist|is not supported/],
    ["prepare p as select 1", /expected FROM/],
    ["prepare p from select 1; drop table t", /More than one statement/],
    ["deallocate p", /expected PREPARE/],
    ["select 1 -- ;\n; drop table t", /More than one statement/],
    ["/* ; */ copy t to 'x'", /COPY is not supported/],
    ["select /* /* */ 1 */ from t", /syntax error/],
    ["select $$x$$", /expected a word/],
    ["select 'a' 'b", /expected a closing '/],
    ["select e'\\x41'", /./],
    ["select #1 from t", /expected a word/],
    ["select ? from t", /A parameter/],
    ["select {'a': 1}", /expected a word/],
    ["select * from t at (version => 1)", /./],
    ["select * from (describe t)", /DESCRIBE, SHOW or SUMMARIZE/],
    ["select * from (show tables)", /syntax error/],
    ["select * from t pivot (count(*) for id in (1))", /PIVOT/],
    ["select columns('.*') from t", /./],
    ["select * from table(random_cut_forest(input => table(select 1 as x; drop table t)))", /More than one statement/],
    ["select * from table(random_cut_forest(input => table(copy t to 'x')))", /expected a table or a query/],
    ["select * from table(random_cut_forest(input => table(select getenv('HOME') as x)))", /The function getenv/],
    ["select * from table(random_cut_forest(input => table(set memory_limit = '1TB')))", /expected a table or a query/],
    ['select * from table(random_cut_forest(input => table(main."lakehose random_cut_forest")))', /no database main/],
    ["select table(random_cut_forest(input => table(select 1 as x)))", /./],
    ["select * from information_schema.schema_privileges", /There is no table information_schema\.schema_privileges/],
    [
      'select * from "lakehose information_schema".duckdb_tables',
      /There is no table information_schema\.duckdb_tables/,
    ],
    ["select * from memory.information_schema.tables", /There is no catalog memory/],
    ["select * from pg_catalog.pg_class", /There is no database pg_catalog/],
    ['select * from main."lakehose partitions of default.t.0"', /There is no database main/],
    ["select * from system.information_schema.tables", /There is no catalog system/],
    ["with t as (select * from t) select * from t, read_text('x')", /read_text/],
  ];
  for (const [sql, expected] of cases) test(sql, () => refused(sql, expected));
});

describe("limits", () => {
  const excessive: readonly (readonly [string, string, RegExp])[] = [
    [
      "a forest of gigabytes",
      `select * from table(random_cut_forest(table(select ${Array.from({ length: 30 }, (_, index) => `${index} as c${index}`).join(", ")}), 1000, 1000, 10000, 30))`,
      /at most 1024 MiB/,
    ],
    ["a text of gigabytes", "select length(repeat(repeat('x', 1000000), 100000))", /./],
    ["brackets in brackets", `select ${"(".repeat(5000)}1${")".repeat(5000)}`, /nested 100 deep/],
    ["operators on operators", `select ${"1 + ".repeat(20_000)}1`, /expression depth/],
    ["NOT on NOT", `select ${"not ".repeat(50_000)}true`, /depth|exhausted/],
    ["CASE in CASE", `select ${"case when true then ".repeat(5_000)}1${" end".repeat(5_000)}`, /exhausted|depth/],
    ["a giant literal", `select '${"x".repeat(300_000)}'`, /262144 characters/],
    ["words without end", `select ${"a,".repeat(120_000)}a`, /100000 words and signs/],
  ];
  for (const [name, sql, expected] of excessive) test(name, () => refused(sql, expected));

  test("files of more bytes than a query may read", async () => {
    await world.put("lake", "big/a", `{"id":1,"pad":"${"x".repeat(20_000)}"}\n`);
    await world.run(
      "CREATE EXTERNAL TABLE big (id int) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://lake/big/'",
    );
    await refused("select * from big", /it may read 10000/);
  });

  test("views that stand on themselves", async () => {
    await world.run("CREATE VIEW a AS SELECT 1 AS x");
    await world.run("CREATE VIEW b AS SELECT * FROM a");
    await world.run("CREATE OR REPLACE VIEW a AS SELECT * FROM b");
    await refused("select * from a", /View default\.a stands on itself/);
  });
});
