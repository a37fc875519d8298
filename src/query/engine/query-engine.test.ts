import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { type QueryWorld, queryWorld } from "../../../test/fakes/query-world.ts";
import { QueryError } from "../query-error.ts";

let world: QueryWorld;
before(async () => {
  world = await queryWorld();
});
after(() => world.close());

const json = (table: string, columns: string, rest = "") =>
  `CREATE EXTERNAL TABLE ${table} (${columns}) ${rest} ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://lake/${table}/'`;

async function fails(sql: string, message: string | RegExp): Promise<void> {
  await assert.rejects(world.run(sql), (error: Error) => {
    assert.ok(error instanceof QueryError, String(error));
    assert.match(
      error.message,
      typeof message === "string" ? new RegExp(message.replace(/[()*[\]?+.]/g, "\\$&")) : message,
    );
    return true;
  });
}

/** A request as a firewall logs it, with names in the letter case of its maker and a header that comes twice. */
function firewallRecord(clientIp: string, headers: readonly (readonly [string, string])[], ruleId = "Default_Action") {
  return {
    timestamp: 1577808000123,
    formatVersion: 1,
    webaclId: "acl",
    terminatingRuleId: ruleId,
    terminatingRuleType: "REGULAR",
    action: "ALLOW",
    httpSourceName: "ALB",
    httpSourceId: "1",
    ruleGroupList: [],
    rateBasedRuleList: [],
    nonTerminatingMatchingRules: [],
    httpRequest: {
      clientIp,
      country: "DE",
      headers: headers.map(([name, value]) => ({ name, value })),
      uri: "/login",
      args: "",
      httpVersion: "HTTP/1.1",
      httpMethod: "GET",
      requestId: `r-${clientIp}`,
    },
  };
}

test("the analysis query of firewall logs", async () => {
  await world.run(
    json(
      "waflogs",
      "`timestamp` bigint, formatversion int, webaclid string, terminatingruleid string, terminatingruletype string, action string, httpsourcename string, httpsourceid string, rulegrouplist array<string>, ratebasedrulelist array<string>, nonterminatingmatchingrules array<string>, httprequest struct<clientip:string,country:string,headers:array<struct<name:string,value:string>>,uri:string,args:string,httpversion:string,httpmethod:string,requestid:string>",
      "PARTITIONED BY (year string, month string, day string, hour string)",
    ),
  );
  const first = firewallRecord("192.0.2.1", [
    ["Host", "shop.example"],
    ["host", "other.example"],
    ["User-Agent", "agent/1"],
    ["Accept", "text/html"],
    ["Accept", "text/plain"],
  ]);
  const second = firewallRecord("192.0.2.2", [["Host", "shop.example"]], "rule");
  // Records glued together, as a function that adds no line break leaves them.
  await world.put("lake", "waflogs/2019/12/31/17/part", gzipSync(JSON.stringify(first) + JSON.stringify(second)));
  await world.put("lake", "waflogs/2019/12/31/18/part", "this is no JSON, and nobody may read it");
  await world.run(`ALTER TABLE waflogs ADD
    PARTITION (year='2019', month='12', day='31', hour='17') LOCATION 's3://lake/waflogs/2019/12/31/17/'
    PARTITION (year='2019', month='12', day='31', hour='18') LOCATION 's3://lake/waflogs/2019/12/31/18/'`);

  const { rows, statistics } = await world.run(`
    with d as (
      select waf.timestamp, waf.formatVersion, waf.webaclId, waf.terminatingRuleId, waf.action,
             waf.HTTPREQUEST.clientip as clientip, waf.HTTPREQUEST.country as country, waf.HTTPREQUEST.uri as uri,
             waf.httprequest.httpmethod as method, waf.httprequest.requestid as requestid, waf.hour,
             map_agg(f.name, f.value) as kv
      from "default"."waflogs" waf, UNNEST(waf.httprequest.headers) as t(f)
      where year = '2019' and month = '12' and day = '31' and hour = '17'
      group by 1,2,3,4,5,6,7,8,9,10,11)
    select d.clientip, d.kv['Host'], d.kv['User-Agent'], d.kv['Accept'] in ('text/html', 'text/plain'), d.kv['Cookie'],
           d.terminatingruleid
    from d order by d.clientip`);
  assert.deepEqual(rows, [
    ["192.0.2.1", "shop.example", "agent/1", true, null, "Default_Action"],
    ["192.0.2.2", "shop.example", null, null, null, "rule"],
  ]);
  assert.deepEqual([statistics.files, statistics.partitionsRead, statistics.partitionsKnown], [1, 1, 2]);
});

