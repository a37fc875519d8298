import type { Clock } from "../../std/clock.ts";
import type { Random } from "../../std/random.ts";
import type { SourceRun } from "../source-kind.ts";
import { AnswerRoom } from "./answer-room.ts";
import { ShardPlaces, type StreamStart } from "./shard-places.ts";
import { ShardReader } from "./shard-reader.ts";
import type { Shard, ShardedUpstream } from "./sharded-upstream.ts";

/**
 * All shards of a stream, each at its own pace. A shard that was split or merged ends, and its children begin once all their
 * parents are read to the end and that is durable: so records of one partition key keep their order, whichever shards they
 * went through, and a restart knows from positions alone where to go on.
 */
export interface ReadShardsOptions {
  readonly upstream: ShardedUpstream;
  readonly start: StreamStart;
  readonly pollIntervalMs: number;
  readonly run: SourceRun;
  readonly clock: Clock;
  readonly random: Random;
}

/** Children show up together with the end of their parents, so this is for streams that do otherwise. */
const LIST_INTERVAL_MS = 60_000;
/** While a shard has ended and its children are not known. */
const LIST_SOON_INTERVAL_MS = 1_000;

export interface ReadStreamOptions extends Omit<ReadShardsOptions, "upstream"> {
  readonly open: () => Promise<ShardedUpstream & { close(): void }>;
}

/** Opens the stream for as long as its shards are read. */
export async function readStream({
  open,
  start,
  pollIntervalMs,
  run,
  clock,
  random,
}: ReadStreamOptions): Promise<never> {
  const upstream = await open();
  try {
    return await readShards({ upstream, start, pollIntervalMs, run, clock, random });
  } finally {
    upstream.close();
  }
}

/** Resolves never: rejects when the signal is aborted, or with what ends this attempt. */
export async function readShards(options: ReadShardsOptions): Promise<never> {
  const ended = new AbortController();
  const signal = AbortSignal.any([options.run.signal, ended.signal]);
  const reading = new ShardsReading({ ...options, run: { ...options.run, signal } }, (error) => ended.abort(error));
  try {
    return await reading.run();
  } finally {
    ended.abort(new Error("This attempt to read has ended."));
    await reading.settled();
  }
}

class ShardsReading {
  readonly #options: ReadShardsOptions;
  readonly #onFailed: (error: unknown) => void;
  readonly #places: ShardPlaces;
  readonly #room = new AnswerRoom();
  /** Of all shards that were begun in this attempt. */
  readonly #readers = new Map<string, Promise<void>>();
  readonly #behind = new Map<string, number>();
  #listAgain = new AbortController();

  constructor(options: ReadShardsOptions, onFailed: (error: unknown) => void) {
    this.#options = options;
    this.#onFailed = onFailed;
    const { inlet, signal } = options.run;
    this.#places = new ShardPlaces({ ...options, inlet, signal });
  }

  async run(): Promise<never> {
    const { upstream, run, clock } = this.#options;
    let shards = await upstream.listShards();
    this.#places.open(shards);
    run.connected();
    for (;;) {
      this.#listAgain = new AbortController();
      for (const { id } of this.#places.readable(shards)) if (!this.#readers.has(id)) this.#begin(id);
      if (this.#behind.size === 0) await upstream.exhausted?.();
      const intervalMs = this.#isGrowing(shards) ? LIST_SOON_INTERVAL_MS : LIST_INTERVAL_MS;
      await clock.sleep(intervalMs, AbortSignal.any([run.signal, this.#listAgain.signal])).catch(() => undefined);
      run.signal.throwIfAborted();
      shards = (await this.#list()) ?? shards;
    }
  }

  /** `undefined` when too many ask: the next time is soon enough. */
  async #list(): Promise<readonly Shard[] | undefined> {
    const { upstream, run } = this.#options;
    try {
      return await upstream.listShards();
    } catch (error) {
      if (upstream.faultOf(error) !== "throttled") throw error;
      run.count("throttledLists");
      return undefined;
    }
  }

  /** Resolves once no shard is read any more. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#readers.values());
  }

  #begin(shard: string): void {
    const onBehind = (millisBehindLatest: number) => {
      this.#behind.set(shard, millisBehindLatest);
      this.#tell();
    };
    const reader = new ShardReader({ ...this.#options, shard, places: this.#places, room: this.#room, onBehind });
    const ended = reader.read().then(
      () => {
        this.#behind.delete(shard);
        this.#tell();
        this.#listAgain.abort();
      },
      (error) => this.#onFailed(error),
    );
    this.#readers.set(shard, ended);
    this.#behind.set(shard, 0);
    this.#tell();
  }

  #isGrowing(shards: readonly Shard[]): boolean {
    const parents = new Set(shards.flatMap((shard) => shard.parents));
    return shards.some(({ id }) => this.#readers.has(id) && !this.#behind.has(id) && !parents.has(id));
  }

  #tell(): void {
    const { run } = this.#options;
    run.measure("millisBehindLatest", Math.max(0, ...this.#behind.values()));
    run.measure("shards", this.#behind.size);
  }
}
