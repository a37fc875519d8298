import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, it, type TestContext } from "node:test";
import {
  attemptAt,
  makeRecordParcel,
  type RecordDestinationUnderTest,
  type RecordFault,
  recordDestinationConformance,
} from "../../../test/conformance/record-destination.ts";
import { destinationDependencies } from "../../../test/fakes/destination-dependencies.ts";
import { END_TRANSACTION, PRODUCE, type RequestFault, startKafkaProxy } from "../../../test/fakes/kafka-proxy.ts";
import { KafkaTopic, kafkaBroker, kafkaOverTls, skipKafka } from "../../../test/fakes/kafka-topic.ts";
import { afterwards } from "../../../test/journeys/cleanup.ts";
import type { JsonObject } from "../../std/json.ts";
import type { Attempt, Destination, Parcel } from "../destination.ts";
import { DestinationError } from "../destination-error.ts";
import { kafkaDestinationType } from "./kafka-destination.ts";

const REQUEST_FAULTS: Readonly<Record<Exclude<RecordFault, "partial">, RequestFault>> = {
  before: "cut",
  after: "swallow",
  hang: "hang",
};

if (skipKafka === false) {
  recordDestinationConformance("kafka", async (): Promise<RecordDestinationUnderTest> => {
    const topic = await KafkaTopic.create(1);
    const proxy = await startKafkaProxy(kafkaBroker);
    const options = { brokers: [proxy.broker], topic: topic.name, ...ownReceipts() };
    const open = () => kafkaDestinationType.create(options, destinationDependencies());
    // A fault is there until the attempt has failed: the library tries again by itself.
    const destination = faultUntilFailure(open(), () => {
      proxy.fault = undefined;
    });
    return {
      destination,
      guarantee: kafkaDestinationType.guarantee,
      successor: open,
      faults: ["before", "after", "hang"],
      fail: (fault) => {
        if (fault !== "partial") proxy.fault = { kind: REQUEST_FAULTS[fault], api: END_TRANSACTION };
      },
      visible: async () => (await topic.committedMessages()).map(({ value }) => String(value)),
      poison: JSON.stringify({ text: "x".repeat(12 * 1024 * 1024) }),
      close: async () => {
        await Promise.all([topic.close(), proxy.close()]);
      },
    };
  });
}

