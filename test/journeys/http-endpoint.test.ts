import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import {
  CreateDeliveryStreamCommand,
  type HttpEndpointDestinationConfiguration,
  UpdateDestinationCommand,
} from "@aws-sdk/client-firehose";
import type { Lakehose, StartOptions } from "../../src/server/index.ts";
import { seededRandom } from "../../src/std/random.ts";
import { startFlakyProxy } from "../fakes/flaky-proxy.ts";
import { type ReceiverAnswer, StandInReceiver } from "../fakes/stand-in-receiver.ts";
import { afterwards } from "./cleanup.ts";
import {
  createStream,
  describe,
  type Journey,
  PATIENT,
  putAll,
  ROLE,
  startJourney,
  temporaryFolder,
  until,
} from "./journey.ts";
import { linesOf, readBucket } from "./read-lake.ts";
import { runCli } from "./run-cli.ts";

const URL_OF_RECORD = "https://collector.example/in";

async function createSender(
  { client }: Pick<Journey, "client">,
  name: string,
  more: Partial<HttpEndpointDestinationConfiguration> = {},
): Promise<void> {
  const HttpEndpointDestinationConfiguration = {
    EndpointConfiguration: { Url: URL_OF_RECORD, Name: "collector", AccessKey: "key-of-the-edge" },
    BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 0 },
    RetryOptions: { DurationInSeconds: 60 },
    S3Configuration: { RoleARN: ROLE, BucketARN: "arn:aws:s3:::lake", Prefix: "out/" },
    ...more,
  };
  await client.send(
    new CreateDeliveryStreamCommand({ DeliveryStreamName: name, HttpEndpointDestinationConfiguration }),
  );
  await until(async () => (await describe(client, name)).DeliveryStreamStatus === "ACTIVE");
}

function linesFrom(first: number, count: number): string[] {
  return Array.from({ length: count }, (_, n) => `${JSON.stringify({ n: first + n })}\n`);
}

const bytesOf = (lines: readonly string[]) => lines.map((line) => Buffer.from(line));

async function startReceiver(t: TestContext) {
  const receiver = new StandInReceiver();
  const url = await receiver.start();
  afterwards(t, () => receiver.close());
  return { receiver, url };
}

async function startSender(t: TestContext, endpoint: string, more: StartOptions = {}) {
  return startJourney(t, { endpoints: { [URL_OF_RECORD]: endpoint }, ...more });
}

/** In the order of the alphabet: objects of one second have none of their own. */
async function landed(lakehose: Lakehose, data: string, stream: string): Promise<string[]> {
  await lakehose.flush(stream);
  return (await readBucket(data, "lake")).flatMap(({ bytes }) => linesOf(bytes)).sort();
}

test("one Lakehose delivers to another, and every record lands there once though answers get lost", async (t) => {
  const tokens = [{ name: "edge", token: "key-of-the-edge" }];
  const accessKeys = [{ accessKeyId: "any", secretAccessKey: "any" }];
  const inbox = await startJourney(t, { tokens, accessKeys });
  await createStream(inbox.client, "inbox", { Prefix: "in/" });
  const network = await startFlakyProxy(inbox.lakehose.url, seededRandom(7));
  afterwards(t, () => network.close());
  const sender = await startSender(t, `${network.address}/v1/streams/inbox/firehose`);
  await createSender(sender, "outbox", { RequestConfiguration: { ContentEncoding: "GZIP" } });
  network.state = "swallow";
  const sent = linesFrom(0, 200);
  for (let first = 0; first < 200; first += 40) {
    await putAll(sender.client, "outbox", bytesOf(sent.slice(first, first + 40)));
  }
  await until(async () => network.broken > 0);
  network.state = "pass";
  await sender.lakehose.flush("outbox");
  const found = await landed(inbox.lakehose, inbox.data, "inbox");
  assert.deepEqual(found, sent.toSorted());
});

test("a sender that is stopped while answers are lost sends the same requests after its start, and nothing is there twice", async (t) => {
  const inbox = await startJourney(t);
  await createStream(inbox.client, "inbox", { Prefix: "in/" });
  const network = await startFlakyProxy(inbox.lakehose.url, { ...seededRandom(1), fraction: () => 0 });
  afterwards(t, () => network.close());
  const data = await temporaryFolder(t);
  const endpoint = `${network.address}/v1/streams/inbox/firehose`;
  const before = await startSender(t, endpoint, { data });
  await createSender(before, "outbox");
  network.state = "swallow";
  const sent = linesFrom(0, 50);
  await putAll(before.client, "outbox", bytesOf(sent));
  await until(async () => network.broken > 0);
  assert.deepEqual(
    await landed(inbox.lakehose, inbox.data, "inbox"),
    sent.toSorted(),
    "they have landed, and nobody knows",
  );
  await before.lakehose.close();
  network.state = "pass";
  const after = await startSender(t, endpoint, { data });
  await after.lakehose.flush("outbox");
  assert.deepEqual(await landed(inbox.lakehose, inbox.data, "inbox"), sent.toSorted());
});

