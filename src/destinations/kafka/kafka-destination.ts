import { LakehoseError } from "../../model/errors.ts";
import { type IdentifiedRecord, readIdentifiedRecords } from "../../model/identified-records.ts";
import { connectionOptions, explained, hasKafkaError, kafkaErrorsOf } from "../../model/kafka/kafka-cluster.ts";
import { readNamedSecret } from "../../model/secret.ts";
import type { JsonObject } from "../../std/json.ts";
import { untilAborted } from "../../std/until-aborted.ts";
import type { Attempt, DeliveryProof, Destination, Parcel } from "../destination.ts";
import { DestinationError } from "../destination-error.ts";
import type { DestinationDependencies, DestinationType } from "../destination-type.ts";
import {
  type KafkaDestinationOptions,
  kafkaConnectionOptions,
  kafkaDestinationOptions,
} from "./kafka-destination-options.ts";
import { KafkaSession, type SessionTransaction } from "./kafka-session.ts";
import { type KafkaMessage, MessageMaker } from "./message-maker.ts";
import { type ParcelReceipt, receiptOf, settleBy, withReceipt } from "./receipts.ts";

/**
 * Records as messages of Kafka, each exactly once for readers of committed messages.
 *
 * A parcel is one transaction, with a receipt of the parcel in it (`receipts.ts`, rule H52), under a transactional id of the
 * delivery's own (`kafka-session.ts`). So a parcel whose commit had no clear answer is looked for before it is sent again, by
 * this process or by the next. Parcels go one at a time, in order, because one id has one transaction at a time.
 *
 * A record that the cluster does not take, one that is too large, would keep the whole transaction from succeeding. It is
 * singled out: what was sent together with it is sent one by one in the next transaction, and it goes to the error output.
 */
class KafkaDestination implements Destination {
  readonly inOrder = true;
  readonly #options: KafkaDestinationOptions;
  readonly #dependencies: DestinationDependencies;
  readonly #maker: MessageMaker;
  #session: KafkaSession | undefined;
  /** Partition of keyless records: the next piece that is sent together goes to the next one. */
  #keyless = 0;

  constructor(options: KafkaDestinationOptions, dependencies: DestinationDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
    this.#maker = new MessageMaker(options, dependencies.owner);
  }

