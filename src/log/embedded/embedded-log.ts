import { join } from "node:path";
import { type Batch, recordCount } from "../../model/records.ts";
import { invariant } from "../../std/assert.ts";
import { readFileWhole, writeFileDurably } from "../../std/write-file.ts";
import { FRAME_KINDS, type Frame } from "../frames/frame.ts";
import { FrameLog, type FrameLogOptions } from "../frames/frame-log.ts";
import type { Appended, AppendRequest, Log, LogLease, LogPartition, LogUsage, RecalledAnswer } from "../log.ts";
import { LogError } from "../log-error.ts";
import { decodeMetadata, encodeMetadata, type FrameMetadata } from "./frame-metadata.ts";
import { RETRY_WINDOW_MS, RetryMemory, retryDigestOf } from "./retry-memory.ts";
import { decodeRetrySnapshot, encodeRetrySnapshot, type RetrySnapshot } from "./retry-snapshot.ts";
import { WatchedWallClock } from "./wall-clock.ts";

/**
 * The log of a stream in segment files of its own folder, one partition. Frames, groups, recovery: `frames/frame-log.ts`.
 *
 * Added here: what one call was (retry digest, answer, source position, origin) travels in the metadata of its frame, and
 * the answers of the last 15 minutes are remembered, so that a repeated call is answered and not stored again. They are
 * found by scanning the end of the log at the start. Before a segment is let go that holds some of them, all are written
 * to `retries.snapshot`, synced.
 */
export type EmbeddedLogOptions = Omit<FrameLogOptions, "partition" | "firstOffset" | "beforeRelease" | "watermark"> & {
  /** Most calls whose answers are remembered. Default 200,000. */
  readonly retryEntriesMax?: number;
};

const PARTITION = 0;
const SNAPSHOT_NAME = "retries.snapshot";
const NO_ANSWER = Buffer.alloc(0);

export class EmbeddedLog implements Log {
  readonly incarnation: string;
  readonly #frames: FrameLog;
  readonly #partition: LogPartition;
  readonly #retries: RetryMemory;
  readonly #wallClock: WatchedWallClock;
  readonly #options: EmbeddedLogOptions;
  /** Calls below this offset are in the snapshot, if they are remembered at all. */
  #snapshotEnd: number;
  /** Calls below this offset have been looked at. Trails the durable end by a few turns, never a whole segment. */
  #rememberedEnd: number;

  /** Makes the log, or recovers it. Throws `LogError` `damaged`, `foreign` or `key-missing`. */
  static async open(options: EmbeddedLogOptions): Promise<EmbeddedLog> {
    const path = join(options.directory, SNAPSHOT_NAME);
    const bytes = await readFileWhole(options.disk, path);
    const snapshot = bytes && decodeRetrySnapshot(bytes, path);
    const witnessOffset = Math.max(options.witnessOffset ?? 0, snapshot?.end ?? 0);
    let log: EmbeddedLog | undefined;
    const beforeRelease = async (endOffset: number) => {
      if (log !== undefined) await log.#saveRetries(endOffset);
    };
    const frames = await FrameLog.open({ ...options, witnessOffset, beforeRelease, partition: PARTITION });
    try {
      log = new EmbeddedLog(frames, options, snapshot);
      await log.#loadRetries(snapshot);
    } catch (error) {
      await frames.close();
      throw error;
    }
    return log;
  }

