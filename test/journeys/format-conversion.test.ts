import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type DataFormatConversionConfiguration, PutRecordCommand } from "@aws-sdk/client-firehose";
import {
  CreateDatabaseCommand,
  CreateTableCommand,
  GetPartitionsCommand,
  GetTableVersionsCommand,
  GlueClient,
  type TableInput,
  UpdateTableCommand,
} from "@aws-sdk/client-glue";
import { DuckDBInstance } from "@duckdb/node-api";
import type { StartOptions } from "../../src/server/index.ts";
import { afterwards } from "./cleanup.ts";
import { createStream, describe, PATIENT, ROLE, startJourney, until } from "./journey.ts";
import { linesOf, readBucket } from "./read-lake.ts";

/** Streams that write in the form of a table of the catalog, read back by another reader. */

async function started(t: TestContext, options: StartOptions = {}) {
  const journey = await startJourney(t, options);
  const credentials = { accessKeyId: "any", secretAccessKey: "any" };
  const glue = new GlueClient({ endpoint: journey.lakehose.url, region: "eu-west-1", credentials, maxAttempts: 1 });
  afterwards(t, () => glue.destroy());
  const put = async (stream: string, record: object) => {
    const Record = { Data: Buffer.from(JSON.stringify(record)) };
    await journey.client.send(new PutRecordCommand({ DeliveryStreamName: stream, Record }));
  };
  return { ...journey, glue, put };
}

function ordersTable(...columns: [string, string][]): TableInput {
  return { Name: "orders", StorageDescriptor: { Columns: columns.map(([Name, Type]) => ({ Name, Type })) } };
}

const CONVERSION: DataFormatConversionConfiguration = {
  SchemaConfiguration: { RoleARN: ROLE, DatabaseName: "sales", TableName: "orders" },
  InputFormatConfiguration: { Deserializer: { OpenXJsonSerDe: { ColumnToJsonKeyMappings: { ts: "timestamp" } } } },
  OutputFormatConfiguration: { Serializer: { ParquetSerDe: {} } },
};

const CONVERTING = {
  DataFormatConversionConfiguration: CONVERSION,
  BufferingHints: PATIENT,
  ErrorOutputPrefix: "errors/!{firehose:error-output-type}/",
};

/** Rows of all Parquet files of a stream, with the columns that any of them has. */
async function rowsOf(data: string, stream: string): Promise<Record<string, unknown>[]> {
  const connection = await (await DuckDBInstance.create()).connect();
  const glob = join(data, "buckets", "lake", stream, "**", "*.parquet");
  const result = await connection.runAndReadAll(
    `SELECT * EXCLUDE filename FROM read_parquet('${glob}', union_by_name = true, filename = true) ORDER BY id`,
  );
  const rows = result.getRowObjectsJson();
  connection.closeSync();
  return rows;
}

test("a converting stream writes the columns of its table, and follows it when it changes", async (t) => {
  const { glue, client, data, lakehose, put } = await started(t);
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: "sales" } }));
  const first = ordersTable(["id", "bigint"], ["ts", "string"]);
  await glue.send(new CreateTableCommand({ DatabaseName: "sales", TableInput: first }));
  await createStream(client, "s", CONVERTING);
  await put("s", { id: 1, timestamp: "now", price: 1.5 });
  await lakehose.flush("s");
  const second = ordersTable(["id", "bigint"], ["ts", "string"], ["price", "double"]);
  await glue.send(new UpdateTableCommand({ DatabaseName: "sales", TableInput: second }));
  let id = 1;
  await until(async () => {
    id++;
    await put("s", { ID: id, price: 2.5 });
    await lakehose.flush("s");
    return (await rowsOf(data, "s")).some(({ price }) => price === 2.5);
  });
  const rows = await rowsOf(data, "s");
  assert.deepEqual(rows[0], { id: "1", ts: "now", price: null });
  assert.deepEqual(rows.at(-1), { id: String(id), ts: null, price: 2.5 });
  assert.equal(rows.length, id);
  assert.equal((await describe(client, "s")).VersionId, "1", "a change of the table is no change of the stream");
});

