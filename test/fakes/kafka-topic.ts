import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import {
  Admin,
  type BaseOptions,
  type CompressionAlgorithmValue,
  Consumer,
  type KafkaRecord,
  Producer,
} from "@platformatic/kafka";

const { LAKEHOSE_TEST_KAFKA, LAKEHOSE_TEST_KAFKA_TLS, LAKEHOSE_TEST_KAFKA_CA } = process.env;
const { LAKEHOSE_TEST_KAFKA_USER = "", LAKEHOSE_TEST_KAFKA_PASSWORD = "" } = process.env;

/** Why tests of a real Kafka are skipped, or `false`. */
export const skipKafka = LAKEHOSE_TEST_KAFKA === undefined && "LAKEHOSE_TEST_KAFKA is not set";
export const kafkaBroker = LAKEHOSE_TEST_KAFKA ?? "";

/** Options of a source that lets itself in over TLS. */
export function kafkaOverTls(mechanism: "PLAIN" | "SCRAM-SHA-512", password = LAKEHOSE_TEST_KAFKA_PASSWORD) {
  return {
    brokers: [LAKEHOSE_TEST_KAFKA_TLS ?? ""],
    tls: { authority: readFileSync(LAKEHOSE_TEST_KAFKA_CA ?? "", "utf8") },
    sasl: { mechanism, username: LAKEHOSE_TEST_KAFKA_USER, password },
  };
}

export interface KafkaMessage {
  readonly value: Buffer | string | null;
  readonly key?: Buffer | string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly partition?: number;
  readonly timestamp?: bigint;
}

export interface ReadMessage {
  readonly partition: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly timestamp: number;
}

/** Bits of a batch's attributes, and the type of the marker behind a transaction that was committed. */
const TRANSACTIONAL = 0b1_0000;
const CONTROL = 0b10_0000;
const COMMIT = 1;
/** Key of messages that say how far to read. */
const MARK = "mark of KafkaTopic";

/** A topic of its own on a real broker, for one test. */
export class KafkaTopic {
  readonly name: string;
  readonly #admin = new Admin(connection());
  /** Idempotent: a topic that has just been made may have the client try again, and that must not look like our fault. */
  readonly #producer = new Producer({ ...connection(), idempotent: true });

  #transactional: Producer | undefined;

  readonly #partitions: number;

  private constructor(name: string, partitions: number) {
    this.name = name;
    this.#partitions = partitions;
  }

  static async create(partitions = 1, name = `source-${randomUUID()}`): Promise<KafkaTopic> {
    const topic = new KafkaTopic(name, partitions);
    await topic.#create(partitions);
    return topic;
  }

