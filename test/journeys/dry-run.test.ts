/** What a stream would do is found out by doing it, beside the server that is asked and without a trace in it. */
import assert from "node:assert/strict";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { DryRunResult } from "../../src/api/admin/dry-run-result.ts";
import { createStream, describe, PATIENT, ROLE, startJourney, temporaryFolder } from "./journey.ts";

const DROPPER = `exports.handler = async ({ records }) => ({
  records: records.map(({ recordId, data }) => ({ recordId, data, result: atob(data).includes("drop") ? "Dropped" : "Ok" })),
});`;

async function world(t: TestContext) {
  const data = await temporaryFolder(t);
  await mkdir(join(data, "functions", "dropper"), { recursive: true });
  await writeFile(join(data, "functions", "dropper", "index.js"), DROPPER);
  const columns = [{ name: "n", type: "int" }];
  const journey = await startJourney(t, {
    data,
    catalog: { databases: { shop: { tables: { orders: { columns, location: "s3://lake/orders/" } } } } },
  });
  const call = async (method: string, path: string, body: object) => {
    const response = await fetch(`${journey.lakehose.url}/api/streams/${path}`, { method, body: JSON.stringify(body) });
    return { status: response.status, answer: (await response.json()) as never };
  };
  const dryRun = async (stream: string, body: object): Promise<DryRunResult> => {
    const { status, answer } = await call("POST", `${stream}/dry-run`, body);
    assert.equal(status, 200, JSON.stringify(answer));
    return answer;
  };
  return { ...journey, call, dryRun };
}

const S3 = {
  RoleARN: ROLE,
  BucketARN: "arn:aws:s3:::lake",
  Prefix: "new/!{timestamp:yyyy}/",
  ErrorOutputPrefix: "bad/",
};

function processing(LambdaArn: string) {
  const Parameters = [{ ParameterName: "LambdaArn", ParameterValue: LambdaArn }];
  return { Enabled: true, Processors: [{ Type: "Lambda", Parameters }] };
}

test("a dry run of a stream that is not there calls this server's functions and leaves nothing behind", async (t) => {
  const { dryRun, client, data, lakehose } = await world(t);
  const arn = "arn:aws:lambda:us-east-1:000000000000:function:dropper";
  const request = { ExtendedS3DestinationConfiguration: { ...S3, ProcessingConfiguration: processing(arn) } };
  const { objects, rejects } = await dryRun("wanted", { request, records: ["keep\n", "drop\n"] });
  assert.deepEqual([objects.map(({ bytes }) => bytes), rejects], [[5], []]);
  assert.match(objects[0]?.key ?? "", /^new\/20\d\d\/wanted-1-/);
  assert.deepEqual(await readdir(join(data, "buckets")), []);
  await assert.rejects(describe(client, "wanted"));
  assert.equal(((await (await fetch(`${lakehose.url}/api/streams`)).json()) as { streams: [] }).streams.length, 0);
});

test("a dry run takes the columns of this server's tables, and shows what does not fit them", async (t) => {
  const { dryRun } = await world(t);
  const conversion = {
    Enabled: true,
    InputFormatConfiguration: { Deserializer: { OpenXJsonSerDe: {} } },
    OutputFormatConfiguration: { Serializer: { ParquetSerDe: {} } },
    SchemaConfiguration: { DatabaseName: "shop", TableName: "orders", RoleARN: ROLE },
  };
  const request = {
    ExtendedS3DestinationConfiguration: {
      ...S3,
      BufferingHints: { SizeInMBs: 64, IntervalInSeconds: 60 },
      DataFormatConversionConfiguration: conversion,
    },
  };
  const { objects, rejects } = await dryRun("wanted", { request, records: ['{"n":1}', '{"n":"many"}'] });
  assert.match(objects[0]?.key ?? "", /\.parquet$/);
  assert.deepEqual(
    rejects.map(({ rawData }) => rawData),
    ['{"n":"many"}'],
  );
});

test("a dry run of a change is on top of the stream as it is, and the change itself takes a version", async (t) => {
  const { dryRun, call, client } = await world(t);
  await createStream(client, "clicks", { Prefix: "old/", ErrorOutputPrefix: "bad/", BufferingHints: PATIENT });
  const update = { ExtendedS3DestinationUpdate: { Prefix: "changed/" }, lakehose: { "roll-idle": "6h" } };
  const { objects } = await dryRun("clicks", { update, records: ["a"] });
  assert.match(objects[0]?.key ?? "", /^changed\//);
  assert.match((await dryRun("clicks", { records: ["a"] })).objects[0]?.key ?? "", /^old\//);
  const check = await call("PUT", "clicks/definition?check=true", update);
  assert.equal(check.status, 200);
  assert.equal((await describe(client, "clicks")).VersionId, "1");
  assert.equal((await call("PUT", "clicks/definition?version=7", update)).status, 409);
  const { answer } = await call("PUT", "clicks/definition?version=1", update);
  const { version, destination, extensions } = answer as { version: string; destination: object; extensions: object };
  assert.deepEqual([version, extensions], ["2", { "roll-idle": "6h" }]);
  assert.match(JSON.stringify(destination), /"Prefix":"changed\/"/);
});

test("a dry run and a change are refused with what the real one would be refused with", async (t) => {
  const { call, client } = await world(t);
  await createStream(client, "clicks");
  const refused = async (method: string, path: string, body: object) => {
    const { status, answer } = await call(method, path, body);
    return `${status} ${(answer as { message: string }).message}`;
  };
  const bad = { ExtendedS3DestinationUpdate: { CompressionFormat: "RAR" } };
  assert.match(await refused("PUT", "clicks/definition", bad), /^400 .*[Cc]ompressionFormat/);
  assert.match(await refused("PUT", "clicks/definition?check=true", { lakehose: { nonsense: 1 } }), /^400 .*nonsense/);
  assert.match(await refused("POST", "clicks/dry-run", { update: bad, records: ["a"] }), /^400 /);
  assert.match(await refused("POST", "gone/dry-run", { records: ["a"] }), /^404 .*gone/);
  const request = { ExtendedS3DestinationConfiguration: { ...S3, BucketARN: "nowhere" } };
  assert.match(await refused("POST", "new/dry-run", { request, records: ["a"] }), /^4\d\d /);
});
