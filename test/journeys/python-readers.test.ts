import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";
import type { StartOptions } from "../../src/server/index.ts";
import { clientOf, PATIENT, putAll, ROLE, startJourney, temporaryFolder } from "./journey.ts";

/** Arrow and Spark read what streams delivered, through the S3 door, and write tables that our SQL reads. */
const ARROW = process.env.LAKEHOSE_TEST_READERS;
const SPARK = process.env.LAKEHOSE_TEST_SPARK;
const S3A = process.env.LAKEHOSE_TEST_SPARK_S3A;
const run = promisify(execFile);

const ORDERS = [
  { id: 1, name: "Ada", shop: "a" },
  { id: 2, name: "Köln", shop: "b" },
  { id: 3, name: null, shop: "b" },
];
const LINES = ORDERS.map(({ id, name }) => ({ id, name }));

const place = (Prefix: string) => ({
  RoleARN: ROLE,
  BucketARN: "arn:aws:s3:::lake",
  Prefix,
  ErrorOutputPrefix: "errors/",
  BufferingHints: PATIENT,
});

const STREAMS: StartOptions["streams"] = [
  {
    DeliveryStreamName: "orders",
    ExtendedS3DestinationConfiguration: {
      ...place("orders/shop=!{partitionKeyFromQuery:shop}/"),
      DynamicPartitioningConfiguration: { Enabled: true },
    },
    lakehose: { format: "parquet", schema: "infer", "partition-keys": "shop=.shop", limits: "relaxed" },
  },
  {
    DeliveryStreamName: "lines",
    ExtendedS3DestinationConfiguration: { ...place("lines/"), CompressionFormat: "GZIP" },
    lakehose: { format: "json-lines" },
  },
];