  async put(messages: readonly KafkaMessage[], compression: CompressionAlgorithmValue = "none"): Promise<void> {
    const bytes = (given: Buffer | string) => (typeof given === "string" ? Buffer.from(given) : given);
    await this.#producer.send({
      compression,
      messages: messages.map(({ value, key, headers, partition = 0, timestamp }) => ({
        topic: this.name,
        partition,
        // The library's types know no tombstones; the wire does.
        value: (value === null ? null : bytes(value)) as Buffer,
        ...(key !== undefined && { key: bytes(key) }),
        ...(timestamp !== undefined && { timestamp }),
        headers: new Map(Object.entries(headers ?? {}).map(([one, other]) => [bytes(one), bytes(other)])),
      })),
    });
  }

  /** One transaction after another, all of one producer. Of those that are aborted the messages stay in the topic. */
  async transact(messages: readonly { readonly value: string }[], end: "commit" | "abort"): Promise<void> {
    const options = { idempotent: true, transactionalId: this.name, producerId: -1n, producerEpoch: -1 };
    this.#transactional ??= new Producer({ ...connection(), ...options });
    const transaction = await this.#transactional.beginTransaction();
    await transaction.send({
      messages: messages.map(({ value }) => ({ topic: this.name, partition: 0, value: Buffer.from(value) })),
    });
    await (end === "commit" ? transaction.commit() : transaction.abort());
  }

  /** What a reader of committed messages sees now, each partition in its order: up to a mark at the end of each. */
  async committedMessages(): Promise<readonly ReadMessage[]> {
    const mark = `mark-${randomUUID()}`;
    const partitions = Array.from({ length: this.#partitions }, (_, partition) => partition);
    await this.put(partitions.map((partition) => ({ value: mark, key: MARK, partition })));
    const consumer = new Consumer({ ...connection(), groupId: mark });
    try {
      return (await Promise.all(partitions.map((partition) => this.#readTo(mark, consumer, partition)))).flat();
    } finally {
      await consumer.close(true);
    }
  }

  /**
   * By single fetches of everything, and what was aborted is left out here: the library's own stream shows some of it, and
   * keeps back some of what was committed.
   */
  async #readTo(mark: string, consumer: Consumer, partition: number): Promise<readonly ReadMessage[]> {
    const found = (await consumer.metadata({ topics: [this.name] })).topics.get(this.name);
    const node = found?.partitions[partition]?.leader ?? -1;
    const committed: ReadMessage[] = [];
    const open = new Map<bigint, ReadMessage[]>();
    let isMarked = false;
    // The answer to a commit comes before the markers are there: what had begun before the mark has still to end.
    for (let fetchOffset = 0n; !isMarked || open.size > 0; ) {
      const place = {
        partition,
        fetchOffset,
        currentLeaderEpoch: -1,
        lastFetchedEpoch: -1,
        partitionMaxBytes: 2 ** 24,
      };
      const topics = [{ topicId: found?.id ?? "", partitions: [place] }];
      const limits = { minBytes: 1, maxBytes: 2 ** 24, maxWaitTime: 200, isolationLevel: 0 };
      const { records: batches } =
        (await consumer.fetch({ node, topics, ...limits })).responses[0]?.partitions[0] ?? {};
      for (const batch of batches ?? []) {
        fetchOffset = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
        if ((batch.attributes & CONTROL) !== 0) {
          if (batch.records[0]?.key?.readInt16BE(2) === COMMIT) committed.push(...(open.get(batch.producerId) ?? []));
          open.delete(batch.producerId);
          continue;
        }
        const read = batch.records.map((record) => readMessage(record, partition, batch.firstTimestamp));
        isMarked ||= read.some(({ value }) => value?.toString() === mark);
        if ((batch.attributes & TRANSACTIONAL) === 0) committed.push(...read.filter(({ key }) => String(key) !== MARK));
        else open.set(batch.producerId, [...(open.get(batch.producerId) ?? []), ...read]);
      }
    }
    return committed;
  }

  /** Deletes the first records of a partition, as retention does. */
  async deleteBefore(offset: bigint, partition = 0): Promise<void> {
    await this.#admin.deleteRecords({ topics: [{ name: this.name, partitions: [{ partition, offset }] }] });
  }

  async recreate(partitions = 1): Promise<void> {
    await this.#admin.deleteTopics({ topics: [this.name] });
    await this.#create(partitions);
  }

  /** One more than the one that there is. */
  async addPartition(): Promise<void> {
    const assignments = [{ brokerIds: [1] }];
    await this.#admin.createPartitions({ topics: [{ name: this.name, count: 2, assignments }] });
  }

  /** What the group has committed. */
  async committed(group: string, partition = 0): Promise<bigint> {
    const topics = [{ name: this.name, partitionIndexes: [partition] }];
    const [found] = await this.#admin.listConsumerGroupOffsets({ groups: [{ groupId: group, topics }] });
    return found?.topics[0]?.partitions[0]?.committedOffset ?? -1n;
  }

  async close(): Promise<void> {
    await this.#admin.deleteTopics({ topics: [this.name] }).catch(() => undefined);
    await Promise.all([this.#admin.close(), this.#producer.close(), this.#transactional?.close()]);
  }

  async #create(partitions: number): Promise<void> {
    const deadline = performance.now() + 10_000;
    for (;;) {
      try {
        await this.#admin.createTopics({ topics: [this.name], partitions, replicas: 1 });
        return;
      } catch (error) {
        // A topic that is being deleted keeps its name for a moment.
        if (performance.now() > deadline) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }
}

function readMessage(record: KafkaRecord, partition: number, firstTimestamp: bigint): ReadMessage {
  const { key, value, headers, timestampDelta } = record;
  const told = Object.fromEntries(headers.map(([name, text]) => [String(name), String(text)]));
  return { partition, key, value, headers: told, timestamp: Number(firstTimestamp + timestampDelta) };
}

function connection(): BaseOptions {
  return { clientId: "test", bootstrapBrokers: [kafkaBroker] };
}
