import type { BaseOptions, Consumer } from "@platformatic/kafka";
import { SOURCES_MAX } from "../../log/embedded/source-positions.ts";
import { LakehoseError } from "../../model/errors.ts";
import type { KafkaLibrary } from "../../model/kafka/kafka-cluster.ts";
import type { Clock } from "../../std/clock.ts";
import type { SourceRun } from "../source-kind.ts";
import { AssignmentReader } from "./assignment-reader.ts";
import { closeConsumer, findTopics } from "./kafka-client.ts";
import type { KafkaOptions } from "./kafka-options.ts";
import { PartitionLags } from "./partition-lags.ts";
import type { RecordShaper } from "./record-shaper.ts";
import { type AssignedPartition, type StartingPartition, startingOffsets } from "./starting-offsets.ts";

export interface GroupMemberOptions {
  readonly library: KafkaLibrary;
  readonly connection: BaseOptions;
  readonly options: KafkaOptions;
  readonly group: string;
  readonly shaper: RecordShaper;
  readonly run: SourceRun;
  readonly clock: Clock;
}

/** A member that says nothing for so long is taken for dead, and others take its partitions over. */
const SESSION_MS_MAX = 10_000;
/** What a group waits for members that have to finish; the library asks that it is not below the session. */
const REBALANCE_MS_MAX = 25_000;
const HEARTBEAT_MS = 2_000;
/** Well below the rebalance: what is not appended by then is read again by whoever gets the partition. */
const FINISH_MS_MAX = 10_000;
/** Offsets of the group are for others: for lag tools, and for the server that takes over. */
const COMMIT_MS = 5_000;
const COMMIT_MS_MAX = 3_000;
/** At the end of a membership, which may be the end of the connection. */
const LAST_COMMIT_MS_MAX = 1_000;
const LOOK_MS = 30_000;

/**
 * One membership in a consumer group, from joining to leaving:
 *
 * 1. The group assigns partitions; for each it is found out where it begins (`startingOffsets`), and that is committed.
 * 2. They are read and appended. Positions are stored with the records; what is durable is committed now and then.
 * 3. When the group wants to share out anew, nothing is fetched any more, what is under way is finished for at most ten
 *    seconds and committed, and only then does this member join again. So partitions change hands without anything twice,
 *    as long as the stream has room. Where it does not finish in time, membership ends as after a failure.
 */
export class GroupMember {
  readonly #options: GroupMemberOptions;
  readonly #consumer: Consumer;
  readonly #lags: PartitionLags;
  readonly #failed = Promise.withResolvers<never>();
  readonly #closing = new AbortController();
  #reader: AssignmentReader | undefined;
  /** Assignments that were taken, the newest last: one that comes while another is being looked up replaces it. */
  #assignments = 0;
  readonly #committed = new Map<string, bigint>();
  #releasing: Promise<void> | undefined;