async function deliveredLake(t: TestContext) {
  const { lakehose } = await startJourney(t, { streams: STREAMS });
  const client = clientOf(t, lakehose.url);
  for (const name of ["orders", "lines"]) {
    const records = (name === "orders" ? ORDERS : LINES).map((record) => Buffer.from(JSON.stringify(record)));
    await putAll(client, name, records);
    await lakehose.flush(name);
  }
  const api = async (path: string, body?: object) => {
    const response = await fetch(`${lakehose.url}/api/queries${path}`, {
      method: body === undefined ? "GET" : "POST",
      ...(body !== undefined && { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    return (await response.json()) as { id: string; state: string; rows: unknown[][]; error?: unknown };
  };
  const sql = async (text: string) => {
    const { id } = await api("", { sql: text });
    const { state, error } = await api(`/${id}?waitMs=20000`);
    assert.equal(state, "succeeded", `${text}: ${JSON.stringify(error)}`);
    return (await api(`/${id}/rows`)).rows;
  };
  await sql("CREATE DATABASE IF NOT EXISTS default");
  return { url: lakehose.url, sql };
}

/** The same rows, with the partition key where each reader puts it. */
function sameRows(found: unknown, expected: readonly object[]): void {
  const sorted = (rows: readonly object[]) => rows.map((row) => Object.fromEntries(Object.entries(row).toSorted()));
  assert.deepEqual(sorted(found as readonly object[]), sorted(expected));
}

test("Arrow reads what streams delivered, and SQL reads what Arrow wrote", {
  skip: ARROW === undefined && "needs a Python with pyarrow: its path belongs in LAKEHOSE_TEST_READERS",
}, async (t) => {
  const { url, sql } = await deliveredLake(t);
  const script = join(import.meta.dirname, "arrow-lake.py");
  const { stdout } = await run(ARROW ?? "", [script, url.replace("http://", ""), "any", "any"]);
  const { orders, lines, ...seen } = JSON.parse(stdout) as Record<string, unknown>;
  sameRows(orders, ORDERS);
  sameRows(lines, LINES);
  assert.deepEqual(seen, {
    filtered: [{ id: 3 }],
    size: true,
    ranges: [true, true, true],
    metadata: "application/x-large",
    single: 3,
    folder: "Directory",
    absent: "NotFound",
    odd: ["lake/odd/moved"],
    left: "NotFound",
    buckets: ["lake"],
  });
  for (const format of ["PARQUET", "ORC"]) {
    const name = `arrow_${format.toLowerCase()}`;
    await sql(
      `CREATE EXTERNAL TABLE ${name} (id bigint, name string) PARTITIONED BY (part string) STORED AS ${format} LOCATION 's3://lake/${name}/'`,
    );
    await sql(`MSCK REPAIR TABLE ${name}`);
    assert.deepEqual(await sql(`SELECT id, name, part FROM ${name} ORDER BY id`), [
      [1, "Ada", "x"],
      [2, null, "y"],
      [3, "Köln", "x"],
    ]);
  }
  await sql(
    "CREATE EXTERNAL TABLE arrow_csv (id int, name string, part string) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' LOCATION 's3://lake/arrow_csv/' TBLPROPERTIES ('skip.header.line.count'='1')",
  );
  assert.deepEqual(await sql("SELECT sum(id), max(name) FROM arrow_csv"), [[6, "Köln"]]);
});

test("Spark reads what streams delivered, and SQL reads what Spark wrote", {
  skip: (SPARK === undefined || S3A === undefined) && "needs pyspark and hadoop-aws: LAKEHOSE_TEST_SPARK, …_SPARK_S3A",
}, async (t) => {
  const { url, sql } = await deliveredLake(t);
  const scratch = await temporaryFolder(t);
  const script = join(import.meta.dirname, "spark-lake.py");
  const { stdout } = await run(SPARK ?? "", [script, url, "any", "any", scratch]);
  const seen = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Record<string, unknown>;
  sameRows(seen.orders, ORDERS);
  sameRows(seen.lines, LINES);
  assert.deepEqual([seen.filtered, seen.again], [[{ id: 3 }], 5]);
  const columns =
    "id bigint, name string, price decimal(10,2), `at` timestamp, `day` date, wide bigint, list array<bigint>, `map` map<string,bigint>, place struct<city:string,zip:bigint>, raw binary";
  // A timestamp is a moment in Parquet and Avro; in ORC it is the wall clock of the writer's machine, which is told to keep UTC.
  const found: Record<string, unknown[][]> = {};
  for (const format of ["PARQUET", "ORC", "AVRO"]) {
    const name = `spark_${format.toLowerCase()}`;
    await sql(
      `CREATE EXTERNAL TABLE ${name} (${columns}) PARTITIONED BY (part string) STORED AS ${format} LOCATION 's3://lake/${name}/'`,
    );
    await sql(`MSCK REPAIR TABLE ${name}`);
    const sums = `SELECT count(*), sum(id), max(length(name)), sum(price), sum(wide), count(DISTINCT "day"), sum(list[1]), count(list[2]), sum("map"['k']), max(place.city), sum(place.zip), max(to_hex(raw)), count(DISTINCT part) FROM ${name}`;
    assert.deepEqual(
      await sql(sums),
      [
        [
          3000,
          4_498_500,
          5,
          "6747750.00",
          43_710_004_454_790,
          1,
          4_498_500,
          0,
          4_498_500,
          "Köln",
          4_498_500,
          "C3A4",
          2,
        ],
      ],
      format,
    );
    found[format] = await sql(`SELECT id, "at", wide FROM ${name} WHERE id IN (0, 7, 2999) ORDER BY id`);
  }
  assert.deepEqual(found.ORC, found.PARQUET);
  assert.deepEqual(found.AVRO, found.PARQUET);
  const lines = "(id int, name string) ROW FORMAT";
  await sql(
    `CREATE EXTERNAL TABLE spark_csv ${lines} DELIMITED FIELDS TERMINATED BY ',' LOCATION 's3://lake/spark_csv/' TBLPROPERTIES ('skip.header.line.count'='1')`,
  );
  await sql(
    `CREATE EXTERNAL TABLE spark_json ${lines} SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://lake/spark_json/'`,
  );
  for (const name of ["spark_csv", "spark_json"]) {
    assert.deepEqual(await sql(`SELECT count(id), sum(id), max(name) FROM ${name}`), [[3000, 4_498_500, "n999"]], name);
  }
});
