import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { CreateDeliveryStreamCommand, type SplunkDestinationConfiguration } from "@aws-sdk/client-firehose";
import { StandInSplunk } from "../fakes/stand-in-splunk.ts";
import { afterwards } from "./cleanup.ts";
import { describe, putAll, ROLE, startJourney, until } from "./journey.ts";
import { linesOf, readBucket } from "./read-lake.ts";
import { runCli } from "./run-cli.ts";

const HEC = "https://splunk.example:8088";

async function startWorld(t: TestContext, more: Partial<SplunkDestinationConfiguration> = {}) {
  const splunk = new StandInSplunk();
  const url = await splunk.start();
  afterwards(t, () => splunk.close());
  const journey = await startJourney(t, { endpoints: { [HEC]: url } });
  const SplunkDestinationConfiguration: SplunkDestinationConfiguration = {
    HECEndpoint: HEC,
    HECEndpointType: "Event",
    HECToken: splunk.token,
    BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 0 },
    S3Configuration: { RoleARN: ROLE, BucketARN: "arn:aws:s3:::lake", ErrorOutputPrefix: "err/" },
    ...more,
  };
  await journey.client.send(
    new CreateDeliveryStreamCommand({ DeliveryStreamName: "siem", SplunkDestinationConfiguration }),
  );
  await until(async () => (await describe(journey.client, "siem")).DeliveryStreamStatus === "ACTIVE");
  return { splunk, ...journey };
}

const eventOf = (n: number) => JSON.stringify({ event: { n } });

const bytesOf = (texts: readonly string[]) => texts.map((text) => Buffer.from(text));

test("events of an SDK client are indexed and acknowledged, over a busy Splunk too", async (t) => {
  const { splunk, client, lakehose } = await startWorld(t);
  const [destination] = (await describe(client, "siem")).Destinations ?? [];
  const { HECEndpoint, HECAcknowledgmentTimeoutInSeconds } = destination?.SplunkDestinationDescription ?? {};
  assert.deepEqual([HECEndpoint, HECAcknowledgmentTimeoutInSeconds], [HEC, 180]);
  splunk.faults.push("busy");
  splunk.questionsBefore = 2;
  const sent = Array.from({ length: 100 }, (_, n) => eventOf(n));
  await putAll(client, "siem", bytesOf(sent));
  await lakehose.flush("siem");
  assert.deepEqual(splunk.indexed, sent);
  const metrics = await (await fetch(`${lakehose.url}/metrics`)).text();
  assert.match(metrics, /lakehose_delivery_acknowledgement_seconds_count\{[^}]*siem[^}]*\} [1-9]/);
});

test("what is no event goes to the error output alone, and a redrive brings what could be mended", async (t) => {
  const { splunk, client, data, lakehose } = await startWorld(t);
  await putAll(client, "siem", bytesOf([eventOf(1), "no event", eventOf(2)]));
  await lakehose.flush("siem");
  assert.deepEqual(splunk.indexed, [eventOf(1), eventOf(2)]);
  const errors = (await readBucket(data, "lake")).filter(({ key }) => key.startsWith("err/splunk-failed/"));
  const [record, ...more] = errors.flatMap(({ bytes }) => linesOf(bytes)).map((line) => JSON.parse(line));
  assert.equal(more.length, 0);
  assert.equal(Buffer.from(record.rawData, "base64").toString(), "no event");
  assert.deepEqual([record.errorCode, record.attemptsMade, record.EventId], ["Splunk.InvalidDataFormat", 1, "1.0"]);
  splunk.requests.length = 0;
  const { code, err } = await runCli(lakehose.url, ["redrive", "siem"]);
  assert.equal(code, 0, err);
  await until(async () => splunk.requests.some(({ body }) => body === "no event"));
});