  async find({ id, body }: Parcel): Promise<DeliveryProof | undefined> {
    const { signal } = new AbortController();
    const session = await this.#openSession(signal).catch((error: unknown) => {
      throw this.#failure(error, false);
    });
    const receipt = session.receipts.find((one) => one.id === id);
    // Whoever delivers it again finds it too, and then the records that were left out get to the error output.
    if (receipt === undefined || receipt.refused.length > 0) return undefined;
    return { outcome: "adopted", etag: "", bytes: body.bytes };
  }

  async deliver(parcel: Parcel, attempt: Attempt): Promise<DeliveryProof> {
    const doubts = new Doubts();
    for (let round = 1; ; round++) {
      try {
        return await this.#transact(parcel, attempt, doubts);
      } catch (error) {
        const learnt = await this.#learn(error, attempt, doubts).catch(() => false);
        this.#endSession();
        attempt.signal.throwIfAborted();
        if (!learnt || round === ROUNDS_MAX) throw this.#failure(error, doubts.isCommitUnclear);
      }
    }
  }

  async abandonUploads(): Promise<void> {
    // A transaction that is left open is aborted by the next fence.
  }

  async close(): Promise<void> {
    this.#endSession();
  }

  async #transact(parcel: Parcel, attempt: Attempt, doubts: Doubts): Promise<DeliveryProof> {
    const { progress, number, signal } = attempt;
    const session = await this.#openSession(signal);
    const landed = session.receipts.find(({ id }) => id === parcel.id);
    if (landed !== undefined) {
      settleBy(landed, progress, number);
      return { outcome: "adopted", etag: "", bytes: parcel.body.bytes };
    }
    // Behind the fence nothing of an earlier attempt lands any more.
    progress.isDoubtful = false;
    const transaction = await session.begin(signal);
    for await (const records of readIdentifiedRecords(parcel.body))
      await this.#send(records, transaction, attempt, doubts);
    const receipt = receiptOf(parcel, progress);
    const receipts = withReceipt(session.receipts, receipt, parcel);
    await transaction.sendReceipts(receipts);
    await this.#commit(transaction, receipts, doubts);
    settleBy(receipt, progress, number);
    return { outcome: "delivered", etag: "", bytes: parcel.body.bytes };
  }

  async #send(
    records: readonly IdentifiedRecord[],
    transaction: SessionTransaction,
    { progress, number }: Attempt,
    doubts: Doubts,
  ): Promise<void> {
    let piece = new Piece();
    const send = async () => {
      const sent = piece;
      piece = new Piece();
      this.#keyless = (this.#keyless + 1) % KEYLESS_MAX;
      if (sent.messages.length === 0) return;
      await transaction.send(sent.messages).catch((error: unknown) => {
        throw new PieceError(sent, error);
      });
    };
    for (const record of records) {
      if (progress.isSettled(record.index)) continue;
      const message = this.#maker.messageOf(record, this.#keyless);
      if ("refusal" in message) progress.refused(record.index, { ...message.refusal, attempts: number });
      else if (doubts.missingTopics.has(message.topic)) {
        progress.refused(record.index, { ...missingTopic(message.topic), attempts: number });
      } else {
        const isSuspect = doubts.suspects.has(record.index);
        if (isSuspect || piece.bytes + record.bytes.length > PIECE_BYTES_MAX) await send();
        piece.add(record, message);
        if (isSuspect) await send();
      }
    }
    await send();
  }

  async #commit(transaction: SessionTransaction, receipts: readonly ParcelReceipt[], doubts: Doubts): Promise<void> {
    doubts.isCommitUnclear = true;
    await transaction.commit(receipts);
    doubts.isCommitUnclear = false;
  }

  /** Whether the next transaction will be another one than this that failed. */
  async #learn(error: unknown, { progress, number, signal }: Attempt, doubts: Doubts): Promise<boolean> {
    if (!(error instanceof PieceError)) return false;
    const { piece, cause } = error;
    const code = REFUSALS.find((name) => hasKafkaError(cause, name));
    const [first] = piece.indexes;
    if (code !== undefined && first !== undefined) {
      if (piece.indexes.length > 1) for (const index of piece.indexes) doubts.suspects.add(index);
      else progress.refused(first, { code: `Kafka.${code}`, message: reasonOf(cause), attempts: number });
      return true;
    }
    if (typeof this.#options.topic === "string" || this.#session === undefined) return false;
    const missing = await this.#session.missingTopics(piece.topics, signal);
    for (const topic of missing) doubts.missingTopics.add(topic);
    return missing.size > 0;
  }

  async #openSession(signal: AbortSignal): Promise<KafkaSession> {
    if (this.#session !== undefined) return this.#session;
    const { secretOf, endpointOf, clock, owner } = this.#dependencies;
    const { brokers, receiptsTopic, transactionalIdPrefix, compression } = this.#options;
    const reached = brokers.map((broker) => hostOf(endpointOf(broker)) ?? broker);
    const library = await import("@platformatic/kafka");
    const delivery = [transactionalIdPrefix, owner.stream.uid, owner.delivery, owner.replayId ?? []].flat();
    const opening = KafkaSession.open({
      library,
      connection: connectionOptions({ ...this.#options, brokers: reached }, `lakehose-${owner.stream.name}`, (secret) =>
        readNamedSecret(secret, secretOf),
      ),
      transactionalId: delivery.join("."),
      receiptsTopic,
      compression,
      clock,
      signal,
    });
    this.#session = await untilAborted(opening, signal);
    return this.#session;
  }

  #endSession(): void {
    this.#session?.close();
    this.#session = undefined;
  }

  #failure(error: unknown, isDoubtful: boolean): DestinationError {
    if (error instanceof DestinationError) return error;
    const cause = error instanceof PieceError ? error.cause : error;
    const [name] = kafkaErrorsOf(cause);
    const advice = name === undefined ? undefined : ADVICE[name];
    const message = `Kafka at ${this.#options.brokers.join(", ")}: ${reasonOf(cause)}${advice === undefined ? "" : `; ${advice}`}`;
    const logCode = `Kafka.${name ?? "ConnectionFailed"}`;
    return new DestinationError("kafka-failed", message, { retriable: true, logCode, isDoubtful, cause });
  }
}

