import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type QueryWorld, queryWorld } from "../../../test/fakes/query-world.ts";

let world: QueryWorld;
before(async () => {
  world = await queryWorld();
  await world.run("CREATE DATABASE shop");
  await world.run(
    "CREATE EXTERNAL TABLE shop.orders (Id bigint COMMENT 'of the order', tags array<string>, odd_type string) PARTITIONED BY (day date) STORED AS PARQUET LOCATION 's3://lake/orders/'",
  );
  await world.run("CREATE VIEW seen AS SELECT 1 AS n");
});
after(() => world.close());

const rowsOf = async (sql: string) => (await world.run(sql)).rows;

test("tables, schemata and views of the catalog", async () => {
  assert.deepEqual(await rowsOf("select * from information_schema.schemata order by 2"), [
    ["awsdatacatalog", "default"],
    ["awsdatacatalog", "shop"],
  ]);
  assert.deepEqual(
    await rowsOf(
      'select t.table_schema, information_schema.tables.table_name, table_type from awsdatacatalog."information_schema".tables join (values 1) as t(table_schema) on true order by 2',
    ),
    [
      [1, "orders", "BASE TABLE"],
      [1, "seen", "VIEW"],
    ],
  );
  assert.deepEqual(await rowsOf("select table_name, view_definition from INFORMATION_SCHEMA.VIEWS"), [
    ["seen", "SELECT 1 AS n"],
  ]);
});

test("a view whose text is damaged has no definition, and the others are there", async () => {
  const viewOriginalText = "/* Presto View: bm90aGluZw== */";
  await world.catalog.createTable("shop", { name: "damaged", tableType: "VIRTUAL_VIEW", viewOriginalText });
  assert.deepEqual(await rowsOf("select table_name, view_definition from information_schema.views order by 1"), [
    ["damaged", null],
    ["seen", "SELECT 1 AS n"],
  ]);
  await assert.rejects(rowsOf("select * from shop.damaged"), {
    code: "data",
    message: /shop\.damaged.*create it again/,
  });
  await world.run("DROP VIEW shop.damaged");
});

test("columns have Trino's types, partition keys last", async () => {
  const sql = `select column_name, ordinal_position, is_nullable, data_type, comment, extra_info
    from information_schema.columns c where c.table_schema = 'shop' and table_name in ('orders') order by 2`;
  assert.deepEqual(await rowsOf(sql), [
    ["id", 1, "YES", "bigint", "of the order", null],
    ["tags", 2, "YES", "array(varchar)", null, null],
    ["odd_type", 3, "YES", "varchar", null, null],
    ["day", 4, "YES", "date", null, "partition key"],
  ]);
});

test("what is asked beside a condition still counts", async () => {
  const sql = `select count(*) from information_schema.tables a, information_schema.tables b where a.table_schema = 'shop'`;
  assert.deepEqual(await rowsOf(sql), [[2]]);
});

test("a table called information_schema is a table", async () => {
  assert.deepEqual(
    await rowsOf("with information_schema as (select 1 as tables) select tables from information_schema"),
    [[1]],
  );
});
