import { DescribeDeliveryStreamCommand, type FirehoseClient, UpdateDestinationCommand } from "@aws-sdk/client-firehose";
import { connect } from "amqplib";
import { folderLines, linesOf, readObjects } from "../read-lake.ts";
import { expectEqual, expectSameLines, print, runExample } from "../run-example.ts";

/**
 * A message bus into the lake, and a prefix that changes while messages flow. See README.md beside this file.
 *
 *     node examples/01-message-bus/run.ts [--keep]
 */
const MESSAGES = 20_000;
const QUEUE = "lakehose-example-messages";
const STREAM = "messages";

const address = process.env.RABBITMQ_URL ?? process.env.LAKEHOSE_TEST_RABBITMQ ?? "amqp://127.0.0.1";
process.env.RABBITMQ_URL = address;

const bus = await connect(address);
const channel = await bus.createConfirmChannel();
try {
  // What an example that was interrupted left there.
  await channel.deleteQueue(QUEUE);
  await channel.assertQueue(QUEUE, { durable: true, arguments: { "x-queue-type": "quorum" } });
  await publish(0, MESSAGES / 2);
  await runExample(import.meta.dirname, async ({ lakehose, client, bucket }) => {
    await untilRead(lakehose.url, MESSAGES / 2);
    await changePrefix(client, "by-day/!{timestamp:yyyy-MM-dd}/");
    await publish(MESSAGES / 2, MESSAGES);
    // A producer that has lost the confirmation sends the message once more.
    await publish(0, 100);
    const duplicates = await untilRead(lakehose.url, MESSAGES, 100);
    await lakehose.flush();
    const objects = await readObjects(bucket);
    print(`${MESSAGES} messages, ${duplicates} of them sent twice. The bucket:`, ...folderLines(objects), "");
    const lines = linesOf(objects);
    print("One message, one line:", ...lines.slice(0, 2).map((line) => `  ${line}`));
    const wanted = Array.from({ length: MESSAGES }, (_, index) => escaped(textOf(index)));
    expectSameLines("messages", lines, wanted);
    const after = linesOf(objects.filter(({ key }) => key.startsWith("by-day/")));
    expectSameLines("messages under the new prefix", after, wanted.slice(MESSAGES / 2));
  });
  expectEqual("what is left in the queue", (await channel.checkQueue(QUEUE)).messageCount, 0);
} finally {
  await channel.deleteQueue(QUEUE);
  await bus.close();
}

function textOf(index: number): string {
  return `member ${index % 700} wrote:\n\tmessage ${index}\n\tof two lines`;
}

function escaped(text: string): string {
  return text.replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}

async function publish(from: number, to: number): Promise<void> {
  for (let index = from; index < to; index++) {
    channel.sendToQueue(QUEUE, Buffer.from(textOf(index)), { persistent: true, messageId: String(index) });
    // Confirmations come for many at once; the bus has its own limits for what is under way.
    if (index % 1_000 === 999) await channel.waitForConfirms();
  }
  await channel.waitForConfirms();
}

/** Waits for the source to have read so much, as `lakehose sources show bus` tells it. */
async function untilRead(url: string, records: number, duplicates = 0): Promise<number> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const answer = await fetch(`${url}/api/sources/bus`);
    const status = (await answer.json()) as { readonly records: number; readonly duplicates: number };
    if (status.records === records && status.duplicates === duplicates) return duplicates;
    if (Date.now() > deadline) throw new Error(`Expected ${records} records to be read, got ${JSON.stringify(status)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function changePrefix(client: FirehoseClient, Prefix: string): Promise<void> {
  const names = { DeliveryStreamName: STREAM };
  const { DeliveryStreamDescription: stream } = await client.send(new DescribeDeliveryStreamCommand(names));
  await client.send(
    new UpdateDestinationCommand({
      ...names,
      CurrentDeliveryStreamVersionId: stream?.VersionId,
      DestinationId: stream?.Destinations?.[0]?.DestinationId,
      ExtendedS3DestinationUpdate: { Prefix },
    }),
  );
}
