import { backoffMs } from "../../std/backoff.ts";
import type { Clock } from "../../std/clock.ts";
import type { Random } from "../../std/random.ts";
import type { SourceRun } from "../source-kind.ts";
import type { AnswerRoom } from "./answer-room.ts";
import type { ShardPlaces } from "./shard-places.ts";
import type { ShardAnswer, ShardedUpstream, ShardRecord, ShardStart } from "./sharded-upstream.ts";

export interface ShardReaderOptions {
  readonly shard: string;
  readonly upstream: ShardedUpstream;
  readonly places: ShardPlaces;
  readonly room: AnswerRoom;
  /** From the begin of one read of the shard to that of the next. */
  readonly pollIntervalMs: number;
  readonly run: Pick<SourceRun, "signal" | "count" | "warn">;
  readonly onBehind: (millisBehindLatest: number) => void;
  readonly clock: Clock;
  readonly random: Random;
}

/** Large enough that syncs are few, small beside the bytes in flight that the server allows. */
const APPEND_BYTES_MAX = 4 * 1024 * 1024;

/** Other consumers share the five reads a second of a shard; past this wait a shard would fall behind for long. */
const THROTTLED_WAIT_MS_MAX = 10_000;

/** Reads one shard, record after record, until it ends; what it has taken before is stored before it reads on. */
export class ShardReader {
  readonly #options: ShardReaderOptions;
  #from: ShardStart;
  #iterator: string | undefined;
  /** Calls in a row that were refused for being too many. */
  #throttled = 0;

  constructor(options: ShardReaderOptions) {
    this.#options = options;
    this.#from = options.places.startOf(options.shard);
  }

  /** Resolves when everything up to the end of the shard is taken. Rejects when the signal is aborted, and with what ends the attempt. */
  async read(): Promise<void> {
    const { shard, places, room, pollIntervalMs, run, clock, onBehind } = this.#options;
    for (;;) {
      const began = clock.monotonic();
      await room.wait(run.signal);
      const answer = await this.#answer();
      if (answer !== undefined) {
        onBehind(answer.millisBehindLatest);
        await room.hold(bytesOf(answer), () => this.#take(answer));
        if (this.#iterator === undefined) return await places.end(shard);
      }
      const wait = this.#throttled > 0 ? this.#throttledWaitMs() : began + pollIntervalMs - clock.monotonic();
      if (wait > 0) await clock.sleep(wait, run.signal);
      run.signal.throwIfAborted();
    }
  }

  /** `undefined` where something stood in the way that another call will get past. */
  async #answer(): Promise<ShardAnswer | undefined> {
    const { shard, upstream, places, run } = this.#options;
    try {
      this.#iterator ??= await upstream.openIterator(shard, this.#from);
      if (this.#iterator === undefined) return { records: [], millisBehindLatest: 0 };
      const answer = await upstream.read(shard, this.#iterator, places.since);
      this.#throttled = 0;
      run.count("readCalls");
      if (answer.records.length === 0) run.count("emptyReads");
      return answer;
    } catch (error) {
      this.#onFault(error);
      return undefined;
    }
  }

  #onFault(error: unknown): void {
    const { upstream, run } = this.#options;
    const fault = upstream.faultOf(error);
    if (fault === undefined) throw error;
    if (fault === "throttled") this.#onThrottled();
    else this.#iterator = undefined;
    if (fault === "expired") run.count("expiredIterators");
    if (fault === "trimmed") this.#onTrimmed();
  }

  #onThrottled(): void {
    this.#throttled++;
    this.#options.run.count("throttledReads");
  }

  #onTrimmed(): void {
    const { shard, run } = this.#options;
    const what = `Records of ${shard} were deleted before they were read`;
    run.count("shardsTrimmed");
    run.warn("shard-trimmed", `${what}. Reading goes on at the oldest one that is left.`);
    this.#from = { oldest: true };
  }

  #throttledWaitMs(): number {
    const { pollIntervalMs, random } = this.#options;
    return backoffMs(this.#throttled, random, { firstMs: pollIntervalMs, maxMs: THROTTLED_WAIT_MS_MAX });
  }

  async #take({ records, next }: ShardAnswer): Promise<void> {
    const { shard, places } = this.#options;
    for (const piece of pieces(records)) {
      const behind = piece.at(-1)?.sequenceNumber ?? "";
      await places.move(
        shard,
        piece.flatMap((one) => one.records),
        behind,
      );
      this.#from = { after: behind };
    }
    this.#iterator = next;
  }
}

function bytesOf({ records }: ShardAnswer): number {
  return records.reduce((sum, record) => sum + recordBytes(record), 0);
}

function recordBytes({ records }: ShardRecord): number {
  return records.reduce((sum, bytes) => sum + bytes.length, 0);
}

/** Runs of records, each small enough for one append, or of one that is larger than that. */
function* pieces(records: readonly ShardRecord[]): Generator<readonly ShardRecord[]> {
  let piece: ShardRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const more = recordBytes(record);
    if (piece.length > 0 && bytes + more > APPEND_BYTES_MAX) {
      yield piece;
      piece = [];
      bytes = 0;
    }
    piece.push(record);
    bytes += more;
  }
  if (piece.length > 0) yield piece;
}
