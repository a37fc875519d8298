import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Lakehose } from "../../src/server/index.ts";
import type { JsonObject } from "../../src/std/json.ts";
import { startStandInCluster } from "../fakes/stand-in-cluster.ts";
import { afterwards } from "./cleanup.ts";
import { describe, PATIENT, putAll, ROLE, startJourney, temporaryFolder, until } from "./journey.ts";
import { readBucket } from "./read-lake.ts";

/** Records through the SDK into OpenSearch, with an error output in the lake and a redrive once the cause is gone. */

const { LAKEHOSE_TEST_OPENSEARCH } = process.env;
const DOMAIN = "arn:aws:es:us-east-1:000000000000:domain/trades";
const VPC = { RoleARN: ROLE, SubnetIds: ["subnet-1"], SecurityGroupIds: ["sg-1"] };

interface Wanted {
  readonly endpoint: string;
  readonly index: string;
  readonly destination?: JsonObject;
  readonly extensions?: JsonObject;
}

/** A server with a stream `trades` into the index. */
async function startWith(t: TestContext, { endpoint, index, destination = {}, extensions = {} }: Wanted) {
  const stream = {
    DeliveryStreamName: "trades",
    AmazonopensearchserviceDestinationConfiguration: {
      RoleARN: ROLE,
      DomainARN: DOMAIN,
      IndexName: index,
      IndexRotationPeriod: "OneMonth",
      BufferingHints: { IntervalInSeconds: 900, SizeInMBs: 100 },
      VpcConfiguration: VPC,
      S3Configuration: {
        RoleARN: ROLE,
        BucketARN: "arn:aws:s3:::lake",
        ErrorOutputPrefix: "failed/!{firehose:error-output-type}/",
        BufferingHints: PATIENT,
      },
      ...destination,
    },
    lakehose: extensions,
  };
  const folder = await temporaryFolder(t);
  const config = join(folder, "lakehose.yaml");
  await writeFile(config, JSON.stringify({ endpoints: { [DOMAIN]: endpoint }, streams: [stream] }));
  return { ...(await startJourney(t, { config })), suffix: `-${new Date().toISOString().slice(0, 7)}` };
}

async function errorRecords(data: string): Promise<JsonObject[]> {
  const objects = (await readBucket(data, "lake")).filter(({ key }) => key.startsWith("failed/"));
  for (const { key } of objects) assert.match(key, /^failed\/AmazonOpenSearchService-failed\/trades-1-/);
  const lines = objects.flatMap(({ bytes }) => bytes.toString().trimEnd().split("\n"));
  return lines.map((line) => JSON.parse(line) as JsonObject);
}

async function redrive(lakehose: Lakehose): Promise<JsonObject> {
  const url = `${lakehose.url}/api/streams/trades`;
  await fetch(`${url}/redrive`, { method: "POST", body: "{}" });
  let newest: JsonObject = {};
  await until(async () => {
    const { redrives } = (await (await fetch(`${url}/redrives`)).json()) as { redrives: JsonObject[] };
    newest = redrives.at(-1) ?? {};
    return newest.state !== undefined && newest.state !== "running";
  });
  return newest;
}