test("a stream is described without its key, changed while records wait, and its newest address and key count", async (t) => {
  const { receiver, url } = await startReceiver(t);
  const sender = await startSender(t, "http://127.0.0.1:9", {
    endpoints: { [URL_OF_RECORD]: "http://127.0.0.1:9", "https://other.example/in": url },
    secrets: { "arn:aws:secretsmanager:*:secret:collector-*": '{"api_key":"managed"}' },
  });
  const attributes = [{ AttributeName: "team", AttributeValue: "edge" }];
  await createSender(sender, "outbox", { RequestConfiguration: { CommonAttributes: attributes } });
  const [destination] = (await describe(sender.client, "outbox")).Destinations ?? [];
  const { EndpointConfiguration, RetryOptions, S3BackupMode } = destination?.HttpEndpointDestinationDescription ?? {};
  assert.deepEqual(EndpointConfiguration, { Url: URL_OF_RECORD, Name: "collector" });
  assert.deepEqual([RetryOptions?.DurationInSeconds, S3BackupMode], [60, "FailedDataOnly"]);
  await putAll(sender.client, "outbox", bytesOf(["waits"]));
  await sender.client.send(
    new UpdateDestinationCommand({
      DeliveryStreamName: "outbox",
      CurrentDeliveryStreamVersionId: "1",
      DestinationId: destination?.DestinationId,
      HttpEndpointDestinationUpdate: {
        EndpointConfiguration: { Url: "https://other.example/in" },
        SecretsManagerConfiguration: {
          Enabled: true,
          SecretARN: "arn:aws:secretsmanager:eu-west-1:000000000000:secret:collector-x",
        },
      },
    }),
  );
  await until(async () => receiver.taken.length > 0);
  const [delivery] = receiver.received;
  assert.deepEqual(receiver.taken, ["waits"]);
  assert.equal(delivery?.headers["x-amz-firehose-access-key"], "managed");
  assert.equal(delivery?.headers["x-amz-firehose-common-attributes"], '{"commonAttributes":{"team":"edge"}}');
  assert.match(String(delivery?.headers["x-amz-firehose-source-arn"]), /:deliverystream\/outbox$/);
});

test("what the receiver does not take goes to the error output, and a redrive brings it there", async (t) => {
  const { receiver, url } = await startReceiver(t);
  const sender = await startSender(t, url);
  await createSender(sender, "outbox", {
    RetryOptions: { DurationInSeconds: 0 },
    S3BackupMode: "AllData",
    S3Configuration: {
      RoleARN: ROLE,
      BucketARN: "arn:aws:s3:::lake",
      ErrorOutputPrefix: "err/",
      BufferingHints: PATIENT,
    },
  });
  const answers: ReceiverAnswer[] = [{ status: 500, body: "no room" }, { status: 413 }];
  receiver.answer = () => answers.shift();
  await putAll(sender.client, "outbox", bytesOf(["one\n"]));
  await sender.lakehose.flush("outbox");
  await putAll(sender.client, "outbox", bytesOf(["two\n"]));
  await sender.lakehose.flush("outbox");
  const objects = await readBucket(sender.data, "lake");
  const errors = objects.filter(({ key }) => key.startsWith("err/http-endpoint-failed/"));
  const records = errors.flatMap(({ bytes }) => linesOf(bytes).map((line) => JSON.parse(line)));
  records.sort((a, b) => a.dataId.localeCompare(b.dataId));
  assert.deepEqual(
    records.map(({ errorCode, rawData, attemptsMade, dataId, subsequenceNumber }) => [
      errorCode,
      Buffer.from(rawData, "base64").toString(),
      attemptsMade,
      dataId,
      subsequenceNumber,
    ]),
    [
      ["HttpEndpoint.DestinationException", "one\n", 1, "0.0", 0],
      ["HttpEndpoint.DestinationException", "two\n", 1, "1.0", 0],
    ],
  );
  assert.match(records[0].errorMessage, /answered 500: no room$/);
  const backup = objects.filter(({ key }) => !key.startsWith("err/") && !key.startsWith("_"));
  assert.equal(
    backup
      .map(({ bytes }) => bytes.toString())
      .sort()
      .join(""),
    "one\ntwo\n",
  );
  const { code, err } = await runCli(sender.lakehose.url, ["redrive", "outbox"]);
  assert.equal(code, 0, err);
  await until(async () => receiver.taken.length === 2);
  assert.deepEqual(receiver.taken.toSorted(), ["one\n", "two\n"]);
});

test("what was sent is counted, with what was sent again", async (t) => {
  const { receiver, url } = await startReceiver(t);
  const sender = await startSender(t, url);
  await createSender(sender, "outbox");
  receiver.answer = () => (receiver.received.length === 1 ? { status: 503 } : undefined);
  await putAll(sender.client, "outbox", bytesOf(["abc", "de"]));
  await sender.lakehose.flush("outbox");
  const metrics = await (await fetch(`${sender.lakehose.url}/metrics`)).text();
  const value = (name: string) => Number(new RegExp(`^${name}\\{[^}]*outbox[^}]*\\} (.*)$`, "m").exec(metrics)?.[1]);
  assert.equal(value("lakehose_delivery_sent_records_total"), 4);
  assert.equal(value("lakehose_delivery_sent_bytes_total"), 10);
  assert.equal(value("lakehose_delivered_records_total"), 2);
});