describe("kafka destination", { skip: skipKafka }, () => {
  it("lets equal keys meet in one partition, where Java's clients look for them", async (t) => {
    const topic = await openTopic(t, 7);
    const destination = open(t, { topic: topic.name, key: { field: "customer" } });
    const customers = ["21", "foobar", "a-little-bit-long-string"];
    const texts = customers.flatMap((customer) => [1, 2].map((order) => JSON.stringify({ customer, order })));
    await deliver(destination, await makeRecordParcel(texts));
    const found = (await topic.committedMessages()).map(({ key, partition }) => `${key} ${partition}`);
    // Of murmur2 as Kafka's own tests have it: -973932308, -790332482 and -985981536, less their signs, of 7 partitions.
    const partitions = [-973932308, -790332482, -985981536].map((hash) => (hash & 0x7fffffff) % 7);
    const expected = customers.flatMap((customer, index) => Array(2).fill(`${customer} ${partitions[index]}`));
    assert.deepEqual(found.toSorted(), expected.toSorted());
  });

  it("spreads records without key over the partitions, and keeps time, bytes and headers", async (t) => {
    const topic = await openTopic(t, 3);
    const headers = { origin: "lakehose", arrived: { from: "arrival" }, id: { from: "identity" } };
    const destination = open(t, { topic: topic.name, headers, compression: "zstd" });
    for (let ordinal = 0; ordinal < 3; ordinal++) {
      await deliver(
        destination,
        await makeRecordParcel([`\u0000 ${ordinal}`], { ordinal, arrivalsMs: 1_700_000_000_123 }),
      );
    }
    const messages = await topic.committedMessages();
    assert.deepEqual(messages.map(({ partition }) => partition).sort(), [0, 1, 2]);
    const first = messages.find(({ value }) => String(value) === "\u0000 0");
    assert.equal(first?.timestamp, 1_700_000_000_123);
    assert.deepEqual(first.headers, {
      origin: "lakehose",
      arrived: "1700000000123",
      id: "0123456789abcdef0123456789abcdef-0-0",
    });
  });

  it("takes topics from records within what is allowed, and refuses the others", async (t) => {
    const [eu, us] = await Promise.all([openTopic(t), openTopic(t)]);
    const topicOption = { from: { field: "to" }, allowed: [eu.name, us.name, "not-there"] };
    const destination = open(t, { topic: topicOption });
    const texts = [eu.name, us.name, "not-there", "secret-topic", 5].map((to) => JSON.stringify({ to }));
    const attempt = attemptAt(await makeRecordParcel([...texts, "no json"]));
    await deliver(destination, await makeRecordParcel([...texts, "no json"]), attempt);
    const codes = [...attempt.progress.refusals].map(([index, { code }]) => `${index} ${code}`);
    assert.deepEqual(codes.sort(), [
      "2 Kafka.UnknownTopic",
      "3 Kafka.TopicNotAllowed",
      "4 Kafka.TopicNotAllowed",
      "5 Kafka.NoTopic",
    ]);
    assert.equal((await eu.committedMessages()).length, 1);
    assert.equal((await us.committedMessages()).length, 1);
  });

  it("tries again, and says what to do, while a fixed topic is missing", async (t) => {
    const name = `later-${randomUUID()}`;
    const destination = open(t, { topic: name });
    const parcel = await makeRecordParcel(["one"]);
    await assert.rejects(destination.deliver(parcel, attemptAt(parcel)), (error) => {
      assert.ok(error instanceof DestinationError && error.retriable && !error.isDoubtful);
      assert.match(error.message, new RegExp(`${name}|create the topic`));
      return true;
    });
    const topic = await KafkaTopic.create(1, name);
    afterwards(t, () => topic.close());
    await deliver(destination, parcel);
    assert.equal((await topic.committedMessages()).length, 1);
  });

  it("fences a predecessor that is thought dead: what it had begun is never seen", async (t) => {
    const topic = await openTopic(t);
    const proxy = await startKafkaProxy(kafkaBroker);
    afterwards(t, () => proxy.close());
    const receipts = ownReceipts();
    const zombie = open(t, { topic: topic.name, ...receipts, brokers: [proxy.broker] });
    const [first, second] = [await makeRecordParcel(["one", "two"]), await makeRecordParcel(["three"], { ordinal: 1 })];
    proxy.fault = { kind: "hang", api: END_TRANSACTION };
    const abort = new AbortController();
    const hanging = zombie.deliver(first, attemptAt(first, { signal: abort.signal }));
    const outcome = assert.rejects(hanging, /dead/);
    await until(() => proxy.broken > 0);
    const successor = open(t, { topic: topic.name, ...receipts });
    assert.equal(await successor.find(first), undefined);
    await deliver(successor, first);
    abort.abort(new Error("dead"));
    await outcome;
    proxy.fault = undefined;
    // The zombie comes back with the same parcel and with another one: it finds the one, and delivers the other.
    await deliver(zombie, first);
    await deliver(zombie, second);
    await deliver(successor, second);
    assert.deepEqual(await texts(topic), ["one", "two", "three"]);
  });

  it("a successor finds what landed before the crash, with the records that were left out", async (t) => {
    const topic = await openTopic(t);
    const options = { topic: { from: { field: "to" }, allowed: [topic.name] }, ...ownReceipts() };
    const good = await makeRecordParcel([JSON.stringify({ to: topic.name })]);
    const mixed = await makeRecordParcel([JSON.stringify({ to: topic.name }), "{}"], { ordinal: 1 });
    const first = open(t, options);
    for (const parcel of [good, mixed]) await deliver(first, { ...parcel, settledBelow: 0 });
    const successor = open(t, options);
    assert.equal((await successor.find(good))?.outcome, "adopted");
    assert.equal(await successor.find(mixed), undefined, "its refusals have to be brought to the error output");
    const attempt = attemptAt(mixed);
    assert.equal((await successor.deliver(mixed, attempt)).outcome, "adopted");
    assert.deepEqual(
      [...attempt.progress.refusals.values()].map(({ code }) => code),
      ["Kafka.NoTopic"],
    );
    assert.equal(attempt.progress.unsettled, 0);
    assert.equal((await topic.committedMessages()).length, 2);
  });

  it("finds what landed behind another delivery's transaction that is still open", async (t) => {
    const [topic, proxy, receipts] = [await openTopic(t), await startKafkaProxy(kafkaBroker), ownReceipts()];
    afterwards(t, () => proxy.close());
    const { owner } = destinationDependencies();
    const other = destinationDependencies({ owner: { ...owner, delivery: "other" } });
    const slow = kafkaDestinationType.create({ brokers: [proxy.broker], topic: topic.name, ...receipts }, other);
    afterwards(t, () => slow.close());
    proxy.fault = { kind: "hang", api: END_TRANSACTION };
    const abort = new AbortController();
    const slowParcel = await makeRecordParcel(["slow"]);
    const outcome = assert.rejects(slow.deliver(slowParcel, attemptAt(slowParcel, { signal: abort.signal })), /over/);
    await until(() => proxy.broken > 0);
    const parcel = await makeRecordParcel(["landed"]);
    await deliver(open(t, { topic: topic.name, ...receipts }), parcel);
    assert.equal((await open(t, { topic: topic.name, ...receipts }).find(parcel))?.outcome, "adopted");
    abort.abort(new Error("over"));
    await outcome;
  });

  it("sees each record once over answers that get lost at any request", async (t) => {
    const topic = await openTopic(t);
    const proxy = await startKafkaProxy(kafkaBroker);
    afterwards(t, () => proxy.close());
    const options = { brokers: [proxy.broker], topic: topic.name, ...ownReceipts() };
    const written: string[] = [];
    for (let ordinal = 0; ordinal < 8; ordinal++) {
      const records = Array.from({ length: 50 }, (_, index) => `${ordinal}/${index}`);
      written.push(...records);
      const api = ordinal % 2 === 0 ? END_TRANSACTION : PRODUCE;
      proxy.fault = { kind: ordinal % 4 < 2 ? "swallow" : "cut", api };
      // Each parcel begins in a process of its own, as after a kill.
      const destination = faultUntilFailure(open(t, options), () => {
        proxy.fault = undefined;
      });
      await deliver(destination, await makeRecordParcel(records, { ordinal }));
    }
    assert.deepEqual(await texts(topic), written);
    assert.ok(proxy.broken >= 8, `${proxy.broken} requests went wrong`);
  });

  it("reaches brokers where the configuration says that they are", async (t) => {
    const topic = await openTopic(t);
    const endpointOf = (name: string) => (name === "kafka:9092" ? `kafka://${kafkaBroker}` : undefined);
    const options = { brokers: ["kafka:9092"], topic: topic.name, ...ownReceipts() };
    const destination = kafkaDestinationType.create(options, destinationDependencies({ endpointOf }));
    afterwards(t, () => destination.close());
    await deliver(destination, await makeRecordParcel(["one"]));
    assert.deepEqual(await texts(topic), ["one"]);
  });

  it("lets itself in over TLS with a password that the configuration keeps", async (t) => {
    const topic = await openTopic(t);
    const { brokers, tls, sasl } = kafkaOverTls("SCRAM-SHA-512");
    const dependencies = destinationDependencies({ secretOf: (name) => (name === "kafka" ? sasl.password : "wrong") });
    const options = {
      brokers,
      tls,
      sasl: { ...sasl, password: { secret: "kafka" } },
      topic: topic.name,
      ...ownReceipts(),
    };
    const destination = kafkaDestinationType.create(options, dependencies);
    afterwards(t, () => destination.close());
    await deliver(destination, await makeRecordParcel(["one"]));
    assert.deepEqual(await texts(topic), ["one"]);
  });
});