test("columns of a partitioned table may be called anything, also what the engine calls its own", async () => {
  await world.run(json("named", "path string, v0 int, r int, p struct<path:string>", "PARTITIONED BY (v1 string)"));
  await world.put("lake", "named/v1=a/part", '{"path":"/cart","v0":1,"r":2,"p":{"path":"x"}}');
  await world.run("MSCK REPAIR TABLE named");
  const { rows } = await world.run("select path, v0, r, p.path, v1 from named where path = '/cart'");
  assert.deepEqual(rows, [["/cart", 1, 2, "x", "a"]]);
});

describe("JSON", () => {
  test("reads what is packed in any way and called anything, by its declared types", async () => {
    await world.run(
      json("packed", "id bigint, price decimal(10,2), at timestamp, tags map<string,string>, raw string, gone int"),
    );
    const line = (id: number) =>
      `{"ID":${id},"Price":1.5,"at":"2020-01-01 00:00:00","tags":{"A":"b"},"raw":{"X":[1]},"unknown":1}`;
    await world.put("lake", "packed/plain.gz", `${line(1)}\r\n${line(2)}\r\n`);
    await world.put(
      "lake",
      "packed/members",
      Buffer.concat([gzipSync(line(3)), Buffer.from("\n"), gzipSync(`${line(4)}\n`)]),
    );
    await world.put("lake", "packed/zstd.json", zstdCompressSync(`${line(5)}\n`));
    await world.put("lake", "packed/_SUCCESS", "x");
    await world.put("lake", "packed/.hidden/file", "x");
    await world.put("lake", "packed/empty", "");
    const { rows, columns } = await world.run("select * from packed order by id");
    assert.deepEqual(
      rows.map(([id]) => id),
      [1, 2, 3, 4, 5],
    );
    assert.deepEqual(rows[0], [1, "1.50", "2020-01-01 00:00:00.000", { A: "b" }, '{"X":[1]}', null]);
    assert.deepEqual(
      columns.map(({ type }) => type),
      ["bigint", "decimal(10,2)", "timestamp", "map(varchar, varchar)", "varchar", "integer"],
    );
  });

  test("reads a column from under another name, and goes over what is no JSON when the table says so", async () => {
    await world.run(
      "CREATE EXTERNAL TABLE mapped (ts bigint) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' WITH SERDEPROPERTIES ('mapping.ts'='Timestamp', 'ignore.malformed.json'='true') LOCATION 's3://lake/mapped'",
    );
    await world.put("lake", "mapped/a", '{"Timestamp":5}\nnonsense\n{"timestamp":6}\n');
    await world.put("lake", "mapped-not/a", '{"Timestamp":7}\n');
    const { rows } = await world.run("select sum(ts) from mapped");
    assert.deepEqual(rows, [[11]]);
  });

  test("a value that is not of its type is told with its file", async () => {
    await world.run(json("wrong", "id bigint"));
    await world.put("lake", "wrong/a", '{"id":"x"}\n');
    await fails("select * from wrong", /s3:\/\/lake\/wrong\/a\b.*"x"/);
  });

  test("reads objects of a store that is elsewhere, and fetches each once", async () => {
    await world.put("far", "t/a", '{"id":1}\n');
    await world.run(
      "CREATE EXTERNAL TABLE remote (id int) ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe' LOCATION 's3://far/t/'",
    );
    const files = () => readdirSync(join(world.root, "query", "cache")).length;
    const kept = files();
    assert.deepEqual((await world.run("select id from remote")).rows, [[1]]);
    assert.deepEqual((await world.run("select id + 1 from remote")).rows, [[2]]);
    assert.equal(files(), kept + 1);
  });

  test("uses a file of the local lake as it is when it is fit", async () => {
    await world.run(json("fit", "id int"));
    await world.put("lake", "fit/a", '{"id":1}\n{"id":2}\n');
    const kept = readdirSync(join(world.root, "query", "cache")).length;
    assert.deepEqual((await world.run("select count(*) from fit")).rows, [[2]]);
    assert.equal(readdirSync(join(world.root, "query", "cache")).length, kept);
  });
});

test("CSV and delimited text: quotes, headers, nulls, what is no number", async () => {
  await world.run(
    "CREATE EXTERNAL TABLE quoted (id string, note string, n int) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' LOCATION 's3://lake/quoted/' TBLPROPERTIES ('skip.header.line.count'='1')",
  );
  await world.put("lake", "quoted/a.csv", 'id,note,n\n1,"a, ""b""\nc",3\n2,x,\n');
  assert.deepEqual((await world.run("select * from quoted order by id")).rows, [
    ["1", 'a, "b"\nc', 3],
    ["2", "x", null],
  ]);
  await world.run(
    "CREATE EXTERNAL TABLE delimited (id int, note string, tags array<string>) ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\t' COLLECTION ITEMS TERMINATED BY ',' LOCATION 's3://lake/delimited/'",
  );
  await world.put("lake", "delimited/a", gzipSync('1\t"a"\tx,y\textra\nno number\t\\N\n'));
  assert.deepEqual((await world.run("select * from delimited order by id")).rows, [
    [1, '"a"', ["x", "y"]],
    [null, null, null],
  ]);
});

