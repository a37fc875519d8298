import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import type { ExtendedS3DestinationConfiguration, FirehoseClient } from "@aws-sdk/client-firehose";
import type { Lakehose } from "../../src/server/index.ts";
import { createStream, PATIENT, putAll, startJourney, temporaryFolder } from "./journey.ts";
import { readBucket } from "./read-lake.ts";

/** Partitions by content and by event time, from CreateDeliveryStream to the folders of the lake. */

const ERRORS = "errors/!{firehose:error-output-type}/";

function partitioned(Prefix: string, query?: string): Partial<ExtendedS3DestinationConfiguration> {
  return {
    Prefix,
    ErrorOutputPrefix: ERRORS,
    DynamicPartitioningConfiguration: { Enabled: true },
    ...(query && {
      ProcessingConfiguration: {
        Enabled: true,
        Processors: [
          {
            Type: "MetadataExtraction",
            Parameters: [
              { ParameterName: "MetadataExtractionQuery", ParameterValue: query },
              { ParameterName: "JsonParsingEngine", ParameterValue: "JQ-1.6" },
            ],
          },
          { Type: "AppendDelimiterToRecord" },
        ],
      },
    }),
  };
}

async function put(client: FirehoseClient, lakehose: Lakehose, stream: string, records: readonly object[]) {
  await putAll(
    client,
    stream,
    records.map((record) => Buffer.from(JSON.stringify(record))),
  );
  const response = await fetch(`${lakehose.url}/api/streams/${stream}/flush`, { method: "POST" });
  assert.ok(response.ok, await response.text());
}

/** Folders of the lake with the records in them. */
async function folders(data: string): Promise<Record<string, string>> {
  const objects = await readBucket(data, "lake");
  return Object.fromEntries(objects.map(({ key, bytes }) => [`${dirname(key)}/`, bytes.toString()]));
}

test("a stream with dynamic partitioning sorts records by their content", async (t) => {
  const { client, lakehose, data } = await startJourney(t);
  const prefix = "c=!{partitionKeyFromQuery:c}/y=!{partitionKeyFromQuery:y}/";
  await createStream(client, "sorted", partitioned(prefix, "{c: .customer.id, y: .at[0:4]}"));
  await put(client, lakehose, "sorted", [
    { customer: { id: 7 }, at: "2018-01-01" },
    { customer: { id: "b/c" }, at: "2018-01-01" },
    { customer: { id: 7 }, at: "2018-02-01" },
    { customer: {}, at: "2018-02-01" },
  ]);
  const { "errors/processing-failed/": failed, ...found } = await folders(data);
  assert.deepEqual(found, {
    "c=7/y=2018/": '{"customer":{"id":7},"at":"2018-01-01"}\n{"customer":{"id":7},"at":"2018-02-01"}',
    "c=b/c/y=2018/": '{"customer":{"id":"b/c"},"at":"2018-01-01"}',
  });
  assert.match(failed ?? "", /partitionKeys values must not be null or empty/);
});

test("taxi trips: location padded to three digits, event time in New York, settings in tags alone", async (t) => {
  const { client, lakehose, data } = await startJourney(t);
  const prefix =
    "pickup_location=!{partitionKeyFromQuery:pickup_location}/year=!{timestamp:yyyy}/month=!{timestamp:MM}/";
  const more = { ...partitioned(prefix), BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 1 } };
  await createStream(client, "trips", more, {
    "lakehose:limits": "relaxed",
    "lakehose:partition-keys": "pickup_location=.trip.pickup_location_id:%03d:unknown",
    "lakehose:partition-time": "trip.pickup_datetime",
    "lakehose:partition-time-zone": "America/New_York",
    "lakehose:roll-age": "1h",
  });
  await put(client, lakehose, "trips", [
    { trip: { pickup_location_id: 12, pickup_datetime: "2018-03-31T23:59:59" } },
    { trip: { pickup_location_id: 12, pickup_datetime: "2018-04-01T03:59:59Z" } },
    { trip: { pickup_datetime: "2018-04-01T00:00:00" } },
    { trip: { pickup_location_id: 265 } },
  ]);
  const { "errors/processing-failed/": failed, ...found } = await folders(data);
  assert.deepEqual(Object.keys(found).sort(), [
    "pickup_location=012/year=2018/month=03/",
    "pickup_location=unknown/year=2018/month=04/",
  ]);
  assert.match(failed ?? "", /PartitionTime.Missing/);
});

test("buffers below AWS's least are refused unless limits are relaxed", async (t) => {
  const { client } = await startJourney(t);
  const small = {
    ...partitioned("c=!{partitionKeyFromQuery:c}/", "{c: .c}"),
    BufferingHints: { ...PATIENT, SizeInMBs: 1 },
  };
  await assert.rejects(createStream(client, "small", small), /SizeInMBs must be at least 64/);
  await createStream(client, "small", small, { "lakehose:limits": "relaxed" });
});

test("values of records cannot leave the folder of the bucket", async (t) => {
  const parent = await temporaryFolder(t);
  const { client, lakehose, data } = await startJourney(t, { data: join(parent, "data") });
  const before = await readdir(parent);
  await createStream(client, "hostile", partitioned("!{partitionKeyFromQuery:c}/", "{c: .c}"));
  const values = [
    "..",
    "../../x",
    "/etc/passwd",
    "a/../../../b",
    ".",
    "\u0000",
    "a\nb",
    "\u202e",
    "\ud800",
    "con",
    "é😀",
    "%2e%2e",
  ];
  await put(
    client,
    lakehose,
    "hostile",
    values.map((c) => ({ c })),
  );
  const objects = await readBucket(data, "lake");
  const failed = objects.filter(({ key }) => key.startsWith("errors/"));
  const count = (some: typeof objects) =>
    some.flatMap(({ bytes }) => bytes.toString().split("\n").filter(Boolean)).length;
  assert.deepEqual([count(objects), count(failed)], [values.length, 2], "NUL and half a character are in no name");
  assert.deepEqual(await readdir(parent), before);
  assert.deepEqual((await readdir(`${data}/buckets`)).sort(), ["lake"]);
});