function open(t: TestContext, options: JsonObject): Destination {
  const all = { brokers: [kafkaBroker], ...ownReceipts(), ...options };
  const destination = kafkaDestinationType.create(all, destinationDependencies());
  afterwards(t, () => destination.close());
  return destination;
}

async function openTopic(t: TestContext, partitions = 1): Promise<KafkaTopic> {
  const topic = await KafkaTopic.create(partitions);
  afterwards(t, () => topic.close());
  return topic;
}

/** Tests share one owner, and parcels with the same ids: each has receipts of its own. */
function ownReceipts() {
  return { receiptsTopic: `receipts-${randomUUID()}`, transactionalIdPrefix: `test-${randomUUID()}` };
}

async function texts(topic: KafkaTopic): Promise<readonly string[]> {
  return (await topic.committedMessages()).map(({ value }) => String(value));
}

async function deliver(destination: Destination, parcel: Parcel, first: Attempt = attemptAt(parcel)): Promise<void> {
  for (let number = 1; number <= 5; number++) {
    try {
      await destination.deliver(parcel, { ...first, number });
      return;
    } catch (error) {
      if (!(error instanceof DestinationError && error.retriable) || number === 5) throw error;
    }
  }
}

function faultUntilFailure(destination: Destination, heal: () => void): Destination {
  return {
    inOrder: destination.inOrder === true,
    find: (parcel) => destination.find(parcel),
    deliver: (parcel, attempt) => destination.deliver(parcel, attempt).finally(heal),
    abandonUploads: (parcel, uploads) => destination.abandonUploads(parcel, uploads),
    close: () => destination.close(),
  };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}