test("Parquet: names in any case, missing columns, declared types, partitions", async () => {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const parquet = async (sql: string) => {
    const path = join(world.root, "made.parquet");
    writeFileSync(path, "");
    await connection.run(`COPY (${sql}) TO '${path}' (FORMAT parquet)`);
    return readFileSync(path);
  };
  await world.put("lake", "pq/year=2019/a.parquet", await parquet("select 1 as Id, {'ClientIp': 'x'} as req"));
  await world.put("lake", "pq/year=2020/b", await parquet("select 2::bigint as id, 'n' as note"));
  connection.closeSync();
  instance.closeSync();
  await world.run(
    "CREATE EXTERNAL TABLE pq (id bigint, req struct<clientip:string,more:int>, note string) PARTITIONED BY (year int) STORED AS PARQUET LOCATION 's3://lake/pq/'",
  );
  assert.deepEqual((await world.run("select * from pq")).rows, []);
  assert.deepEqual((await world.run("MSCK REPAIR TABLE pq")).rows, [
    ["Added partition year=2019"],
    ["Added partition year=2020"],
  ]);
  assert.deepEqual((await world.run("MSCK REPAIR TABLE pq")).rows, []);
  assert.deepEqual((await world.run("select * from pq order by id")).rows, [
    [1, { clientip: "x", more: null }, null, 2019],
    [2, null, "n", 2020],
  ]);
  const { rows, statistics } = await world.run("select id from pq where year > 2019 and id > 0");
  assert.deepEqual([rows, statistics.partitionsRead], [[[2]], 1]);
  assert.deepEqual((await world.run("select year, count(*) from pq group by 1 order by 1")).rows, [
    [2019, 1],
    [2020, 1],
  ]);
});

test("views stand in the catalog as Athena writes them, and on one another", async () => {
  await world.run("CREATE DATABASE other");
  await world.run("CREATE VIEW v1 AS SELECT 1 AS a, map_agg('k', 2) AS m");
  await world.run('CREATE VIEW other.v2 AS SELECT a + 1 AS b FROM v1 JOIN "default".v1 AS again USING (a)');
  assert.deepEqual((await world.run("select b from other.v2")).rows, [[2]]);
  const view = world.catalog.table("default", "v1")?.definition;
  assert.deepEqual([view?.tableType, view?.viewExpandedText], ["VIRTUAL_VIEW", "/* Presto View */"]);
  assert.deepEqual(view?.storageDescriptor?.columns, [
    { name: "a", type: "int" },
    { name: "m", type: "map<string,int>" },
  ]);
  await fails("CREATE VIEW v1 AS SELECT 2 AS a", /v1/);
  await world.run("CREATE OR REPLACE VIEW v1 AS SELECT 5 AS a");
  assert.deepEqual((await world.run("select b from other.v2")).rows, [[6]]);
  await fails("CREATE VIEW v3 AS SELECT * FROM nowhere", "There is no table default.nowhere");
  await fails("DROP TABLE v1", "write DROP VIEW");
  await world.run("DROP VIEW v1");
  await fails("select * from other.v2", "There is no table default.v1");
});

