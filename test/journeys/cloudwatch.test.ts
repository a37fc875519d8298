import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import type { StartOptions } from "../../src/server/index.ts";
import { createStream, putAll, startJourney } from "./journey.ts";

/** CloudWatch's API on the one port: both of its protocols, and boto3 and the AWS CLI where they are. */
const PYTHON = process.env.LAKEHOSE_TEST_PYTHON;
const AWS_CLI = process.env.LAKEHOSE_TEST_AWS_CLI;

const run = promisify(execFile);
const ENVIRONMENT = {
  PATH: process.env.PATH,
  AWS_CONFIG_FILE: "none",
  AWS_SHARED_CREDENTIALS_FILE: "none",
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_ACCESS_KEY_ID: "AKIAPYTHON",
  AWS_SECRET_ACCESS_KEY: "secret-of-python",
  AWS_DEFAULT_REGION: "eu-central-1",
};
const KEYS = [{ accessKeyId: "AKIAPYTHON", secretAccessKey: "secret-of-python" }];
const DIMENSIONS = [{ Name: "DeliveryStreamName", Value: "clicks" }];

async function withRecords(t: TestContext, options: StartOptions = {}) {
  const journey = await startJourney(t, { ...options, streams: [CLICKS] });
  return { ...journey, url: journey.lakehose.url };
}

const CLICKS = {
  DeliveryStreamName: "clicks",
  ExtendedS3DestinationConfiguration: { RoleARN: "arn:aws:iam::000000000000:role/r", BucketARN: "arn:aws:s3:::lake" },
};

async function callJson(url: string, operation: string, input: object, headers: Record<string, string> = {}) {
  const body = JSON.stringify(input);
  const answer = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": `GraniteServiceVersion20100801.${operation}`,
      ...headers,
    },
    body: headers["content-encoding"] === "gzip" ? new Uint8Array(gzipSync(body)) : body,
  });
  return { status: answer.status, headers: answer.headers, json: (await answer.json()) as Record<string, unknown> };
}

async function callQuery(url: string, form: Readonly<Record<string, string>>) {
  const answer = await fetch(url, { method: "POST", body: new URLSearchParams(form) });
  return { status: answer.status, text: await answer.text() };
}

const seconds = () => Math.floor(Date.now() / 1000);

test("CloudWatch answers for a stream in JSON and in XML alike", async (t) => {
  const { url, client } = await withRecords(t);
  await putAll(client, "clicks", [Buffer.from("12345"), Buffer.from("678")]);
  const asked = { Namespace: "AWS/Firehose", MetricName: "IncomingBytes", Period: 3600 };
  const times = { StartTime: seconds() - 3600, EndTime: seconds() + 60 };
  const answer = await callJson(url, "GetMetricStatistics", {
    ...asked,
    ...times,
    Dimensions: DIMENSIONS,
    Statistics: ["Sum", "SampleCount"],
  });
  const points = answer.json.Datapoints as { Sum: number; SampleCount: number; Unit: string; Timestamp: number }[];
  assert.equal(
    points.reduce((sum, point) => sum + point.Sum, 0),
    8,
  );
  assert.equal(points[0]?.Unit, "Bytes");
  assert.equal((points[0]?.Timestamp ?? 1) % 3600, 0);
  const xml = await callQuery(url, {
    Action: "GetMetricStatistics",
    Version: "2010-08-01",
    Namespace: "AWS/Firehose",
    MetricName: "IncomingBytes",
    Period: "3600",
    StartTime: new Date(times.StartTime * 1000).toISOString(),
    EndTime: new Date(times.EndTime * 1000).toISOString(),
    "Dimensions.member.1.Name": "DeliveryStreamName",
    "Dimensions.member.1.Value": "clicks",
    "Statistics.member.1": "Sum",
  });
  assert.equal(xml.status, 200);
  const sums = [...xml.text.matchAll(/<Sum>(\d+)<\/Sum>/g)].map(([, sum]) => Number(sum));
  assert.equal(
    sums.reduce((sum, one) => sum + one, 0),
    8,
  );
  assert.match(xml.text, /<Timestamp>\d{4}-\d\d-\d\dT\d\d:00:00.000Z<\/Timestamp>/);
});

