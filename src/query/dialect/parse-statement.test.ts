import assert from "node:assert/strict";
import { test } from "node:test";
import { parseStatement } from "./parse-statement.ts";

function refuses(sql: string, message: string): void {
  assert.throws(
    () => parseStatement(sql),
    (error: Error) => error.message.includes(message) || assert.fail(`${sql}: ${error.message}`),
  );
}

test("parseStatement() reads CREATE EXTERNAL TABLE with partitions, a SerDe, a location and properties", () => {
  const statement = parseStatement(`
    CREATE EXTERNAL TABLE IF NOT EXISTS \`default\`.\`FhBase\` (
      \`Id\` bigint COMMENT 'it''s the id', -- a comment
      \`headers\` array<struct<name:string, value:string>>,
      price decimal(10, 2))
    COMMENT "what came"
    PARTITIONED BY (year string, \`day\` string)
    ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' WITH SERDEPROPERTIES ('ignore.malformed.json' = 'true')
    STORED AS INPUTFORMAT 'in.Class' OUTPUTFORMAT 'out.Class'
    LOCATION 's3://lake/fhbase/'
    TBLPROPERTIES ("skip.header.line.count"="1");`);
  assert.deepEqual(statement, {
    kind: "create-table",
    name: { database: "default", table: "fhbase" },
    ifNotExists: true,
    definition: {
      name: "fhbase",
      description: "what came",
      storageDescriptor: {
        columns: [
          { name: "id", type: "bigint", comment: "it's the id" },
          { name: "headers", type: "array<struct<name:string,value:string>>" },
          { name: "price", type: "decimal(10,2)" },
        ],
        location: "s3://lake/fhbase/",
        inputFormat: "in.Class",
        outputFormat: "out.Class",
        serdeInfo: {
          serializationLibrary: "org.openx.data.jsonserde.JsonSerDe",
          parameters: { "ignore.malformed.json": "true" },
        },
      },
      partitionKeys: [
        { name: "year", type: "string" },
        { name: "day", type: "string" },
      ],
      tableType: "EXTERNAL_TABLE",
      parameters: { EXTERNAL: "TRUE", "skip.header.line.count": "1" },
    },
  });
});

test("parseStatement() reads ROW FORMAT DELIMITED with escapes of Hive", () => {
  const statement = parseStatement(
    "create external table t (a int) row format delimited fields terminated by '\\t' escaped by '\\\\' null defined as '' location 's3://b/'",
  );
  assert.ok(statement.kind === "create-table");
  assert.deepEqual(statement.definition.storageDescriptor?.serdeInfo, {
    serializationLibrary: "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
    parameters: {
      "field.delim": "\t",
      "escape.delim": "\\",
      "serialization.null.format": "",
      "serialization.format": "\t",
    },
  });
});

test("parseStatement() knows the classes of STORED AS PARQUET", () => {
  const statement = parseStatement("CREATE EXTERNAL TABLE t (a int) STORED AS PARQUET LOCATION 's3://b/t/'");
  assert.ok(statement.kind === "create-table");
  assert.match(statement.definition.storageDescriptor?.serdeInfo?.serializationLibrary ?? "", /ParquetHiveSerDe/);
});

test("parseStatement() reads ALTER TABLE ADD and DROP PARTITION, several at once", () => {
  assert.deepEqual(
    parseStatement(
      "ALTER TABLE d.t ADD IF NOT EXISTS PARTITION (dt = '2020-01-20-08') LOCATION 's3://b/x/' PARTITION (dt='y')",
    ),
    {
      kind: "add-partitions",
      name: { database: "d", table: "t" },
      ifNotExists: true,
      partitions: [
        { values: new Map([["dt", "2020-01-20-08"]]), location: "s3://b/x/" },
        { values: new Map([["dt", "y"]]) },
      ],
    },
  );
  assert.deepEqual(parseStatement("alter table t drop partition (year='2019', day=2), partition (year='2020')"), {
    kind: "drop-partitions",
    name: { table: "t" },
    ifExists: false,
    partitions: [
      {
        values: new Map([
          ["year", "2019"],
          ["day", "2"],
        ]),
      },
      { values: new Map([["year", "2020"]]) },
    ],
  });
});

