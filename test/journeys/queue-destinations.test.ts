import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import type { Lakehose } from "../../src/server/index.ts";
import type { JsonObject } from "../../src/std/json.ts";
import { KafkaTopic, kafkaBroker, skipKafka } from "../fakes/kafka-topic.ts";
import { KinesisUnderTest } from "../fakes/kinesis-under-test.ts";
import { SqsQueueUnderTest } from "../fakes/sqs-queue-under-test.ts";
import { afterwards } from "./cleanup.ts";
import { createStream, putAll, startJourney, until } from "./journey.ts";
import { readBucket } from "./read-lake.ts";

/** A stream of a real client's goes on into Kafka, Kinesis and SQS, beside its own destination. */

const { LAKEHOSE_TEST_KINESIS: kinesis, LAKEHOSE_TEST_ELASTICMQ: sqs } = process.env;
const skipAws =
  (kinesis === undefined || sqs === undefined) && "LAKEHOSE_TEST_KINESIS or LAKEHOSE_TEST_ELASTICMQ is not set";
const credentials = { accessKeyId: "any", secretAccessKey: "any" };

test("records go to topics of Kafka by what they say; those without a topic come back by a redrive, once", {
  skip: skipKafka,
}, async (t) => {
  const [eu, us] = await Promise.all([openTopic(t), openTopic(t)]);
  const { data, lakehose, client } = await startJourney(t);
  await createStream(client, "orders");
  const destination = {
    name: "bus",
    type: "kafka",
    filter: "not dropped = true",
    "roll-age": "0s",
    errors: { bucket: "lake", prefix: "errors/" },
  };
  const options = {
    brokers: [kafkaBroker],
    topic: { from: { field: "to" }, allowed: [eu.name] },
    key: { field: "id" },
    receiptsTopic: `receipts-${eu.name}`,
  };
  await api(lakehose, "PUT", "orders/extensions", { destinations: [{ ...destination, options }] });
  const orders = Array.from({ length: 40 }, (_, id) =>
    JSON.stringify({ id, to: id % 2 === 0 ? eu.name : us.name, dropped: id % 10 === 0 }),
  );
  await putAll(
    client,
    "orders",
    orders.map((text) => Buffer.from(text)),
  );
  const kept = orders.filter((_, id) => id % 10 !== 0);
  const toEu = kept.filter((text) => text.includes(eu.name));
  const toUs = kept.filter((text) => text.includes(us.name));
  await until(async () => (await errorsIn(data)).length === toUs.length);
  assert.deepEqual(await valuesOf(eu), toEu);
  const [first] = await errorsIn(data);
  assert.equal(first?.errorCode, "Kafka.TopicNotAllowed");
  assert.equal(Buffer.from(String(first?.rawData), "base64").toString(), toUs[0]);

  const allowed = { ...options, topic: { from: { field: "to" }, allowed: [eu.name, us.name] } };
  await api(lakehose, "PUT", "orders/extensions", { destinations: [{ ...destination, options: allowed }] });
  await api(lakehose, "POST", "orders/redrive", { delivery: "destination-bus", prefix: "errors/" });
  await until(async () => (await valuesOf(us)).length >= toUs.length);
  assert.deepEqual((await valuesOf(us)).toSorted(), toUs.toSorted());
  assert.deepEqual(await valuesOf(eu), toEu);
});

test("records go to a Kinesis stream and to a FIFO queue, each by its own filter", { skip: skipAws }, async (t) => {
  const stream = await KinesisUnderTest.open(kinesis ?? "");
  const queue = await SqsQueueUnderTest.open(sqs ?? "", { fifo: true });
  afterwards(t, () => Promise.all([stream.close(), queue.close()]));
  const { lakehose, client } = await startJourney(t);
  await createStream(client, "orders");
  const place = { endpoint: kinesis ?? "", region: "us-east-1", credentials };
  await api(lakehose, "PUT", "orders/extensions", {
    destinations: [
      { name: "all", type: "kinesis", options: { stream: stream.name, ...place }, "roll-age": "0s" },
      {
        name: "large",
        type: "sqs",
        options: { queueUrl: queue.url, endpoint: sqs ?? "", credentials, groupId: { constant: "large" } },
        filter: "total > 100",
        "roll-age": "0s",
      },
    ],
  });
  const orders = [50, 150, 99, 500].map((total) => JSON.stringify({ total }));
  await putAll(
    client,
    "orders",
    orders.map((text) => Buffer.from(text)),
  );
  await until(async () => (await stream.records()).length >= 4);
  assert.deepEqual((await stream.records()).map(({ text }) => text).toSorted(), orders.toSorted());
  await until(async () => (await queue.unacknowledged()) >= 2);
  const command = new ReceiveMessageCommand({ QueueUrl: queue.url, MaxNumberOfMessages: 10 });
  const { Messages = [] } = await queue.client.send(command);
  assert.deepEqual(
    Messages.map(({ Body }) => Body),
    [orders[1], orders[3]],
  );
});

async function openTopic(t: TestContext): Promise<KafkaTopic> {
  const topic = await KafkaTopic.create();
  afterwards(t, () => topic.close());
  return topic;
}

async function valuesOf(topic: KafkaTopic): Promise<string[]> {
  return (await topic.committedMessages()).map(({ value }) => String(value));
}

async function errorsIn(data: string): Promise<JsonObject[]> {
  const objects = (await readBucket(data, "lake")).filter(({ key }) => key.startsWith("errors/"));
  const lines = objects.flatMap(({ bytes }) => bytes.toString().split("\n").filter(Boolean));
  return lines.map((line) => JSON.parse(line) as JsonObject);
}

async function api(lakehose: Lakehose, method: string, path: string, body: JsonObject): Promise<void> {
  const response = await fetch(`${lakehose.url}/api/streams/${path}`, { method, body: JSON.stringify(body) });
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${await response.text()}`);
}
