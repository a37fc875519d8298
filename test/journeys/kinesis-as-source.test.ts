import assert from "node:assert/strict";
import { test } from "node:test";
import { CreateDeliveryStreamCommand } from "@aws-sdk/client-firehose";
import { aggregate, messageOf, sealed } from "../fakes/kinesis-aggregate.ts";
import { KinesisUnderTest } from "../fakes/kinesis-under-test.ts";
import { afterwards } from "./cleanup.ts";
import { PATIENT, ROLE, startJourney } from "./journey.ts";
import { linesOf, readBucket } from "./read-lake.ts";

const { LAKEHOSE_TEST_KINESIS = "" } = process.env;
const skip = LAKEHOSE_TEST_KINESIS === "" && "LAKEHOSE_TEST_KINESIS is not set";

test("a delivery stream reads a data stream, from its own creation on, aggregates opened", { skip }, async (t) => {
  const kinesis = await KinesisUnderTest.open(LAKEHOSE_TEST_KINESIS, 2);
  afterwards(t, () => kinesis.close());
  await kinesis.put(["before"]);
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  const { stream: _, ...place } = kinesis.options;
  const KinesisStreamARN = await kinesis.arn();
  const { data, lakehose, client } = await startJourney(t, {
    streamSources: { kinesis: { "arn:aws:kinesis:*:*:stream/*": place } },
  });
  await client.send(
    new CreateDeliveryStreamCommand({
      DeliveryStreamName: "clicks",
      DeliveryStreamType: "KinesisStreamAsSource",
      KinesisStreamSourceConfiguration: { KinesisStreamARN, RoleARN: ROLE },
      ExtendedS3DestinationConfiguration: {
        BucketARN: "arn:aws:s3:::lake",
        RoleARN: ROLE,
        BufferingHints: PATIENT,
        ProcessingConfiguration: { Enabled: true, Processors: [{ Type: "AppendDelimiterToRecord" }] },
      },
    }),
  );
  // A user record that looks like an aggregate itself is left as it is: it is opened once.
  await kinesis.put(["one", "two", aggregate(["three", "four"]), "five"], String);
  await kinesis.put([sealed(messageOf([aggregate(["inner"])]))]);
  const read = async () => {
    const response = await fetch(`${lakehose.url}/api/sources/stream.clicks`);
    return (await response.json()) as { records: number; kind: string };
  };
  for (let turn = 0; (await read()).records < 5; turn++) {
    assert.ok(turn < 200, JSON.stringify(await read()));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.equal((await read()).kind, "kinesis");
  await lakehose.flush("clicks");
  const lines = (await readBucket(data, "lake")).flatMap(({ bytes }) => linesOf(bytes)).map((line) => line.trimEnd());
  const plain = lines.filter((line) => /^[a-z]+$/.test(line));
  assert.deepEqual(plain.toSorted(), ["five", "four", "one", "three", "two"]);
  assert.equal(lines.join("\n").split("inner").length, 2);
});