test("CloudWatch keeps custom metrics, compressed or not, and gives them back by the unit and dimensions they have", async (t) => {
  const { url } = await withRecords(t);
  const datum = { MetricName: "Orders", Unit: "Count", Dimensions: [{ Name: "shop", Value: "north" }] };
  const data = [
    { ...datum, Value: 3 },
    { ...datum, Values: [1, 2], Counts: [2, 1] },
  ];
  const put = await callJson(
    url,
    "PutMetricData",
    { Namespace: "Shop", MetricData: data },
    { "content-encoding": "gzip" },
  );
  assert.equal(put.status, 200);
  const statistics = { SampleCount: 2, Sum: 10, Minimum: 4, Maximum: 6 };
  const more = { MetricName: "Orders", Unit: "Count", StatisticValues: statistics };
  assert.equal((await callJson(url, "PutMetricData", { Namespace: "Shop", MetricData: [more] })).status, 200);
  const metric = { Namespace: "Shop", MetricName: "Orders", Dimensions: datum.Dimensions };
  const times = { StartTime: seconds() - 3600, EndTime: seconds() + 60 };
  const queryOf = (Id: string, Stat: string, of: object) => ({ Id, MetricStat: { Metric: of, Period: 86_400, Stat } });
  const { json } = await callJson(url, "GetMetricData", {
    ...times,
    MetricDataQueries: [
      queryOf("count", "SampleCount", metric),
      queryOf("sum", "Sum", metric),
      queryOf("max", "Maximum", { Namespace: "Shop", MetricName: "Orders" }),
    ],
  });
  const results = json.MetricDataResults as { Id: string; Values: number[]; StatusCode: string }[];
  assert.deepEqual(
    results.map(({ Id, Values, StatusCode }) => [Id, Values.reduce((sum, one) => sum + one, 0), StatusCode]),
    [
      ["count", 4, "Complete"],
      ["sum", 7, "Complete"],
      ["max", 6, "Complete"],
    ],
  );
  const listed = await callJson(url, "ListMetrics", { Namespace: "Shop" });
  assert.deepEqual(listed.json.Metrics, [
    { Namespace: "Shop", MetricName: "Orders", Dimensions: datum.Dimensions },
    { Namespace: "Shop", MetricName: "Orders", Dimensions: [] },
  ]);
});

test("GetMetricData gives all points once over its pages", async (t) => {
  const { url } = await withRecords(t);
  const minute = Math.floor(seconds() / 60) * 60;
  const MetricData = [0, 1, 2, 3, 4].flatMap((ago) =>
    ["a", "b"].map((MetricName) => ({ MetricName, Value: ago + 1, Timestamp: minute - ago * 60 })),
  );
  await callJson(url, "PutMetricData", { Namespace: "N", MetricData });
  const queries = ["a", "b"].map((MetricName) => ({
    Id: MetricName,
    MetricStat: { Metric: { Namespace: "N", MetricName }, Period: 60, Stat: "Sum" },
  }));
  const asked = { MetricDataQueries: queries, StartTime: minute - 600, EndTime: minute + 60, MaxDatapoints: 3 };
  const seen: unknown[] = [];
  let token: unknown;
  for (let page = 0; page < 10; page++) {
    const { json } = await callJson(url, "GetMetricData", { ...asked, NextToken: token });
    for (const { Id, Values } of json.MetricDataResults as { Id: string; Values: number[] }[]) {
      seen.push(...Values.map((value) => `${Id}${value}`));
    }
    token = json.NextToken;
    if (token === undefined) break;
  }
  assert.deepEqual(seen, ["a1", "a2", "a3", "a4", "a5", "b1", "b2", "b3", "b4", "b5"]);
});