test("records become documents once, what the cluster refuses lands in the lake, and a redrive brings it back", async (t) => {
  const cluster = await startStandInCluster();
  afterwards(t, () => cluster.close());
  const error = { type: "mapper_parsing_exception", reason: "failed to parse field [price]" };
  cluster.itemFault = (_action, source) => (source.includes("dear") ? { status: 400, error } : undefined);
  cluster.fail("lost");
  const { client, lakehose, data, suffix } = await startWith(t, { endpoint: cluster.address, index: "trades" });
  const described = (await describe(client, "trades")).Destinations?.[0]?.AmazonopensearchserviceDestinationDescription;
  assert.deepEqual(described?.VpcConfigurationDescription?.SubnetIds, VPC.SubnetIds);
  const records = ['{"price":1}\n', '{"price":"dear"}', "no json", '{\n "price": 2\n}'];
  await putAll(
    client,
    "trades",
    records.map((text) => Buffer.from(text)),
  );
  await lakehose.flush("trades");

  const index = `trades${suffix}`;
  assert.deepEqual(cluster.indices, [index]);
  const landed = () => [...cluster.documents(index).values()].map(({ source }) => source);
  assert.deepEqual(landed(), ['{"price":1}', '{  "price": 2 }']);
  const failed = await errorRecords(data);
  assert.equal(failed.length, 2);
  const [refused = {}] = failed;
  const { arrivalTimestamp, attemptEndingTimestamp, esDocumentId, lakehose: own, ...told } = refused;
  assert.deepEqual(told, {
    attemptsMade: 2,
    errorCode: "400",
    errorMessage: JSON.stringify(error),
    esIndexName: index,
    esTypeName: "",
    rawData: Buffer.from('{"price":"dear"}').toString("base64"),
  });
  assert.deepEqual(Object.keys(refused), [
    "attemptsMade",
    "arrivalTimestamp",
    "errorCode",
    "errorMessage",
    "attemptEndingTimestamp",
    "esDocumentId",
    "esIndexName",
    "esTypeName",
    "rawData",
    "lakehose",
  ]);
  assert.ok(Number(arrivalTimestamp) <= Number(attemptEndingTimestamp));
  assert.equal(esDocumentId, `${(own as JsonObject).streamUid}-1`);

  cluster.itemFault = () => undefined;
  assert.deepEqual((await redrive(lakehose)).records, { redriven: 2, refused: 0, otherDelivery: 0, inDoubt: 0 });
  await lakehose.flush("trades");
  assert.equal(cluster.documents(index).get(String(esDocumentId))?.source, '{"price":"dear"}');
  assert.equal(landed().length, 3);
});

test("what a cluster does not take in time lands in the lake, with the id that it would have had", async (t) => {
  const cluster = await startStandInCluster();
  afterwards(t, () => cluster.close());
  cluster.fail({ status: 503, body: "no node" });
  const destination = { RetryOptions: { DurationInSeconds: 0 } };
  const extensions = { "destination-options": { documentId: { field: "id" }, indexFrom: { field: "kind" } } };
  const { client, lakehose, data, suffix } = await startWith(t, {
    endpoint: cluster.address,
    index: "trades",
    destination,
    extensions,
  });
  await putAll(client, "trades", [Buffer.from('{"id":"t-1","kind":"sale"}')]);
  await lakehose.flush("trades");
  const [failed, ...more] = await errorRecords(data);
  assert.deepEqual(more, []);
  const { errorCode, errorMessage, attemptsMade, esDocumentId, esIndexName } = failed ?? {};
  assert.deepEqual([errorCode, attemptsMade, esDocumentId, esIndexName], ["503", 1, "t-1", `sale${suffix}`]);
  assert.match(String(errorMessage), /answered 503: no node/);
  await redrive(lakehose);
  await lakehose.flush("trades");
  assert.deepEqual([...cluster.documents(`sale${suffix}`).keys()], ["t-1"]);
});

test("a real cluster has each record once, and tells of a conflict with its mapping", {
  skip: !LAKEHOSE_TEST_OPENSEARCH && "LAKEHOSE_TEST_OPENSEARCH is not set",
}, async (t) => {
  const endpoint = LAKEHOSE_TEST_OPENSEARCH ?? "";
  const index = `journey-${randomUUID()}`;
  afterwards(t, () => fetch(`${endpoint}/${index}*`, { method: "DELETE" }));
  const { client, lakehose, data, suffix } = await startWith(t, { endpoint, index });
  const prices = Array.from({ length: 500 }, (_, n) => Buffer.from(`{"price":${n},"ticker_symbol":"QXZ"}\n`));
  await putAll(client, "trades", [...prices, Buffer.from('{"price":"dear"}')]);
  await lakehose.flush("trades");
  const [refused] = await errorRecords(data);
  assert.equal(refused?.errorCode, "400");
  assert.match(String(refused?.errorMessage), /^\{"type":"mapper_parsing_exception"/);
  await fetch(`${endpoint}/${index}${suffix}/_refresh`, { method: "POST" });
  const count = async () => {
    const answer = (await (await fetch(`${endpoint}/${index}${suffix}/_count`)).json()) as { count: number };
    return answer.count;
  };
  assert.equal(await count(), 500);
});
