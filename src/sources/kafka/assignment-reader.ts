import type { Consumer, RecordsBatch } from "@platformatic/kafka";
import { LakehoseError } from "../../model/errors.ts";
import { committedBatches, type FetchedPartition, offsetBehind } from "../../model/kafka/committed-batches.ts";
import type { SourceRun } from "../source-kind.ts";
import type { KafkaOptions } from "./kafka-options.ts";
import type { PartitionLags } from "./partition-lags.ts";
import type { RecordShaper } from "./record-shaper.ts";
import type { StartingPartition } from "./starting-offsets.ts";
import { encodePosition, partOf } from "./topic-position.ts";

export interface AssignmentReaderOptions {
  readonly consumer: Pick<Consumer, "fetch" | "listOffsets">;
  readonly run: SourceRun;
  readonly options: Pick<KafkaOptions, "fetchBytes" | "outOfRange">;
  readonly shaper: RecordShaper;
  readonly lags: PartitionLags;
  /** Partitions by the broker that leads them. */
  readonly partitions: ReadonlyMap<number, readonly StartingPartition[]>;
  /** Told once, of the first thing that keeps a partition from being read. */
  readonly onFailed: (error: unknown) => void;
}

/** How long a broker holds an answer back while there is nothing to tell. */
const ANSWER_WAIT_MS_MAX = 500;

const OFFSET_OUT_OF_RANGE = 1;

/** Value of the wire: everything that a partition holds. */
const READ_UNCOMMITTED = 0;

/** One partition on its way. */
interface ReadPartition extends StartingPartition {
  /** Of the next record to fetch. */
  fetchOffset: bigint;
  /** Everything before it is durable, or was left out. */
  durableOffset: bigint;
}

/**
 * Reads the partitions of one assignment, all brokers at the same time, one answer of each ahead of what is being appended:
 * so the network and the disk work at once, and memory holds two answers of a broker at most.
 */
export class AssignmentReader {
  readonly #options: AssignmentReaderOptions;
  readonly #partitions = new Map<string, ReadPartition>();
  readonly #loops: Promise<void>;
  #finishing = false;

