import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { BaseOptions, Consumer, RecordsBatch } from "@platformatic/kafka";
import { type FetchedPartition, offsetBehind, transactionEnd } from "../../model/kafka/committed-batches.ts";
import { hasKafkaError, type KafkaLibrary } from "../../model/kafka/kafka-cluster.ts";
import type { Parcel } from "../destination.ts";
import { DestinationError } from "../destination-error.ts";
import type { ParcelProgress, RecordRefusal } from "../parcel-progress.ts";

/**
 * Which parcels of a delivery are in the cluster (rule H52): the newest message of the delivery's key in the receipts topic,
 * written in the transaction that wrote the records, so that both are there or neither.
 *
 * Value: JSON, `{"version":1,"parcels":[{"id","ordinal","refused":[{"code","message","places"}]}]}`: the newest parcel and
 * those before it that the delivery's own journal may not know of yet. `places` is a bitmap of the records that were left out,
 * raw DEFLATE in base64: who finds the receipt after a crash has to bring them to the error output all the same.
 */
export interface ParcelReceipt {
  readonly id: string;
  readonly ordinal: number;
  readonly refused: readonly RefusedPlaces[];
}

interface RefusedPlaces {
  readonly code: string;
  readonly message: string;
  readonly places: string;
}

export function receiptOf({ id, ordinal }: Parcel, { refusals, records }: ParcelProgress): ParcelReceipt {
  const byCode = Map.groupBy(refusals, ([, { code }]) => code);
  const refused = [...byCode].map(([code, list]) => ({
    code,
    message: list[0]?.[1].message ?? "",
    places: packBitmap(
      list.map(([index]) => index),
      records,
    ),
  }));
  return { id, ordinal, refused };
}

/** Settles all records of a parcel that has landed. */
export function settleBy({ refused }: ParcelReceipt, progress: ParcelProgress, attempts: number): void {
  for (const { code, message, places } of refused) {
    const refusal: RecordRefusal = { code, message, attempts };
    for (const index of unpackBitmap(places)) progress.refused(index, refusal);
  }
  for (let index = 0; index < progress.records; index++) progress.delivered(index);
}

/** The receipts after one more parcel. */
export function withReceipt(
  known: readonly ParcelReceipt[],
  receipt: ParcelReceipt,
  { settledBelow }: Pick<Parcel, "settledBelow">,
): readonly ParcelReceipt[] {
  return [...known.filter(({ id, ordinal }) => ordinal >= settledBelow && id !== receipt.id), receipt];
}

export function encodeReceipts(parcels: readonly ParcelReceipt[]): Buffer {
  return Buffer.from(JSON.stringify({ version: 1, parcels }));
}

export interface ReceiptsReading {
  readonly library: KafkaLibrary;
  readonly connection: BaseOptions;
  readonly topic: string;
  /** The delivery's: its transactional id. */
  readonly key: string;
  readonly signal: AbortSignal;
}

const EARLIEST = -2n;
const LATEST = -1n;
const READ_UNCOMMITTED = 0;
const FETCH_BYTES_MAX = 8 * 1024 * 1024;
const ANSWER_WAIT_MS_MAX = 500;

/**
 * Reads all there is, and not only what is committed: transactions of other deliveries that are still open would hide ours
 * behind them, and version 2.12 of the library takes committed batches for aborted ones when an answer holds several aborted
 * transactions of one producer. The marker behind each transaction says which it was. Called once the own transactional id is
 * fenced: all of ours have their markers by then, and nothing of ours comes any more.
 */
export async function readReceipts(reading: ReceiptsReading): Promise<readonly ParcelReceipt[]> {
  const { library, connection, topic, key, signal } = reading;
  const consumer = new library.Consumer({ ...connection, groupId: "lakehose-receipts" });
  try {
    const place = await findPartition(consumer, reading);
    const asked = { topics: [topic], partitions: { [topic]: [place.partition] } };
    const endOf = async (timestamp: bigint) => {
      const found = await consumer.listOffsets({ ...asked, timestamp, isolationLevel: READ_UNCOMMITTED });
      return found.get(topic)?.[place.partition] ?? 0n;
    };
    const end = await endOf(LATEST);
    const newest = new NewestCommitted(key);
    for (let offset = await endOf(EARLIEST); offset < end; ) {
      signal.throwIfAborted();
      const fetched = await fetchOnce(consumer, place, offset);
      for (const batch of fetched.records ?? []) newest.take(batch);
      offset = offsetBehind(fetched, offset);
    }
    return newest.value === undefined ? [] : decodeReceipts(newest.value);
  } finally {
    consumer.close(true).catch(() => undefined);
  }
}