test("statements about the catalog answer as Athena does", async () => {
  await world.run("CREATE DATABASE shop COMMENT 'x'");
  await world.run("CREATE DATABASE IF NOT EXISTS shop");
  await fails("CREATE DATABASE shop", /shop/);
  await world.run(
    "CREATE EXTERNAL TABLE shop.orders (id int COMMENT 'key') PARTITIONED BY (year string, day string) STORED AS PARQUET LOCATION 's3://lake/orders'",
  );
  await world.run("ALTER TABLE shop.orders ADD PARTITION (year='2019', day='01') PARTITION (year='2019', day='02')");
  await fails("ALTER TABLE shop.orders ADD PARTITION (year='2019', day='01')", "has the partition 2019/01 already");
  await world.run("ALTER TABLE shop.orders ADD IF NOT EXISTS PARTITION (year='2019', day='01')");
  await fails("ALTER TABLE shop.orders ADD PARTITION (year='2019')", "has the partition keys year, day");
  assert.deepEqual((await world.run("SHOW PARTITIONS shop.orders")).rows, [["year=2019/day=01"], ["year=2019/day=02"]]);
  await world.run("ALTER TABLE shop.orders DROP PARTITION (day='02')");
  assert.deepEqual((await world.run("SHOW PARTITIONS shop.orders")).rows, [["year=2019/day=01"]]);
  const [partition] = await world.partitions.partitions("shop", "orders");
  assert.equal(partition?.definition.storageDescriptor?.location, "s3://lake/orders/year=2019/day=01/");
  await world.run("ALTER TABLE shop.orders ADD COLUMNS (note string)");
  await world.run("ALTER TABLE shop.orders CHANGE COLUMN note remark varchar(10) COMMENT 'said'");
  await fails("ALTER TABLE shop.orders CHANGE note note string", "has no column note");
  assert.deepEqual((await world.run("DESCRIBE shop.orders")).rows[1], ["remark", "varchar(10)", "said"]);
  await world.run("ALTER TABLE shop.orders REPLACE COLUMNS (id int COMMENT 'key', note string)");
  await world.run("ALTER TABLE shop.orders PARTITION (year='2019', day='01') SET LOCATION 's3://lake/old/'");
  await world.run(
    "ALTER TABLE shop.orders PARTITION (year='2019', day='01') RENAME TO PARTITION (year='2018', day='31')",
  );
  const [moved] = await world.partitions.partitions("shop", "orders");
  assert.deepEqual(moved?.definition.values, ["2018", "31"]);
  assert.equal(moved?.definition.storageDescriptor?.location, "s3://lake/old/");
  await fails("ALTER TABLE shop.orders PARTITION (year='2019', day='01') SET LOCATION 's3://x/'", "no such partition");
  await fails(
    "ALTER TABLE shop.orders PARTITION (year='2018') SET LOCATION 's3://x/'",
    "has the partition keys year, day",
  );
  await fails("ALTER TABLE shop.nothing RENAME TO shop.other", "There is no table shop.nothing");
  await fails("ALTER TABLE shop.orders RENAME TO nowhere.orders", /nowhere/);
  await world.run("ALTER TABLE shop.orders RENAME TO default.renamed");
  await fails("DESCRIBE shop.orders", "There is no table shop.orders");
  await world.run("ALTER TABLE renamed RENAME TO shop.orders");
  await world.run("ALTER TABLE shop.orders SET TBLPROPERTIES ('a'='1', 'b'='2')");
  assert.deepEqual((await world.run("SHOW TBLPROPERTIES shop.orders('b')")).rows, [["b", "2"]]);
  assert.deepEqual((await world.run("DESCRIBE shop.orders")).rows.slice(0, 3), [
    ["id", "int", "key"],
    ["note", "string", ""],
    ["year", "string", ""],
  ]);
  assert.deepEqual((await world.run("DESCRIBE shop.orders")).rows.slice(4), [
    ["", "", ""],
    ["# Partition Information", "", ""],
    ["# col_name", "data_type", "comment"],
    ["", "", ""],
    ["year", "string", ""],
    ["day", "string", ""],
  ]);
  assert.deepEqual((await world.run("SHOW COLUMNS IN orders IN shop")).rows.flat(), ["id", "note", "year", "day"]);
  await world.run("CREATE VIEW shop.seen AS SELECT cast(1 as integer) AS n, array['a'] AS list");
  for (const sql of ["DESCRIBE shop.seen", "SHOW COLUMNS FROM shop.seen"]) {
    const { columns, rows } = await world.run(sql);
    assert.deepEqual(
      columns.map(({ name }) => name),
      ["column", "type"],
    );
    assert.deepEqual(rows, [
      ["n", "integer"],
      ["list", "array(varchar)"],
    ]);
  }
  const shown = await world.run("SHOW VIEWS IN shop");
  assert.deepEqual([shown.columns[0]?.name, shown.rows], ["views", [["seen"]]]);
  await world.run("DROP VIEW shop.seen");
  const created = (await world.run("SHOW CREATE TABLE shop.orders")).rows.map(String).join("\n");
  await world.run("DROP TABLE shop.orders");
  await world.run(created);
  assert.deepEqual((await world.run("SHOW CREATE TABLE shop.orders")).rows.map(String).join("\n"), created);
  assert.deepEqual((await world.run("SHOW TABLES IN shop 'o*'")).rows, [["orders"]]);
  assert.deepEqual((await world.run("SHOW DATABASES LIKE 's*p'")).rows, [["shop"]]);
  await fails("DROP DATABASE shop", "write CASCADE");
  await world.run("DROP DATABASE shop CASCADE");
  await world.run("DROP TABLE IF EXISTS shop.orders");
});