  constructor(options: GroupMemberOptions) {
    this.#options = options;
    this.#lags = new PartitionLags(options.run);
    this.#failed.promise.catch(() => undefined);
    this.#consumer = new options.library.Consumer({
      ...options.connection,
      groupId: options.group,
      autocommit: false,
      sessionTimeout: SESSION_MS_MAX,
      rebalanceTimeout: REBALANCE_MS_MAX,
      heartbeatInterval: HEARTBEAT_MS,
      protocolsMetadata: async () => {
        await this.#release();
        return Buffer.alloc(0);
      },
    });
  }

  /** Resolves when the topics or their partitions are others than at the start, so that a new membership shall begin. */
  async read(): Promise<void> {
    const { library, connection, options, run } = this.#options;
    const consumer = this.#consumer;
    const fail = (error: unknown) => this.#failed.reject(error);
    const onAbort = () => fail(run.signal.reason);
    run.signal.addEventListener("abort", onAbort, { once: true });
    consumer.on("error", fail);
    consumer.on("consumer:heartbeat:error", ({ error }) => fail(error));
    consumer.on("consumer:group:join", () => void this.#take().catch(fail));
    try {
      const topics = await this.#orFailed(findTopics(library, connection, options.topics));
      consumer.topics.trackAll(...topics);
      const shape = await this.#orFailed(this.#topicShape(topics));
      await this.#orFailed(consumer.joinGroup({}));
      await this.#orFailed(Promise.race([this.#untilChanged(shape), this.#commitNowAndThen()]));
      await this.#release();
    } finally {
      run.signal.removeEventListener("abort", onAbort);
      this.#closing.abort(new LakehoseError("source-interrupted", "This membership has ended."));
      await this.#end();
    }
  }

  #orFailed<T>(promise: Promise<T>): Promise<T> {
    promise.catch(() => undefined);
    return Promise.race([promise, this.#failed.promise]);
  }

  /** Reads what the group has assigned. */
  async #take(): Promise<void> {
    const { options, run } = this.#options;
    const assignment = ++this.#assignments;
    const assigned = await this.#assigned();
    const starting = await startingOffsets(this.#consumer, assigned, options, run);
    await this.#commit(starting);
    const partitions = await this.#byLeader(starting);
    if (assignment !== this.#assignments || this.#closing.signal.aborted) return;
    this.#reader = new AssignmentReader({
      consumer: this.#consumer,
      run,
      options,
      shaper: this.#options.shaper,
      lags: this.#lags,
      partitions,
      onFailed: this.#failed.reject,
    });
    run.measure("partitionsAssigned", assigned.length);
    run.connected();
  }

  async #assigned(): Promise<readonly AssignedPartition[]> {
    const { topics } = await this.#consumer.metadata({ topics: this.#consumer.topics.current });
    const assigned = (this.#consumer.assignments ?? []).flatMap(({ topic, partitions }) =>
      partitions.map((partition) => ({ topic, topicId: topics.get(topic)?.id ?? "", partition })),
    );
    if (assigned.length <= SOURCES_MAX) return assigned;
    throw new LakehoseError(
      "too-many-partitions",
      `Expected at most ${SOURCES_MAX} partitions for one stream, which remembers as many positions; got ${assigned.length}. Let more servers share the group, or read fewer topics.`,
    );
  }

  async #byLeader(partitions: readonly StartingPartition[]): Promise<Map<number, StartingPartition[]>> {
    const { topics } = await this.#consumer.metadata({ topics: this.#consumer.topics.current });
    return Map.groupBy(partitions, ({ topic, partition }) => topics.get(topic)?.partitions[partition]?.leader ?? -1);
  }

  /** Before this member joins again, and before it leaves: partitions may be another's in a moment. */
  #release(): Promise<void> {
    this.#releasing ??= this.#finishReading().finally(() => {
      this.#releasing = undefined;
    });
    return this.#releasing;
  }

  async #finishReading(): Promise<void> {
    const { run } = this.#options;
    const reader = this.#reader;
    this.#reader = undefined;
    this.#assignments++;
    if (reader === undefined) return;
    const finished = this.#within(FINISH_MS_MAX, reader.finish());
    await finished.catch((cause) => {
      const what = `The group shares out its partitions anew, and what was fetched could not be appended within ${FINISH_MS_MAX} ms`;
      const error = new LakehoseError("rebalance-unfinished", `${what}; whoever gets them reads it again.`, { cause });
      this.#failed.reject(error);
      throw error;
    });
    this.#lags.clear();
    run.measure("partitionsAssigned", 0);
    await this.#commit(reader.durableOffsets);
    this.#committed.clear();
  }

  async #commitNowAndThen(): Promise<never> {
    for (;;) {
      await this.#options.clock.sleep(COMMIT_MS, this.#closing.signal);
      await this.#commit(this.#reader?.durableOffsets ?? []);
    }
  }

  /**
   * A commit that fails costs nothing here, for the own log knows where to go on. It is not waited for without end: one that
   * finds the group in the middle of sharing out joins again by itself, and that join waits for this very commit.
   */
  async #commit(offsets: AssignmentReader["durableOffsets"]): Promise<void> {
    const changed = offsets.filter(
      ({ topic, partition, offset }) => this.#committed.get(`${topic}/${partition}`) !== offset,
    );
    if (changed.length === 0) return;
    try {
      const leaderEpoch = -1;
      const told = changed.map(({ topic, partition, offset }) => ({ topic, partition, offset, leaderEpoch }));
      await this.#within(COMMIT_MS_MAX, this.#consumer.commit({ offsets: told }));
      for (const { topic, partition, offset } of changed) this.#committed.set(`${topic}/${partition}`, offset);
    } catch {
      this.#options.run.count("commitFailures");
    }
  }

  async #untilChanged(shape: string): Promise<void> {
    const { library, connection, options, clock } = this.#options;
    for (;;) {
      await clock.sleep(LOOK_MS, this.#closing.signal);
      const topics = await findTopics(library, connection, options.topics);
      if ((await this.#topicShape(topics)) !== shape) return;
    }
  }

  /** Changes when a topic comes, goes, is created again or gets partitions. */
  async #topicShape(names: readonly string[]): Promise<string> {
    const { topics } = await this.#consumer.metadata({ topics: [...names], forceUpdate: true });
    return names.map((name) => `${name} ${topics.get(name)?.id} ${topics.get(name)?.partitionsCount}`).join("\n");
  }

  async #end(): Promise<void> {
    const reader = this.#reader;
    this.#reader = undefined;
    void reader?.finish();
    // What is durable is committed, so that lag tools and successors see it, where the cluster can still be reached.
    if (reader !== undefined)
      await this.#within(LAST_COMMIT_MS_MAX, this.#commit(reader.durableOffsets)).catch(() => undefined);
    await closeConsumer(this.#consumer, this.#options.clock);
  }

  async #within<T>(ms: number, promise: Promise<T>): Promise<T> {
    const settled = new AbortController();
    promise.catch(() => undefined);
    const tooLate = this.#options.clock.sleep(ms, settled.signal).then(() => {
      throw new LakehoseError("timeout", `Expected an answer of the cluster within ${ms} ms.`);
    });
    tooLate.catch(() => undefined);
    try {
      return await Promise.race([promise, tooLate]);
    } finally {
      settled.abort();
    }
  }
}