test("CloudWatch refuses what it cannot do in its own words, under both names that clients look for", async (t) => {
  const { url } = await withRecords(t);
  const times = { StartTime: seconds() - 3600, EndTime: seconds() };
  const metric = { Namespace: "N", MetricName: "m" };
  const put = (datum: object) =>
    ["PutMetricData", { Namespace: "N", MetricData: [{ MetricName: "m", ...datum }] }] as const;
  const statistics = { ...metric, ...times, Period: 60, Statistics: ["Sum"] };
  const manyQueries = Array.from({ length: 500 }, (_, number) => ({
    Id: `q${number}`,
    MetricStat: { Metric: metric, Period: 60, Stat: "Sum" },
  }));
  const refused: readonly (readonly [string, object, string])[] = [
    [
      "PutMetricData",
      { Namespace: "AWS/Firehose", MetricData: [{ MetricName: "m", Value: 1 }] },
      "InvalidParameterValue",
    ],
    ["PutMetricData", { Namespace: "N" }, "MissingParameter"],
    [...put({}), "InvalidParameterCombination"],
    [...put({ Value: 1, Values: [1] }), "InvalidParameterCombination"],
    [...put({ Value: 1, Timestamp: seconds() + 3 * 3600 }), "InvalidParameterValue"],
    [...put({ Value: 2 ** 400 }), "InvalidParameterValue"],
    [...put({ Values: [] }), "InvalidParameterValue"],
    [...put({ Value: 1, Unit: "Furlongs" }), "ValidationError"],
    ["GetMetricStatistics", { ...statistics, Period: 61 }, "InvalidParameterValue"],
    ["GetMetricStatistics", { ...statistics, StartTime: 0 }, "InvalidParameterCombination"],
    ["GetMetricStatistics", { ...statistics, EndTime: times.StartTime }, "InvalidParameterCombination"],
    ["GetMetricData", { ...times, StartTime: 0, MetricDataQueries: manyQueries }, "InvalidParameterValue"],
    ["GetMetricData", { ...times, MetricDataQueries: [], NextToken: "later" }, "InvalidNextToken"],
    ["DescribeAlarms", {}, "InvalidAction"],
  ];
  for (const [operation, input, code] of refused) {
    const { status, headers } = await callJson(url, operation, input, { "x-amzn-query-mode": "true" });
    assert.deepEqual([status, headers.get("x-amzn-query-error")], [400, `${code};Sender`], operation);
  }
  const xml = await callQuery(url, {
    Action: "PutMetricData",
    Namespace: "AWS/X",
    "MetricData.member.1.MetricName": "m",
  });
  assert.match(xml.text, /<Code>InvalidParameterValue<\/Code>/);
});

test("CloudWatch asks for the permission of the action", async (t) => {
  const { url } = await withRecords(t, {
    accessKeys: [{ ...KEYS[0]!, allow: [{ actions: ["cloudwatch:List*"], resources: ["*"] }] }],
  });
  if (AWS_CLI === undefined) return t.skip("needs the AWS CLI: its path belongs in LAKEHOSE_TEST_AWS_CLI");
  const aws = (...args: string[]) => run(AWS_CLI, ["cloudwatch", ...args, "--endpoint-url", url], { env: ENVIRONMENT });
  await aws("list-metrics");
  await assert.rejects(
    aws("put-metric-data", "--namespace", "N", "--metric-name", "m", "--value", "1"),
    /AccessDenied/,
  );
});

test("boto3 reads the metrics of a stream and its own", {
  skip: PYTHON === undefined ? "needs a Python with boto3: its path belongs in LAKEHOSE_TEST_PYTHON" : false,
}, async (t) => {
  const { url, lakehose, client } = await startJourney(t).then((journey) => ({
    ...journey,
    url: journey.lakehose.url,
  }));
  await createStream(client, "clicks");
  await putAll(client, "clicks", [Buffer.from("12345"), Buffer.from("678")]);
  await lakehose.flush("clicks");
  const { stdout } = await run(PYTHON ?? "", [join(import.meta.dirname, "boto3-cloudwatch.py"), url, "clicks"], {
    env: ENVIRONMENT,
  });
  const { names, ...seen } = JSON.parse(stdout) as { names: string[] };
  assert.deepEqual(seen, {
    label: "IncomingBytes",
    sum: 8,
    maximum: 8,
    units: ["Bytes"],
    recent: true,
    data: { bytes: ["IncomingBytes", 8, true], orders: ["o", 300.5, true], none: ["None", 0, true] },
    shop: [{ Namespace: "Shop", MetricName: "Orders", Dimensions: [{ Name: "shop", Value: "north & south" }] }],
    refused: ["InvalidParameterValue", "InvalidParameterValue", "InvalidParameterValue", "InvalidParameterValue"],
  });
  for (const name of ["IncomingRecords", "DeliveryToS3.Bytes", "PutRecordBatch.Latency"]) {
    assert.ok(names.includes(name), name);
  }
});