test("a partition of the table is in the catalog once its first object has landed", async (t) => {
  const { glue, client, lakehose, put } = await started(t);
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: "sales" } }));
  const { StorageDescriptor, ...orders } = ordersTable(["id", "bigint"]);
  const table = { StorageDescriptor: { ...StorageDescriptor, Location: "s3://lake/orders/" } };
  const TableInput = { ...orders, ...table, PartitionKeys: [{ Name: "year", Type: "string" }] };
  await glue.send(new CreateTableCommand({ DatabaseName: "sales", TableInput }));
  await createStream(client, "s", { ...CONVERTING, Prefix: "orders/year=!{timestamp:yyyy}/" });
  await put("s", { id: 1 });
  await lakehose.flush("s");
  const year = String(new Date().getUTCFullYear());
  const of = { DatabaseName: "sales", TableName: "orders" };
  await until(async () => (await glue.send(new GetPartitionsCommand(of))).Partitions?.length === 1);
  const [partition] = (await glue.send(new GetPartitionsCommand(of))).Partitions ?? [];
  assert.deepEqual(partition?.Values, [year]);
  assert.equal(partition?.StorageDescriptor?.Location, `s3://lake/orders/year=${year}/`);
});

test("a stream whose table is missing rejects its records until the table is there", async (t) => {
  const { glue, client, data, lakehose, put } = await started(t);
  await createStream(client, "s", CONVERTING);
  await put("s", { id: 1 });
  await lakehose.flush("s");
  const [rejected] = await readBucket(data, "lake");
  assert.match(rejected?.key ?? "", /^errors\/format-conversion-failed\//);
  const [line = ""] = linesOf(rejected?.bytes ?? Buffer.alloc(0));
  const record = JSON.parse(line) as Record<string, unknown>;
  assert.equal(record.lastErrorCode, "DataFormatConversion.EntityNotFound");
  assert.match(String(record.lastErrorMessage), /^The specified table\/database could not be found/);
  assert.equal(Buffer.from(String(record.rawData), "base64").toString(), '{"id":1}');

  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: "sales" } }));
  await glue.send(new CreateTableCommand({ DatabaseName: "sales", TableInput: ordersTable(["id", "int"]) }));
  await until(async () => {
    await put("s", { id: 2 });
    await lakehose.flush("s");
    return (await readBucket(data, "lake")).some(({ key }) => key.endsWith(".parquet"));
  });
  assert.deepEqual((await rowsOf(data, "s"))[0], { id: 2 });
});

test("tables and formats that AWS has no word for come from the configuration", async (t) => {
  const columns = [
    { name: "id", type: "bigint" },
    { name: "at", type: "struct<city:string>" },
  ];
  const { data, lakehose, put } = await started(t, {
    catalog: { databases: { sales: { tables: { orders: { columns } } } } },
    streams: [
      {
        DeliveryStreamName: "s",
        ExtendedS3DestinationConfiguration: { RoleARN: ROLE, BucketARN: "arn:aws:s3:::lake", Prefix: "s/" },
        lakehose: { format: "parquet", schema: "sales.orders", "format-options": { compression: "zstd" } },
      },
    ],
  });
  await put("s", { id: 1, at: { city: "Oslo" } });
  await lakehose.flush("s");
  assert.deepEqual(await rowsOf(data, "s"), [{ id: "1", at: { city: "Oslo" } }]);
});

test("a stream without a table learns its columns from the records, and goes on to learn", async (t) => {
  const { glue, client, data, lakehose, put } = await started(t);
  await createStream(client, "s", {}, { "lakehose:format": "parquet", "lakehose:schema": "infer" });
  await put("s", { id: 1, at: { x: 0.5 } });
  await lakehose.flush("s");
  await put("s", { id: 2, Name: "second" });
  await lakehose.flush("s");
  assert.deepEqual(await rowsOf(data, "s"), [
    { id: "1", at: { x: 0.5 }, name: null },
    { id: "2", at: null, name: "second" },
  ]);
  const { TableVersions } = await glue.send(new GetTableVersionsCommand({ DatabaseName: "learned", TableName: "s" }));
  assert.deepEqual(
    TableVersions?.map(({ Table }) => Table?.StorageDescriptor?.Columns?.map(({ Name, Type }) => `${Name} ${Type}`)),
    [
      ["id bigint", "at struct<x:double>", "name string"],
      ["id bigint", "at struct<x:double>"],
    ],
  );
  await client.send(new PutRecordCommand({ DeliveryStreamName: "s", Record: { Data: Buffer.from("no JSON") } }));
  await lakehose.flush("s");
  const keys = (await readBucket(data, "lake")).map(({ key }) => key);
  assert.ok(
    keys.some((key) => key.includes("format-conversion-failed")),
    keys.join(),
  );
});