  private constructor(frames: FrameLog, options: EmbeddedLogOptions, snapshot: RetrySnapshot | undefined) {
    this.incarnation = frames.incarnation;
    this.#frames = frames;
    this.#partition = new EmbeddedPartition(frames);
    this.#retries = new RetryMemory(options.retryEntriesMax);
    this.#options = options;
    this.#snapshotEnd = snapshot?.end ?? 0;
    this.#rememberedEnd = frames.end;
    const { telemetry, label } = options;
    this.#wallClock = new WatchedWallClock(options.clock, (jumpMs) =>
      telemetry.emit("log.clockJumped", { stream: label, jumpMs }),
    );
  }

  partitions(): readonly LogPartition[] {
    return [this.#partition];
  }

  async append(request: AppendRequest): Promise<Appended> {
    const { records, retryKey } = request;
    invariant(recordCount(records) > 0, "an append holds at least one record");
    const retryDigest = retryKey === undefined ? undefined : retryDigestOf(retryKey);
    const appended = await this.#frames.append({
      kind: FRAME_KINDS.records,
      arrivalMs: this.#wallClock.now(),
      metadata: encodeMetadata({ ...request, ...(retryDigest && { retryDigest }) }),
      ends: records.ends,
      payload: records.bytes,
    });
    if (retryDigest !== undefined) {
      const answer = request.answer === undefined ? NO_ANSWER : Buffer.from(request.answer);
      this.#retries.remember(retryDigest, { ...appended, recordCount: recordCount(records), answer });
    }
    this.#rememberedEnd = appended.firstOffset + recordCount(records);
    return { partition: PARTITION, ...appended };
  }

  recall(retryKey: string): RecalledAnswer | undefined {
    const call = this.#retries.recall(retryDigestOf(retryKey));
    return call && { partition: PARTITION, ...call };
  }

  usage(): LogUsage {
    const { bytes, start, end, pendingAppends } = this.#frames;
    return { bytes, start, end, pendingAppends };
  }

  /** Finishes what was appended. Saves the remembered calls, so that the next start need not look for them. */
  async close(): Promise<void> {
    await this.#frames.close();
    // The log is whole without it: the next start finds the calls in the segments.
    await this.#saveRetries(this.#frames.end).catch(() => undefined);
  }

  async #loadRetries(snapshot: RetrySnapshot | undefined): Promise<void> {
    if (snapshot !== undefined && snapshot.incarnation !== this.incarnation) {
      throw new LogError(
        "foreign",
        `${SNAPSHOT_NAME} in ${this.#options.directory} belongs to another incarnation of the log of ${this.#options.label}.`,
      );
    }
    for (const [digest, call] of snapshot?.calls ?? []) this.#retries.remember(digest, call);
    const windowStart = await this.#frames.offsetAtTime(this.#frames.lastArrivalMs - RETRY_WINDOW_MS);
    await this.#frames.scan(Math.max(windowStart, this.#snapshotEnd), (frame) => {
      const { retryDigest, answer } = decodeMetadata(frame.metadata);
      if (retryDigest !== undefined) {
        const { firstOffset, arrivalMs, recordCount } = frame;
        const kept = answer === undefined ? NO_ANSWER : Buffer.from(answer);
        this.#retries.remember(retryDigest, { firstOffset, arrivalMs, recordCount, answer: kept });
      }
      return false;
    });
  }

  async #saveRetries(endOffset: number): Promise<void> {
    if (endOffset <= this.#snapshotEnd) return;
    const { disk, directory } = this.#options;
    const calls = [...this.#retries.entries()];
    const snapshot = { incarnation: this.incarnation, end: this.#rememberedEnd, calls };
    if (calls.length > 0) {
      await writeFileDurably(disk, join(directory, SNAPSHOT_NAME), encodeRetrySnapshot(snapshot));
    }
    this.#snapshotEnd = snapshot.end;
  }
}

class EmbeddedPartition implements LogPartition {
  readonly partition = PARTITION;
  readonly incarnation: string;
  readonly #frames: FrameLog;

  constructor(frames: FrameLog) {
    this.incarnation = frames.incarnation;
    this.#frames = frames;
  }

  get start(): number {
    return this.#frames.start;
  }
  get end(): number {
    return this.#frames.end;
  }
  async read(offset: number, bytesMax: number): Promise<Batch[]> {
    return (await this.#frames.read(offset, bytesMax)).map(batchOf);
  }
  waitBeyond(offset: number, signal: AbortSignal): Promise<void> {
    return this.#frames.waitBeyond(offset, signal);
  }
  bytesFrom(offset: number): number {
    return this.#frames.bytesFrom(offset);
  }
  offsetAtTime(arrivalMs: number): Promise<number> {
    return this.#frames.offsetAtTime(arrivalMs);
  }
  lease(offset: number): LogLease {
    return this.#frames.lease(offset);
  }
  release(offset: number): Promise<void> {
    return this.#frames.release(offset);
  }
}

function batchOf(frame: Frame): Batch {
  const { onlyDelivery, origin }: FrameMetadata = frame.metadata.length === 0 ? {} : decodeMetadata(frame.metadata);
  return {
    partition: PARTITION,
    firstOffset: frame.firstOffset,
    arrivalMs: frame.arrivalMs,
    bytes: frame.payload,
    ends: frame.ends,
    ...(onlyDelivery !== undefined && { onlyDelivery }),
    ...(origin !== undefined && { origin }),
  };
}