/** Sent together, one batch for each partition: brokers take batches of a mebibyte unless told otherwise (`message.max.bytes`). */
const PIECE_BYTES_MAX = 512 * 1024;
/** Beyond any count of partitions. */
const KEYLESS_MAX = 2 ** 30;
/** Transactions of one attempt, each of which has learnt something of the records. */
const ROUNDS_MAX = 100;

/** What a broker says of records that it will never take. */
const REFUSALS = ["MESSAGE_TOO_LARGE", "RECORD_LIST_TOO_LARGE", "INVALID_RECORD"] as const;

const ADVICE: Readonly<Record<string, string>> = {
  CLUSTER_AUTHORIZATION_FAILED: "grant ClusterAction and IdempotentWrite on the cluster",
  GROUP_AUTHORIZATION_FAILED: "grant Read on the group lakehose-receipts",
  NOT_ENOUGH_REPLICAS: "too few brokers are in sync for min.insync.replicas",
  TOPIC_AUTHORIZATION_FAILED: "grant Describe and Write on the topics, and Create and Read on receiptsTopic",
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
    "grant Describe and Write on transactional ids that begin with transactionalIdPrefix",
  UNKNOWN_TOPIC_OR_PARTITION: "create the topic",
};

/** Of `kafka://HOST:PORT`. */
function hostOf(endpoint: string | undefined): string | undefined {
  return endpoint === undefined ? undefined : new URL(endpoint).host;
}

function missingTopic(topic: string) {
  return { code: "Kafka.UnknownTopic", message: `The cluster has no topic ${topic}, or does not show it` };
}

function reasonOf(cause: unknown): string {
  const said = explained(cause);
  return said instanceof LakehoseError ? said.message : String(said);
}

/** What an attempt has learnt of a parcel's records. */
class Doubts {
  /** Were sent together with one that was refused. */
  readonly suspects = new Set<number>();
  readonly missingTopics = new Set<string>();
  /** A commit was sent and not answered. */
  isCommitUnclear = false;
}

/** Messages that are sent together. */
class Piece {
  readonly messages: KafkaMessage[] = [];
  readonly indexes: number[] = [];
  readonly topics = new Set<string>();
  bytes = 0;

  add({ index, bytes }: IdentifiedRecord, message: KafkaMessage): void {
    this.messages.push(message);
    this.indexes.push(index);
    this.topics.add(message.topic);
    this.bytes += bytes.length;
  }
}

class PieceError extends Error {
  readonly piece: Piece;

  constructor(piece: Piece, cause: unknown) {
    super("A piece of the transaction was not taken", { cause });
    this.piece = piece;
  }
}

export const kafkaDestinationType: DestinationType = {
  type: "kafka",
  summary: "Sends records to topics of Apache Kafka, each exactly once for readers of committed messages.",
  takes: "records",
  errorType: "kafka-failed",
  guarantee: "exactly-once",
  optionsSchema: kafkaDestinationOptions,
  connectionOptions: kafkaConnectionOptions,
  create(options: JsonObject, dependencies) {
    return new KafkaDestination(kafkaDestinationOptions.parse(options), dependencies);
  },
};
