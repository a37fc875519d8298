import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { Admin, type BaseOptions, type CompressionAlgorithmValue, Producer } from "@platformatic/kafka";

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

/** A topic of its own on a real broker, for one test. */
export class KafkaTopic {
  readonly name: string;
  readonly #admin = new Admin(connection());
  /** Idempotent: a topic that has just been made may have the client try again, and that must not look like our fault. */
  readonly #producer = new Producer({ ...connection(), idempotent: true });

  private constructor(name: string) {
    this.name = name;
  }

  static async create(partitions = 1, name = `source-${randomUUID()}`): Promise<KafkaTopic> {
    const topic = new KafkaTopic(name);
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
    await Promise.all([this.#admin.close(), this.#producer.close()]);
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

function connection(): BaseOptions {
  return { clientId: "test", bootstrapBrokers: [kafkaBroker] };
}
