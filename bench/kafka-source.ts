import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Admin, type BaseOptions, Consumer, Producer } from "@platformatic/kafka";
import { type Bench, STREAM } from "./harness/bench.ts";
import { streamInto } from "./harness/lakehose.ts";
import { alternate, middle, ratio } from "./harness/rounds.ts";
import { atLeast, type Question } from "./question.ts";

const VARIABLE = "LAKEHOSE_TEST_KAFKA";
const PARTITIONS = 4;
const RECORDS = 400_000;
const RECORD_BYTES = 1_000;
const PUT_TOGETHER = 2_000;
const FETCH_BYTES = 8 * 1024 * 1024;
const POLL_MS = 10;

export const kafkaSource: Question = {
  name: "kafka-source",
  asks: "How fast is a filled topic read into a stream, beside a bare consumer of the same library that keeps nothing?",
  unanswerable: (environment) =>
    environment[VARIABLE] === undefined
      ? `its address belongs in ${VARIABLE}: npm run servers -- run kafka -- npm run bench -- kafka-source`
      : undefined,
  run: async (bench) => {
    const broker = process.env[VARIABLE] ?? "";
    const connection = { clientId: "bench", bootstrapBrokers: [broker] };
    const admin = new Admin(connection);
    const topic = `lakehose-bench-${randomUUID()}`;
    try {
      await fill(admin, connection, topic);
      const { lakehose, bare } = await alternate(bench, {
        bare: () => readBare(connection, topic),
        lakehose: () => readIntoStream(bench, broker, topic),
      });
      const same = (recordsPerSecond: number) => recordsPerSecond;
      return {
        checks: [
          { what: "lakehose / bare consumer", value: ratio(lakehose, bare, same, same), limit: atLeast(0.7, "goal") },
        ],
        rows: Object.entries({ "bare consumer": bare, lakehose }).map(([name, rates]) => ({
          name,
          values: { "records/s": middle(rates, same) },
        })),
        notes: [
          `${RECORDS} records of ${RECORD_BYTES} B in ${PARTITIONS} partitions, answers of at most 8 MiB, one reader`,
        ],
      };
    } finally {
      await admin.deleteTopics({ topics: [topic] });
      await admin.close();
    }
  },
};

async function fill(admin: Admin, connection: BaseOptions, topic: string): Promise<void> {
  await admin.createTopics({ topics: [topic], partitions: PARTITIONS, replicas: 1 });
  const producer = new Producer({ ...connection, idempotent: true });
  const value = randomBytes(RECORD_BYTES);
  for (let sent = 0; sent < RECORDS; sent += PUT_TOGETHER) {
    const partition = (sent / PUT_TOGETHER) % PARTITIONS;
    await producer.send({ messages: Array.from({ length: PUT_TOGETHER }, () => ({ topic, partition, value })) });
  }
  await producer.close();
}

/** Records per second from the first to the last. */
async function readBare(connection: BaseOptions, topic: string): Promise<number> {
  const consumer = new Consumer({ ...connection, groupId: randomUUID() });
  const stream = await consumer.consume({
    topics: [topic],
    mode: "earliest",
    autocommit: false,
    maxBytes: FETCH_BYTES,
    maxBytesPerPartition: FETCH_BYTES,
  });
  const { promise, resolve } = Promise.withResolvers<number>();
  let count = 0;
  let startedAt = 0;
  stream.on("data", () => {
    if (++count === 1) startedAt = performance.now();
    if (count === RECORDS) resolve((RECORDS / (performance.now() - startedAt)) * 1_000);
  });
  const rate = await promise;
  await consumer.close(true);
  return rate;
}

/** The same, from the first records that are durable to the last. */
function readIntoStream(bench: Bench, broker: string, topic: string): Promise<number> {
  const options = { brokers: [broker], topics: [topic], group: randomUUID(), fetchBytes: FETCH_BYTES };
  const sources = { bench: { kind: "kafka", stream: STREAM, options } };
  return bench.withLakehose({ streams: [streamInto(STREAM)], sources }, async (server) => {
    let first = { records: 0, at: 0 };
    for (;;) {
      const records = (await server.health(STREAM)).log.end;
      const at = performance.now();
      if (first.records === 0) first = { records, at };
      if (records === RECORDS) return ((records - first.records) / (at - first.at)) * 1_000;
      await sleep(POLL_MS);
    }
  });
}
