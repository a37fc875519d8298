import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { END_TRANSACTION, startKafkaProxy } from "../fakes/kafka-proxy.ts";
import { KafkaTopic, kafkaBroker, skipKafka } from "../fakes/kafka-topic.ts";
import { afterwards } from "../journeys/cleanup.ts";
import { clientOf, putAll, temporaryFolder, until } from "../journeys/journey.ts";
import { startProcess } from "./server-process.ts";

const KILLS = Number(process.env.LAKEHOSE_KILLS ?? 8);
const RECORDS_A_LIFE = 300;
/** A broker has done by then what it was asked. */
const BROKER_MS_MAX = 200;

/**
 * Each life of the server ends at the commit of a transaction: by turns before the broker hears of it, and after it has
 * committed while nobody has been told.
 */
test(`kill -9 at the commit of a transaction: readers of Kafka see each record once, in order (${KILLS} kills)`, {
  skip: skipKafka,
}, async (t) => {
  const topic = await KafkaTopic.create();
  afterwards(t, () => topic.close());
  const proxy = await startKafkaProxy(kafkaBroker);
  afterwards(t, () => proxy.close());
  const folder = await temporaryFolder(t);
  const config = join(folder, "lakehose.yaml");
  await writeFile(config, configurationFor(topic.name, proxy.broker));
  const sent: string[] = [];
  for (let life = 0; life <= KILLS; life++) {
    const server = startProcess(join(folder, "data"), ["--config", config]);
    afterwards(t, () => server.kill("SIGKILL"));
    const client = clientOf(t, await server.ready);
    const records = Array.from({ length: RECORDS_A_LIFE }, (_, index) => `${life}/${index}`);
    sent.push(...records);
    const { broken } = proxy;
    if (life < KILLS) proxy.fault = { kind: life % 2 === 0 ? "hang" : "mute", api: END_TRANSACTION };
    await putAll(
      client,
      "orders",
      records.map((text) => Buffer.from(text)),
    );
    if (life === KILLS) break;
    await until(async () => proxy.broken > broken);
    await sleep(BROKER_MS_MAX);
    await server.kill("SIGKILL");
    proxy.fault = undefined;
  }
  let values: string[] = [];
  while (values.length < sent.length) {
    values = (await topic.committedMessages()).map(({ value }) => String(value));
    await sleep(100);
  }
  assert.deepEqual(values, sent);
});

/** Parcels of twenty records, so that a life has many of them. */
function configurationFor(topic: string, broker: string): string {
  const options = { brokers: [broker], topic, receiptsTopic: `receipts-${topic}` };
  const destination = { name: "bus", type: "kafka", options, "roll-age": "0s", "roll-records": 20, retry: "forever" };
  const stream = {
    DeliveryStreamName: "orders",
    ExtendedS3DestinationConfiguration: {
      RoleARN: "arn:aws:iam::000000000000:role/any",
      BucketARN: "arn:aws:s3:::lake",
    },
    lakehose: { destinations: [destination] },
  };
  return JSON.stringify({ streams: [stream] });
}