/** The last value of a key that was committed. */
class NewestCommitted {
  readonly #key: string;
  /** In transactions whose end has not been read, by producer. */
  readonly #open = new Map<bigint, Buffer>();
  value: Buffer | undefined;

  constructor(key: string) {
    this.#key = key;
  }

  take(batch: RecordsBatch): void {
    const end = transactionEnd(batch);
    if (end !== undefined) {
      if (end === "commit") this.value = this.#open.get(batch.producerId) ?? this.value;
      this.#open.delete(batch.producerId);
      return;
    }
    for (const { key, value } of batch.records) {
      if (key?.toString() === this.#key && value !== null) this.#open.set(batch.producerId, value);
    }
  }
}

interface ReceiptsPlace {
  readonly topicId: string;
  readonly partition: number;
  readonly node: number;
}

async function findPartition(consumer: Consumer, { library, topic, key }: ReceiptsReading): Promise<ReceiptsPlace> {
  const found = (await consumer.metadata({ topics: [topic] })).topics.get(topic);
  if (found === undefined) throw new Error(`Expected to learn of topic ${topic}, the broker told nothing of it`);
  const message = { topic, value: Buffer.alloc(0) };
  const partition = library.compatibilityPartitioner(message, Buffer.from(key)) % found.partitionsCount;
  return { topicId: found.id, partition, node: found.partitions[partition]?.leader ?? -1 };
}

async function fetchOnce(
  consumer: Consumer,
  { topicId, partition, node }: ReceiptsPlace,
  fetchOffset: bigint,
): Promise<FetchedPartition> {
  const place = { partition, fetchOffset, currentLeaderEpoch: -1, lastFetchedEpoch: -1 };
  const { responses } = await consumer.fetch({
    node,
    topics: [{ topicId, partitions: [{ ...place, partitionMaxBytes: FETCH_BYTES_MAX }] }],
    minBytes: 1,
    maxBytes: FETCH_BYTES_MAX,
    maxWaitTime: ANSWER_WAIT_MS_MAX,
    isolationLevel: READ_UNCOMMITTED,
  });
  return responses[0]?.partitions[0] ?? {};
}

const TOPIC_ALREADY_EXISTS = "TOPIC_ALREADY_EXISTS";
/** Kept short, for each delivery reads its partition when it begins: `segment.bytes` has no smaller value in Kafka 4. */
const TOPIC_CONFIGS = [
  { name: "cleanup.policy", value: "compact" },
  { name: "segment.bytes", value: String(1024 * 1024) },
  { name: "min.cleanable.dirty.ratio", value: "0.1" },
];

/** Makes the topic where it is missing, with as many copies as the cluster makes by itself. */
export async function ensureReceiptsTopic(
  library: KafkaLibrary,
  connection: BaseOptions,
  topic: string,
): Promise<void> {
  const admin = new library.Admin(connection);
  try {
    if ((await admin.listTopics()).includes(topic)) return;
    await admin.createTopics({ topics: [topic], partitions: 1, replicas: -1, configs: TOPIC_CONFIGS });
  } catch (error) {
    if (!hasKafkaError(error, TOPIC_ALREADY_EXISTS)) throw error;
  } finally {
    admin.close().catch(() => undefined);
  }
}

function decodeReceipts(value: Buffer): readonly ParcelReceipt[] {
  const { version, parcels } = JSON.parse(value.toString()) as { version: number; parcels: readonly ParcelReceipt[] };
  if (version === 1) return parcels;
  throw new DestinationError(
    "unknown-receipts",
    `Expected receipts of version 1, got ${version}: written by a newer Lakehose`,
    {
      retriable: true,
      logCode: "Kafka.UnknownReceipts",
    },
  );
}

function packBitmap(indexes: readonly number[], records: number): string {
  const bits = Buffer.alloc(Math.ceil(records / 8));
  for (const index of indexes) bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7));
  return deflateRawSync(bits).toString("base64");
}

function* unpackBitmap(places: string): Generator<number> {
  for (const [at, byte] of inflateRawSync(Buffer.from(places, "base64")).entries()) {
    for (let bit = 0; bit < 8; bit++) if ((byte & (1 << bit)) !== 0) yield at * 8 + bit;
  }
}
