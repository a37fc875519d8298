import type { BaseOptions, CompressionAlgorithmValue, Producer } from "@platformatic/kafka";
import { hasKafkaError, type KafkaLibrary } from "../../model/kafka/kafka-cluster.ts";
import type { Clock } from "../../std/clock.ts";
import { untilAborted } from "../../std/until-aborted.ts";
import type { KafkaMessage } from "./message-maker.ts";
import { encodeReceipts, ensureReceiptsTopic, type ParcelReceipt, readReceipts } from "./receipts.ts";

/**
 * One life of the delivery's transactional id, from the fence to the first thing that goes wrong.
 *
 * Opening raises the id's epoch: a predecessor, and our own requests that are still on their way, can write nothing from
 * then on, and what they left open is aborted. Only then do the receipts tell what has landed. After any failure the session
 * is over and the next one fences it, for sequence numbers of requests without an answer are not to be trusted; so there is
 * no difference between a process that died and a request that did.
 */
export class KafkaSession {
  readonly #opening: SessionOpening;
  readonly #producer: KafkaProducer;
  #transaction: Transaction | undefined;
  #receipts: readonly ParcelReceipt[];

  static async open(opening: SessionOpening): Promise<KafkaSession> {
    const { library, connection, receiptsTopic: topic, transactionalId, signal } = opening;
    const { producer, transaction } = await fence(opening);
    try {
      await untilAborted(ensureReceiptsTopic(library, connection, topic), signal);
      const reading = { library, connection, topic, key: transactionalId, signal };
      const receipts = await untilAborted(readReceipts(reading), signal);
      return new KafkaSession(opening, producer, transaction, receipts);
    } catch (error) {
      close(producer);
      throw error;
    }
  }

  private constructor(
    opening: SessionOpening,
    producer: KafkaProducer,
    transaction: Transaction,
    receipts: readonly ParcelReceipt[],
  ) {
    this.#opening = opening;
    this.#producer = producer;
    this.#transaction = transaction;
    this.#receipts = receipts;
  }

  get receipts(): readonly ParcelReceipt[] {
    return this.#receipts;
  }

  /** The broker learns of a transaction with its first message. */
  async begin(signal: AbortSignal): Promise<SessionTransaction> {
    const transaction = this.#transaction ?? (await untilAborted(this.#producer.beginTransaction(), signal));
    this.#transaction = undefined;
    const send = async (messages: KafkaMessage[]) => {
      await untilAborted(transaction.send({ messages }), signal);
    };
    return {
      send,
      sendReceipts: async (receipts) => {
        const { receiptsTopic: topic, transactionalId } = this.#opening;
        await send([{ topic, key: Buffer.from(transactionalId), value: encodeReceipts(receipts) }]);
      },
      commit: async (receipts) => {
        await untilAborted(transaction.commit(), signal);
        this.#receipts = receipts;
      },
    };
  }

  /** Topics of these that the cluster does not have, or does not show. */
  async missingTopics(names: Iterable<string>, signal: AbortSignal): Promise<ReadonlySet<string>> {
    const { library, connection } = this.#opening;
    const admin = new library.Admin(connection);
    try {
      const there = new Set(await untilAborted(admin.listTopics(), signal));
      return new Set([...names].filter((name) => !there.has(name)));
    } finally {
      admin.close().catch(() => undefined);
    }
  }

  /** Waits for nothing: a broker that is gone would keep everybody waiting. */
  close(): void {
    close(this.#producer);
  }
}

export interface SessionOpening {
  readonly library: KafkaLibrary;
  readonly connection: BaseOptions;
  readonly transactionalId: string;
  readonly receiptsTopic: string;
  readonly compression: CompressionAlgorithmValue;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface SessionTransaction {
  send(messages: KafkaMessage[]): Promise<void>;
  sendReceipts(receipts: readonly ParcelReceipt[]): Promise<void>;
  /** `receipts`: those that were sent. */
  commit(receipts: readonly ParcelReceipt[]): Promise<void>;
}

type KafkaProducer = Producer<Buffer, Buffer, Buffer, Buffer>;

/** What is used of the library's. */
interface Transaction {
  send(options: { messages: KafkaMessage[] }): Promise<unknown>;
  commit(): Promise<void>;
}

/**
 * Of the protocol: whoever comes with the id and epoch of no producer gets the next epoch of the transactional id. The
 * library's own default, producer 0 of epoch 0, is taken for a stranger's as soon as the id has been used.
 */
const NO_PRODUCER = { producerId: -1n, producerEpoch: -1 };

function makeProducer({ library, connection, transactionalId, compression }: SessionOpening): KafkaProducer {
  return new library.Producer<Buffer, Buffer, Buffer, Buffer>({
    ...connection,
    ...NO_PRODUCER,
    transactionalId,
    compression,
    idempotent: true,
    autocreateTopics: false,
    // As Java's clients do, so that equal keys meet in one partition whoever writes them.
    partitioner: library.compatibilityPartitioner,
  });
}

const FENCE_WAIT_MS = 100;
const FENCE_ATTEMPTS = 100;

/** What a predecessor left open is being aborted for a moment, or being committed. */
async function fence(opening: SessionOpening): Promise<{ producer: KafkaProducer; transaction: Transaction }> {
  const { clock, signal } = opening;
  for (let attempt = 1; ; attempt++) {
    // A new one each time, for one whose transaction did not begin thinks that it did.
    const producer = makeProducer(opening);
    try {
      return { producer, transaction: await untilAborted(producer.beginTransaction(), signal) };
    } catch (error) {
      close(producer);
      if (!hasKafkaError(error, "CONCURRENT_TRANSACTIONS") || attempt === FENCE_ATTEMPTS) throw error;
      await clock.sleep(FENCE_WAIT_MS, signal);
    }
  }
}

function close(producer: KafkaProducer): void {
  producer.close(true).catch(() => undefined);
}
