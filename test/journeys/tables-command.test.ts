import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { BatchCreatePartitionCommand, GlueClient } from "@aws-sdk/client-glue";
import { type StartOptions, start } from "../../src/server/index.ts";
import { runCli } from "./run-cli.ts";

const COLUMNS = [
  { name: "id", type: "bigint" },
  { name: "city", type: "string", comment: "where" },
];

async function running(t: TestContext, options: StartOptions = {}) {
  const lakehose = await start(options);
  t.after(() => lakehose.close());
  const run = (...argv: string[]) => runCli(lakehose.url, argv);
  return Object.assign(run, { url: lakehose.url });
}

test("tables list and describe show columns, keys and the streams that use them", async (t) => {
  const partitionKeys = [{ name: "day", type: "date" }];
  const table = { columns: COLUMNS, partitionKeys, location: "s3://lake/orders/" };
  const run = await running(t, {
    catalog: { databases: { sales: { tables: { orders: table } } } },
    streams: [
      {
        DeliveryStreamName: "clicks",
        ExtendedS3DestinationConfiguration: {
          RoleARN: "arn:aws:iam::000000000000:role/r",
          BucketARN: "arn:aws:s3:::lake",
        },
        lakehose: { format: "csv", schema: "Sales.Orders" },
      },
    ],
  });
  assert.match((await run("tables", "list")).out, /sales\.orders +0 +2 /);
  const { out } = await run("tables", "describe", "sales.orders");
  assert.match(out, /^sales\.orders, version 0, at s3:\/\/lake\/orders\/\n/);
  assert.match(out, /city +string +where/);
  assert.match(out, /day +date +partition key/);
  assert.match(out, /Streams: clicks\n$/);
  const json = JSON.parse((await run("tables", "describe", "sales.orders", "--json")).out) as { streams: string[] };
  assert.deepEqual(json.streams, ["clicks"]);
});

test("tables say what to do when there are none, or no such", async (t) => {
  const run = await running(t);
  assert.match((await run("tables", "list")).out, /There are no tables yet/);
  const unknown = await run("tables", "describe", "sales.orders");
  assert.equal(unknown.code, 1);
  assert.match(unknown.err, /404 There is no database sales/);
  assert.match(
    (await run("tables", "describe", "orders")).err,
    /Expected a database and a table such as sales\.orders/,
  );
});

test("tables partitions lists them, those that a filter keeps, and says what is left", async (t) => {
  const partitionKeys = [
    { name: "year", type: "int" },
    { name: "month", type: "string" },
  ];
  const table = { columns: COLUMNS, partitionKeys, location: "s3://lake/orders/" };
  const run = await running(t, { catalog: { databases: { sales: { tables: { orders: table } } } } });
  assert.match((await run("tables", "partitions", "sales.orders")).out, /It has no partitions/);
  const credentials = { accessKeyId: "any", secretAccessKey: "any" };
  const glue = new GlueClient({ endpoint: run.url, region: "eu-west-1", credentials });
  t.after(() => glue.destroy());
  const PartitionInputList = ["01", "02"].map((month) => ({ Values: ["2024", month] }));
  await glue.send(new BatchCreatePartitionCommand({ DatabaseName: "sales", TableName: "orders", PartitionInputList }));
  const all = await run("tables", "partitions", "sales.orders");
  assert.match(all.out, /^year +month +location +created\n2024 +01 +s3:\/\/lake\/orders\/ +20\d\d-.*\n2024 +02 /);
  const filtered = await run("tables", "partitions", "sales.orders", "--filter", "month = '02'");
  assert.match(filtered.out, /2024 +02 /);
  assert.doesNotMatch(filtered.out, /2024 +01 /);
  assert.match((await run("tables", "partitions", "sales.orders", "--limit", "1")).out, /and 1 more: raise --limit/);
  assert.match((await run("tables", "partitions", "sales.orders", "--filter", "year = 1")).out, /No partition fits/);
  const wrong = await run("tables", "partitions", "sales.orders", "--filter", "year >");
  assert.match(wrong.err, /character 7: expected a partition key or a value/);
});