test("parseStatement() reads the other statements about the catalog", () => {
  const name = { database: "d", table: "t" };
  const statements: readonly (readonly [string, object])[] = [
    ["ALTER TABLE d.t ADD COLUMNS (a int)", { kind: "add-columns", name, columns: [{ name: "a", type: "int" }] }],
    ["ALTER TABLE d.t SET TBLPROPERTIES ('a'='b')", { kind: "set-properties", name, properties: { a: "b" } }],
    ["ALTER TABLE d.t SET LOCATION 's3://b/'", { kind: "set-location", name, location: "s3://b/" }],
    ["MSCK REPAIR TABLE `d`.`t`", { kind: "repair-table", name }],
    [
      "CREATE DATABASE IF NOT EXISTS D COMMENT 'x'",
      { kind: "create-database", name: "d", ifNotExists: true, description: "x" },
    ],
    ["DROP DATABASE d CASCADE", { kind: "drop-database", name: "d", ifExists: false, cascade: true }],
    ["DROP TABLE IF EXISTS awsdatacatalog.d.t", { kind: "drop-table", name, ifExists: true }],
    ["DROP VIEW d.t", { kind: "drop-view", name, ifExists: false }],
    ["ALTER TABLE d.t RENAME TO `E`.New", { kind: "rename-table", name, to: { database: "e", table: "new" } }],
    ["SHOW DATABASES LIKE 'd*'", { kind: "show-databases", pattern: "d*" }],
    ["SHOW TABLES IN d 't*'", { kind: "show-tables", database: "d", pattern: "t*" }],
    ["SHOW VIEWS", { kind: "show-views" }],
    ["SHOW COLUMNS IN t IN d", { kind: "show-columns", name }],
    ["SHOW PARTITIONS d.t", { kind: "show-partitions", name }],
    ["SHOW CREATE TABLE d.t", { kind: "show-create-table", name }],
    ["SHOW TBLPROPERTIES d.t", { kind: "show-table-properties", name }],
    ["DESCRIBE FORMATTED d.t", { kind: "describe-table", name }],
    ["desc d.t", { kind: "describe-table", name }],
  ];
  for (const [sql, expected] of statements) assert.deepEqual(parseStatement(sql), expected, sql);
});

test("parseStatement() keeps the text of a view as it was written", () => {
  const statement = parseStatement('CREATE OR REPLACE VIEW "D"."V" AS SELECT  x FROM "default"."t" -- end\n;');
  assert.ok(statement.kind === "create-view");
  assert.equal(statement.originalSql, 'SELECT  x FROM "default"."t"');
  assert.deepEqual([statement.name, statement.orReplace], [{ database: "d", table: "v" }, true]);
});

test("parseStatement() names what it does not support", () => {
  refuses("CREATE TABLE t WITH (format = 'ORC') AS SELECT 1", "CREATE TABLE AS with format = 'ORC' is not supported");
  refuses("CREATE TABLE t (a int)", "CREATE TABLE without EXTERNAL is not supported");
  refuses(
    "INSERT OVERWRITE t SELECT 1",
    "INSERT OVERWRITE is not supported: INSERT INTO adds rows. To replace all rows",
  );
  refuses("INSERT OVERWRITE TABLE t PARTITION (day='1') SELECT 1", "INSERT OVERWRITE is not supported");
  refuses("INSERT OVERWRITE LOCAL DIRECTORY '/tmp/x' SELECT 1", "INSERT OVERWRITE DIRECTORY is not supported: UNLOAD");
  refuses("ALTER TABLE t RENAME COLUMN a TO b", "ALTER TABLE RENAME is not supported: there are ADD, ");
  refuses("EXPLAIN ANALYZE INSERT INTO t SELECT 1", "EXPLAIN ANALYZE of INSERT is not supported: it would write");
  refuses("EXPLAIN CREATE TABLE t (a int)", "EXPLAIN of CREATE is not supported");
  refuses("EXPLAIN DROP TABLE t", "EXPLAIN of DROP is not supported");
  refuses("COPY t TO 'x'", "COPY is not supported");
  refuses("CREATE SECRET s (TYPE s3)", "CREATE SECRET is not supported");
  refuses("CREATE EXTERNAL TABLE t (a int) STORED AS RCFILE LOCATION 's3://b/'", "STORED AS RCFILE is not supported");
  refuses("CREATE EXTERNAL TABLE t (a int) CLUSTERED BY (a) INTO 4 BUCKETS LOCATION 's3://b/'", "CLUSTERED BY");
  refuses("DROP INDEX i", "DROP INDEX is not supported");
  refuses("SHOW FUNCTIONS", "SHOW FUNCTIONS is not supported");
  refuses("ALTER DATABASE d SET x", "ALTER DATABASE is not supported");
  refuses("ALTER TABLE t DROP COLUMN a", "ALTER TABLE DROP COLUMN is not supported");
  refuses("select 1; select 2", "More than one statement");
});

