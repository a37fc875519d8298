import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type ChannelModel, type ConsumeMessage, connect } from "amqplib";
import { type Bench, STREAM } from "./harness/bench.ts";
import { streamInto } from "./harness/lakehose.ts";
import { alternate, middle, ratio } from "./harness/rounds.ts";
import { atLeast, type Question } from "./question.ts";

const VARIABLE = "LAKEHOSE_TEST_RABBITMQ";
const QUEUE = "lakehose-bench";
const MESSAGES = 100_000;
const MESSAGE_BYTES = 1_000;
const PREFETCH = 1_000;

/** The bare client takes leave of as many at once as make half of what it may hold, so that the broker never waits. */
const ACKNOWLEDGE_EVERY = PREFETCH / 2;

const POLL_MS = 10;

export const rabbitMqSource: Question = {
  name: "rabbitmq-source",
  asks: "How fast is a filled queue read into a stream, beside a bare client that acknowledges as many at once and keeps nothing?",
  unanswerable: (environment) =>
    environment[VARIABLE] === undefined
      ? `its address belongs in ${VARIABLE}: npm run servers -- run rabbitmq -- npm run bench -- rabbitmq-source`
      : undefined,
  run: async (bench) => {
    const url = process.env[VARIABLE] ?? "";
    const client = await connect(url);
    try {
      const { lakehose, bare } = await alternate(bench, {
        bare: () => filled(client, () => readBare(client)),
        lakehose: () => filled(client, () => readIntoStream(bench, url)),
      });
      const same = (messagesPerSecond: number) => messagesPerSecond;
      return {
        checks: [
          { what: "lakehose / bare client", value: ratio(lakehose, bare, same, same), limit: atLeast(0.8, "goal") },
        ],
        rows: Object.entries({ "bare client": bare, lakehose }).map(([name, rates]) => ({
          name,
          values: { "messages/s": middle(rates, same) },
        })),
        notes: [`${MESSAGES} persistent messages of ${MESSAGE_BYTES} B with ids, prefetch ${PREFETCH}, one reader`],
      };
    } finally {
      await client.close();
    }
  },
};

/** A queue that is full before anybody reads; resolves to what `read` does. */
async function filled<T>(client: ChannelModel, read: () => Promise<T>): Promise<T> {
  const channel = await client.createConfirmChannel();
  await channel.deleteQueue(QUEUE);
  await channel.assertQueue(QUEUE, { durable: true });
  const content = randomBytes(MESSAGE_BYTES);
  for (let index = 1; index <= MESSAGES; index++) {
    channel.sendToQueue(QUEUE, content, { persistent: true, messageId: `message-${index}` });
    if (index % 1_000 === 0) await channel.waitForConfirms();
  }
  try {
    return await read();
  } finally {
    await channel.deleteQueue(QUEUE);
    await channel.close();
  }
}

/** Messages per second from the first to the last. */
async function readBare(client: ChannelModel): Promise<number> {
  const channel = await client.createChannel();
  await channel.prefetch(PREFETCH);
  const { promise, resolve } = Promise.withResolvers<number>();
  let count = 0;
  let startedAt = 0;
  await channel.consume(QUEUE, (message: ConsumeMessage | null) => {
    if (message === null) return;
    if (++count === 1) startedAt = performance.now();
    if (count % ACKNOWLEDGE_EVERY === 0) channel.ack(message, true);
    if (count === MESSAGES) resolve((MESSAGES / (performance.now() - startedAt)) * 1_000);
  });
  const rate = await promise;
  await channel.close();
  return rate;
}

/** The same, from the first records that are durable to the last. */
function readIntoStream(bench: Bench, url: string): Promise<number> {
  const options = { url, queue: QUEUE, prefetch: PREFETCH };
  const sources = { bench: { kind: "rabbitmq", stream: STREAM, options } };
  return bench.withLakehose({ streams: [streamInto(STREAM)], sources }, async (server) => {
    let first = { records: 0, at: 0 };
    for (;;) {
      const records = (await server.health(STREAM)).log.end;
      const at = performance.now();
      if (first.records === 0) first = { records, at };
      if (records === MESSAGES) return ((records - first.records) / (at - first.at)) * 1_000;
      await sleep(POLL_MS);
    }
  });
}
