import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { FirehoseClient, PutRecordBatchCommand } from "@aws-sdk/client-firehose";
import { start } from "../../src/server/index.ts";

const DESTINATION = { RoleARN: "arn:aws:iam::000000000000:role/r", BucketARN: "arn:aws:s3:::lake" };

/** Lines as they come: read again from the log. */
const PLAIN = {
  DeliveryStreamName: "plain",
  ExtendedS3DestinationConfiguration: { ...DESTINATION, Prefix: "plain/", ErrorOutputPrefix: "errors/" },
  lakehose: { "roll-records": 300 },
};

/** By content, and as Parquet: staged, and encoded on the way. */
const SORTED = {
  DeliveryStreamName: "sorted",
  ExtendedS3DestinationConfiguration: {
    ...DESTINATION,
    Prefix: "sorted/kind=!{partitionKeyFromQuery:kind}/",
    ErrorOutputPrefix: "errors/",
    DynamicPartitioningConfiguration: { Enabled: true },
    ProcessingConfiguration: {
      Enabled: true,
      Processors: [
        {
          Type: "MetadataExtraction",
          Parameters: [
            { ParameterName: "MetadataExtractionQuery", ParameterValue: "{kind: .kind}" },
            { ParameterName: "JsonParsingEngine", ParameterValue: "JQ-1.6" },
          ],
        },
      ],
    },
    DataFormatConversionConfiguration: {
      Enabled: true,
      InputFormatConfiguration: { Deserializer: { OpenXJsonSerDe: {} } },
      OutputFormatConfiguration: { Serializer: { ParquetSerDe: {} } },
      SchemaConfiguration: {
        DatabaseName: "default",
        TableName: "sorted",
        Region: "us-east-1",
        RoleARN: DESTINATION.RoleARN,
      },
    },
  },
  lakehose: { "roll-records": 100 },
};

async function running(t: TestContext, stream: object, table: string) {
  const lakehose = await start({});
  t.after(() => lakehose.close());
  const query = async (sql: string, fresh = true) => {
    const answer = await api(lakehose.url, "queries", { sql, fresh });
    let ended = answer;
    while (ended.endedAt === undefined) ended = await api(lakehose.url, `queries/${answer.id}?waitMs=20000`);
    assert.equal(ended.failure, undefined, ended.failure?.message);
    const { rows } = await api(lakehose.url, `queries/${answer.id}/rows`);
    return { rows: rows ?? [], statistics: ended.statistics };
  };
  await query("CREATE DATABASE IF NOT EXISTS default");
  await query(table);
  const client = new FirehoseClient({
    endpoint: lakehose.url,
    region: "us-east-1",
    credentials: { accessKeyId: "a", secretAccessKey: "s" },
  });
  t.after(() => client.destroy());
  const { DeliveryStreamName } = stream as { DeliveryStreamName: string };
  const created = await fetch(lakehose.url, {
    method: "POST",
    headers: { "x-amz-target": "Firehose_20150804.CreateDeliveryStream", "content-type": "application/x-amz-json-1.1" },
    body: JSON.stringify(withoutExtensions(stream)),
  });
  assert.equal(created.status, 200, await created.text());
  const put = (ids: readonly number[]) => {
    const Records = ids.map((id) => ({ Data: Buffer.from(`{"id":${id},"kind":"k${id % 3}"}\n`) }));
    return client.send(new PutRecordBatchCommand({ DeliveryStreamName, Records }));
  };
  return { query, put, api: (path: string, body?: object) => api(lakehose.url, path, body) };
}

interface Answer {
  readonly id: string;
  readonly endedAt?: number;
  readonly failure?: { readonly message: string };
  readonly rows?: readonly (readonly unknown[])[];
  readonly statistics?: { readonly fresh?: { readonly complete: boolean } };
}

async function api(url: string, path: string, body?: object): Promise<Answer> {
  const headers = { "content-type": "application/json" };
  const request = body === undefined ? {} : { method: "POST", body: JSON.stringify(body), headers };
  return (await (await fetch(`${url}/api/${path}`, request)).json()) as Answer;
}

function withoutExtensions({ lakehose, ...stream }: { lakehose?: Readonly<Record<string, unknown>> } & object): object {
  const tags = Object.entries(lakehose ?? {}).map(([key, value]) => ({ Key: `lakehose:${key}`, Value: String(value) }));
  return tags.length === 0 ? stream : { ...stream, Tags: tags };
}

const CASES = [
  {
    name: "lines that are read from the log again",
    stream: PLAIN,
    table:
      "CREATE EXTERNAL TABLE plain (id int, kind string) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://lake/plain/'",
  },
  {
    name: "Parquet by partitions that nobody has seen yet",
    stream: SORTED,
    table:
      "CREATE EXTERNAL TABLE sorted (id int) PARTITIONED BY (kind string) STORED AS PARQUET LOCATION 's3://lake/sorted/'",
  },
];

for (const { name, stream, table } of CASES) {
  test(`a fresh answer has each acknowledged record once while producers go on: ${name}`, async (t) => {
    const { query, put } = await running(t, stream, table);
    const from = `FROM ${stream.DeliveryStreamName}`;
    await put([0, 1, 2]);
    const first = await query(`SELECT id, kind ${from} ORDER BY id`);
    assert.deepEqual(first.rows, [
      [0, "k0"],
      [1, "k1"],
      [2, "k2"],
    ]);
    assert.equal(first.statistics?.fresh?.complete, true);
    assert.deepEqual((await query(`SELECT id ${from} WHERE kind = 'k1'`)).rows, [[1]]);
    let sent = 3;
    let acknowledged = 3;
    let stop = false;
    const producing = (async () => {
      while (!stop) {
        const ids = Array.from({ length: 50 }, () => sent++);
        await put(ids);
        acknowledged = sent;
        await setTimeout(30);
      }
    })();
    for (let round = 0; round < 12; round++) {
      const before = acknowledged;
      const { rows, statistics } = await query(`SELECT count(*), count(DISTINCT id), max(id) ${from}`);
      const [[count, distinct, max] = []] = rows.map((row) => row.map(Number));
      assert.equal(count, distinct, `round ${round}: nothing twice`);
      assert.equal(Number(max) + 1, count, `round ${round}: nothing missing below the newest`);
      assert.ok(Number(count) >= before, `round ${round}: ${count} of ${before} acknowledged`);
      assert.ok(Number(count) <= sent);
      assert.equal(statistics?.fresh?.complete, true);
    }
    stop = true;
    await producing;
    const landed = Number((await query(`SELECT count(*) ${from}`, false)).rows[0]?.[0]);
    assert.ok(landed > 0 && landed <= sent, "some has landed in between");
  });
}