test("parseStatement() says where it expected what", () => {
  refuses("CREATE EXTERNAL TABLE t (a int)", "Line 1:32: expected LOCATION");
  refuses("CREATE EXTERNAL TABLE t (a nothing) LOCATION 's3://b/'", "Expected a type such as int");
  refuses("SELECT\n  'a", "Line 2:3: expected a closing '");
  refuses("SELECT $$a$$", "expected a word, a value or an operator");
  refuses("  ", "The statement is empty");
  refuses("/* never ends", "a comment that ends with */");
  refuses(`SELECT ${"(".repeat(101)}1${")".repeat(101)}`, "nested 100 deep");
  refuses(`SELECT '${"x".repeat(262_144)}'`, "A statement may have 262144 characters");
});

test("parseStatement() reads CREATE TABLE AS with its properties", () => {
  const statement = parseStatement(`
    CREATE TABLE IF NOT EXISTS "Shop".New WITH (
      format = 'textfile', field_delimiter = '|', write_compression = 'uncompressed',
      external_location = 's3://lake/new', partitioned_by = ARRAY['Year', 'day'])
    AS SELECT 1 AS a, "year", day FROM t WITH NO DATA;`);
  assert.deepEqual(statement, {
    kind: "create-table-as",
    name: { database: "shop", table: "new" },
    ifNotExists: true,
    properties: {
      storage: {
        inputFormat: "org.apache.hadoop.mapred.TextInputFormat",
        outputFormat: "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
        serdeInfo: {
          serializationLibrary: "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
          parameters: { "field.delim": "|", "serialization.format": "|" },
        },
      },
      parameters: { "write.compression": "NONE" },
      location: "s3://lake/new",
      partitionedBy: ["year", "day"],
    },
    withData: false,
    query: { sql: 'SELECT 1 AS a , "year" , day FROM t', functions: [], fileColumns: false },
  });
});

test("parseStatement() explains the query of a statement that writes", () => {
  for (const sql of [
    "EXPLAIN INSERT INTO t (a) SELECT x FROM s",
    "EXPLAIN (TYPE DISTRIBUTED) CREATE TABLE t WITH (format = 'JSON') AS SELECT x FROM s WITH NO DATA",
    "EXPLAIN UNLOAD (SELECT x FROM s) TO 's3://b/p/' WITH (format = 'JSON')",
  ]) {
    assert.deepEqual(parseStatement(sql), parseStatement("EXPLAIN SELECT x FROM s"), sql);
  }
});

test("parseStatement() tells a list of columns of INSERT INTO from a query in brackets", () => {
  const cases: readonly (readonly [string, readonly string[] | undefined, string])[] = [
    ['INSERT INTO t (A, "b") VALUES (1, 2)', ["a", "b"], "VALUES(1 , 2)"],
    ["INSERT INTO t (SELECT 1)", undefined, "( SELECT 1 )"],
    ["insert into table t (a) (with x as (select 1) select * from x)", ["a"], ""],
    ["INSERT INTO t ((SELECT 1))", undefined, "( ( SELECT 1 ) )"],
  ];
  for (const [sql, columns, query] of cases) {
    const statement = parseStatement(sql);
    assert.ok(statement.kind === "insert", sql);
    assert.deepEqual(statement.columns, columns, sql);
    if (query !== "") assert.equal(statement.query.sql.replace(/\s+/g, " "), query);
  }
});