  constructor(options: AssignmentReaderOptions) {
    this.#options = options;
    const loops = [...options.partitions].map(([node, starting]) =>
      this.#readBroker(node, starting.map(readPartition)),
    );
    this.#loops = Promise.all(loops).then(
      () => undefined,
      (error) => options.onFailed(error),
    );
  }

  /** What the group may be told. */
  get durableOffsets(): readonly { readonly topic: string; readonly partition: number; readonly offset: bigint }[] {
    return [...this.#partitions.values()].map(({ topic, partition, durableOffset: offset }) => ({
      topic,
      partition,
      offset,
    }));
  }

  /** Fetches no further; resolves once everything that is being appended is durable, or has failed. */
  finish(): Promise<void> {
    this.#finishing = true;
    return this.#loops;
  }

  async #readBroker(node: number, partitions: readonly ReadPartition[]): Promise<void> {
    for (const partition of partitions) this.#partitions.set(partOf(partition.topicId, partition.partition), partition);
    let appended: Promise<unknown> = Promise.resolve();
    while (!this.#finishing) {
      const answer = await Promise.race([this.#fetch(node, partitions), rejection(appended)]);
      await appended;
      if (this.#finishing) break;
      await this.#restartLost(answer);
      await this.#completeThoseWithAborts(node, answer);
      appended = this.#take(answer);
    }
    await appended;
  }

  async #fetch(
    node: number,
    partitions: readonly ReadPartition[],
    isolation: typeof READ_UNCOMMITTED | undefined = undefined,
  ): Promise<FetchResponse> {
    const { consumer, options } = this.#options;
    const topics = partitions.map(({ topicId, partition, fetchOffset }) => ({
      topicId,
      partitions: [
        {
          partition,
          fetchOffset,
          currentLeaderEpoch: -1,
          lastFetchedEpoch: -1,
          partitionMaxBytes: options.fetchBytes,
        },
      ],
    }));
    try {
      return await consumer.fetch({
        node,
        topics,
        minBytes: 1,
        maxBytes: options.fetchBytes,
        maxWaitTime: ANSWER_WAIT_MS_MAX,
        ...(isolation === undefined ? {} : { isolationLevel: isolation }),
      });
    } catch (error) {
      const answer = answerOf(error);
      if (answer === undefined || !onlyOutOfRange(answer)) throw error;
      return answer;
    }
  }

  /**
   * The library leaves out what was aborted and, where a producer has aborted several times in one answer, some of what was
   * committed in between with it (2.12.1). Such a partition is fetched again as it is, up to where the answer ends, and
   * told apart by `committedBatches`. What is left of the answer still ends where it ended: a marker of the end of a
   * transaction stands behind all that was left out, and markers stay.
   */
  async #completeThoseWithAborts(node: number, { responses }: FetchResponse): Promise<void> {
    for (const { topicId, partitions } of responses) {
      for (const fetched of partitions) {
        const partition = this.#partitions.get(partOf(topicId, fetched.partitionIndex));
        if (partition === undefined || (fetched.abortedTransactions ?? []).length === 0) continue;
        fetched.records = await this.#fetchAll(node, partition, offsetBehind(fetched, partition.fetchOffset));
      }
    }
  }

  async #fetchAll(node: number, partition: ReadPartition, end: bigint): Promise<RecordsBatch[]> {
    const all: RecordsBatch[] = [];
    for (let from = partition.fetchOffset; from < end; ) {
      const { responses } = await this.#fetch(node, [{ ...partition, fetchOffset: from }], READ_UNCOMMITTED);
      const [fetched] = responses.flatMap(({ partitions }) => partitions);
      const behind = fetched === undefined ? from : offsetBehind(fetched, from);
      if (behind === from) throw goneMeanwhile(partition, from);
      all.push(...(fetched?.records ?? []).filter(({ firstOffset }) => firstOffset < end));
      from = behind;
    }
    return all;
  }

  async #restartLost({ responses }: FetchResponse): Promise<void> {
    for (const { topicId, partitions } of responses) {
      for (const { errorCode, partitionIndex } of partitions) {
        const partition = this.#partitions.get(partOf(topicId, partitionIndex));
        if (errorCode === OFFSET_OUT_OF_RANGE && partition !== undefined) await this.#restart(partition);
      }
    }
  }

  /** Where the next fetch begins is known when this returns; what it resolves to is durability. */
  #take(answer: FetchResponse): Promise<unknown> {
    const appends: Promise<void>[] = [];
    for (const { topicId, partitions } of answer.responses) {
      for (const fetched of partitions) {
        const partition = this.#partitions.get(partOf(topicId, fetched.partitionIndex));
        if (partition === undefined || fetched.errorCode !== 0) continue;
        const from = partition.fetchOffset;
        partition.fetchOffset = offsetBehind(fetched, from);
        this.#tellLag(partition, fetched);
        if (partition.fetchOffset > from) appends.push(this.#append(partition, fetched, from));
      }
    }
    this.#options.lags.tell();
    const all = Promise.all(appends);
    all.catch(() => undefined);
    return all;
  }

  async #append(partition: ReadPartition, fetched: FetchedPartition, from: bigint): Promise<void> {
    const { run, shaper } = this.#options;
    const behind = partition.fetchOffset;
    const part = partOf(partition.topic, partition.partition);
    const batches = committedBatches(fetched, from);
    for (const { records, next } of await shaper.pieces(batches, partition.topic, partition.partition)) {
      const position = encodePosition({ topicId: partition.topicId, offset: next });
      await run.inlet.append(records, { part, position });
      partition.durableOffset = next;
    }
    partition.durableOffset = behind;
  }

  #tellLag({ topic, partition, fetchOffset }: ReadPartition, fetched: FetchResponsePartition): void {
    const end = fetched.lastStableOffset >= 0n ? fetched.lastStableOffset : fetched.highWatermark;
    if (end >= 0n) this.#options.lags.set(topic, partition, end - fetchOffset);
  }

  async #restart(partition: ReadPartition): Promise<void> {
    const { consumer, run, options } = this.#options;
    const { topic, partition: index, fetchOffset } = partition;
    const asked = { topics: [topic], partitions: { [topic]: [index] } };
    const earliest = (await consumer.listOffsets({ ...asked, timestamp: EARLIEST })).get(topic)?.[index] ?? 0n;
    const missing = earliest > fetchOffset ? earliest - fetchOffset : 0n;
    const what =
      missing > 0n
        ? `the ${missing} records from offset ${fetchOffset} on are not there any more: the topic kept them for too short a time`
        : `offset ${fetchOffset} lies behind its end: the cluster has lost records that it had handed out`;
    const where = `Partition ${index} of topic ${topic} begins at offset ${earliest}, and ${what}`;
    if (options.outOfRange === "fail") {
      throw new LakehoseError("offset-out-of-range", `${where}. Set outOfRange: earliest to go on without them.`);
    }
    run.count("offsetsOutOfRange");
    run.count("recordsMissing", Number(missing));
    run.warn("offset-out-of-range", `${where}. Reading goes on at offset ${earliest}.`);
    partition.fetchOffset = earliest;
    partition.durableOffset = earliest;
  }
}

const EARLIEST = -2n;

/** Retention, or a change of leaders: the source begins anew with what is there then. */
function goneMeanwhile({ topic, partition }: ReadPartition, offset: bigint): LakehoseError {
  const what = `Partition ${partition} of topic ${topic} had records from offset ${offset} on a moment ago and has none now`;
  return new LakehoseError("records-gone", what, { retriable: true });
}

type FetchResponse = Awaited<ReturnType<Consumer["fetch"]>>;
type FetchResponsePartition = FetchResponse["responses"][number]["partitions"][number];

function readPartition(starting: StartingPartition): ReadPartition {
  return { ...starting, fetchOffset: starting.offset, durableOffset: starting.offset };
}

/** Never resolves: for races with what is awaited anyway. */
function rejection(promise: Promise<unknown>): Promise<never> {
  return promise.then(() => new Promise<never>(() => undefined));
}

/** The library rejects an answer in which one partition has an error, and hands it over with the error. */
function answerOf(error: unknown): FetchResponse | undefined {
  const { response, errors } = error as { readonly response?: FetchResponse; readonly errors?: readonly unknown[] };
  if (response !== undefined) return response;
  const last = errors?.at(-1);
  return last === undefined ? undefined : (last as { readonly response?: FetchResponse }).response;
}

function onlyOutOfRange({ errorCode, responses }: FetchResponse): boolean {
  const codes = responses.flatMap(({ partitions }) => partitions.map((partition) => partition.errorCode));
  return errorCode === 0 && codes.every((code) => code === 0 || code === OFFSET_OUT_OF_RANGE);
}
