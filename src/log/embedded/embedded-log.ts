import { join } from "node:path";
import { type Batch, recordCount } from "../../model/records.ts";
import { invariant } from "../../std/assert.ts";
import { readFileWhole, writeFileDurably } from "../../std/write-file.ts";
import { FRAME_KINDS, type Frame } from "../frames/frame.ts";
import { FrameLog, type FrameLogOptions } from "../frames/frame-log.ts";
import type { Appended, AppendRequest, Log, LogLease, LogPartition, LogUsage, RecalledAnswer } from "../log.ts";
import { LogError } from "../log-error.ts";
import { decodeMetadata, encodeMetadata, type FrameMetadata } from "./frame-metadata.ts";
import { joinCalls } from "./join-calls.ts";
import { decodeMemorySnapshot, encodeMemorySnapshot, type MemorySnapshot } from "./memory-snapshot.ts";
import { MESSAGE_DIGEST_BYTES, MessageMemory, splitDigests } from "./message-memory.ts";
import { RETRY_WINDOW_MS, RetryMemory, retryDigestOf } from "./retry-memory.ts";
import {
  SOURCE_ID_BYTES_MAX,
  SOURCE_POSITION_BYTES_MAX,
  type SourcePosition,
  SourcePositions,
} from "./source-positions.ts";
import { WatchedWallClock } from "./wall-clock.ts";

/**
 * The log of a stream in segment files of its own folder, one partition. Frames, groups, recovery: `frames/frame-log.ts`.
 *
 * Added here: what one call was (retry digest, answer, source position, message ids, origin) travels in the metadata of its
 * frame. The answers of the last 15 minutes are remembered, so that a repeated call is answered and not stored again; so
 * are the newest position of each source and the ids of the last messages, so that a source goes on behind what is stored.
 * They are found by scanning the metadata in the log at the start. Before a segment is let go that holds some of them, all
 * are written to `memory.snapshot`, synced.
 */
export type EmbeddedLogOptions = Omit<
  FrameLogOptions,
  "partition" | "firstOffset" | "beforeRelease" | "watermark" | "join"
> & {
  /** Most calls whose answers are remembered. Default 200,000. */
  readonly retryEntriesMax?: number;
  /** Most sources whose positions are remembered. Default 10,000. */
  readonly sourcesMax?: number;
  /** Most messages whose ids are remembered. Default 500,000. */
  readonly messagesMax?: number;
};

const PARTITION = 0;
const SNAPSHOT_NAME = "memory.snapshot";
const NO_ANSWER = Buffer.alloc(0);
const APPEND_MESSAGES_MAX = 4_096;

export class EmbeddedLog implements Log {
  readonly incarnation: string;
  readonly #frames: FrameLog;
  readonly #partition: LogPartition;
  readonly #retries: RetryMemory;
  readonly #sources: SourcePositions;
  readonly #messages: MessageMemory;
  readonly #wallClock: WatchedWallClock;
  readonly #options: EmbeddedLogOptions;
  /** What is remembered of frames below this offset is in the snapshot. */
  #snapshotEnd: number;
  /** Frames below this offset have been looked at. Trails the durable end by a few turns, never a whole segment. */
  #rememberedEnd: number;

  /** Makes the log, or recovers it. Throws `LogError` `damaged`, `foreign` or `key-missing`. */
  static async open(options: EmbeddedLogOptions): Promise<EmbeddedLog> {
    const path = join(options.directory, SNAPSHOT_NAME);
    const bytes = await readFileWhole(options.disk, path);
    const snapshot = bytes && decodeMemorySnapshot(bytes, path);
    const witnessOffset = Math.max(options.witnessOffset ?? 0, snapshot?.end ?? 0);
    let log: EmbeddedLog | undefined;
    const beforeRelease = async (endOffset: number) => {
      if (log !== undefined) await log.#saveMemory(endOffset);
    };
    const frames = await FrameLog.open({
      ...options,
      witnessOffset,
      beforeRelease,
      partition: PARTITION,
      join: joinCalls,
    });
    try {
      log = new EmbeddedLog(frames, options, snapshot);
      await log.#loadMemory(snapshot);
    } catch (error) {
      await frames.close();
      throw error;
    }
    return log;
  }

  private constructor(frames: FrameLog, options: EmbeddedLogOptions, snapshot: MemorySnapshot | undefined) {
    this.incarnation = frames.incarnation;
    this.#frames = frames;
    this.#partition = new EmbeddedPartition(frames);
    this.#retries = new RetryMemory(options.retryEntriesMax);
    this.#sources = new SourcePositions(options.sourcesMax);
    this.#messages = new MessageMemory(options.messagesMax);
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
    const { records, retryKey, source, messages, onlyDelivery, origin } = request;
    invariant(recordCount(records) > 0, "an append holds at least one record");
    if (source !== undefined) refuseLargeSource(source);
    if (messages !== undefined) refuseManyMessages(messages);
    const retryDigest = retryKey === undefined ? undefined : retryDigestOf(retryKey);
    const appended = await this.#frames.append({
      kind: FRAME_KINDS.records,
      arrivalMs: this.#wallClock.now(),
      metadata: encodeMetadata({ ...request, ...(retryDigest && { retryDigest }) }),
      ends: records.ends,
      payload: records.bytes,
      joinable: [source, messages, onlyDelivery, origin].every((own) => own === undefined),
    });
    if (retryDigest !== undefined) {
      const answer = request.answer === undefined ? NO_ANSWER : Buffer.from(request.answer);
      this.#retries.remember(retryDigest, { ...appended, recordCount: recordCount(records), answer });
    }
    if (source !== undefined) {
      const { firstOffset } = appended;
      this.#rememberSource(source.id, { firstOffset, position: Buffer.from(source.position) });
    }
    if (messages !== undefined) this.#rememberMessages(messages);
    this.#rememberedEnd = appended.firstOffset + recordCount(records);
    return { partition: PARTITION, ...appended };
  }

  recall(retryKey: string): RecalledAnswer | undefined {
    const call = this.#retries.recall(retryDigestOf(retryKey));
    return call && { partition: PARTITION, ...call };
  }

  sourcePosition(sourceId: string): Uint8Array | undefined {
    return this.#sources.get(sourceId);
  }

  holdsMessage(digest: Buffer): boolean {
    return this.#messages.has(digest);
  }

  usage(): LogUsage {
    const { bytes, start, end, pendingAppends } = this.#frames;
    return { bytes, start, end, pendingAppends };
  }

  /** Finishes what was appended. Saves what is remembered, so that the next start need not look for it. */
  async close(): Promise<void> {
    await this.#frames.close();
    // The log is whole without it: the next start finds all of it in the segments.
    await this.#saveMemory(this.#frames.end).catch(() => undefined);
  }

  async #loadMemory(snapshot: MemorySnapshot | undefined): Promise<void> {
    if (snapshot !== undefined && snapshot.incarnation !== this.incarnation) {
      throw new LogError(
        "foreign",
        `${SNAPSHOT_NAME} in ${this.#options.directory} belongs to another incarnation of the log of ${this.#options.label}.`,
      );
    }
    for (const [digest, call] of snapshot?.calls ?? []) this.#retries.remember(digest, call);
    for (const [id, position] of snapshot?.sources ?? []) this.#rememberSource(id, position);
    if (snapshot !== undefined) this.#rememberMessages(splitDigests(snapshot.messages));
    await this.#frames.scan(this.#snapshotEnd, (frame) => {
      const { firstOffset, recordCount } = frame;
      const metadata = decodeMetadata(frame.metadata);
      if (metadata.source !== undefined) {
        const { id, position } = metadata.source;
        this.#rememberSource(id, { firstOffset, position: Buffer.from(position) });
      }
      if (metadata.messages !== undefined) this.#rememberMessages(metadata.messages);
      if (frame.arrivalMs < this.#frames.lastArrivalMs - RETRY_WINDOW_MS) return false;
      this.#rememberCall(metadata, frame.arrivalMs, firstOffset, recordCount);
      for (const { firstRecord, recordCount: records, metadata: own } of metadata.calls ?? []) {
        this.#rememberCall(decodeMetadata(own), frame.arrivalMs, firstOffset + firstRecord, records);
      }
      return false;
    });
  }

  #rememberCall(metadata: FrameMetadata, arrivalMs: number, firstOffset: number, recordCount: number): void {
    const { retryDigest, answer } = metadata;
    if (retryDigest === undefined) return;
    const kept = answer === undefined ? NO_ANSWER : Buffer.from(answer);
    this.#retries.remember(Buffer.from(retryDigest), { firstOffset, arrivalMs, recordCount, answer: kept });
  }

  #rememberSource(id: string, position: SourcePosition): void {
    const { telemetry, label } = this.#options;
    for (const source of this.#sources.remember(id, position)) {
      telemetry.emit("log.sourceForgotten", { stream: label, source });
    }
  }

  #rememberMessages(digests: readonly Buffer[]): void {
    for (const digest of digests) this.#messages.remember(digest);
  }

  async #saveMemory(endOffset: number): Promise<void> {
    if (endOffset <= this.#snapshotEnd) return;
    const { disk, directory } = this.#options;
    const snapshot = {
      incarnation: this.incarnation,
      end: this.#rememberedEnd,
      calls: [...this.#retries.entries()],
      sources: [...this.#sources.entries()],
      messages: this.#messages.digests(),
    };
    if (snapshot.calls.length > 0 || snapshot.sources.length > 0 || snapshot.messages.length > 0) {
      await writeFileDurably(disk, join(directory, SNAPSHOT_NAME), encodeMemorySnapshot(snapshot));
    }
    this.#snapshotEnd = snapshot.end;
  }
}

/** What is remembered for ever has to be small. */
function refuseLargeSource({ id, position }: { readonly id: string; readonly position: Uint8Array }): void {
  const idBytes = Buffer.byteLength(id);
  if (idBytes > 0 && idBytes <= SOURCE_ID_BYTES_MAX && position.byteLength <= SOURCE_POSITION_BYTES_MAX) return;
  throw new LogError(
    "too-large",
    `A source has an id of 1 to ${SOURCE_ID_BYTES_MAX} bytes and a position of at most ${SOURCE_POSITION_BYTES_MAX}, got ${idBytes} and ${position.byteLength}.`,
  );
}

/** The frame's metadata has to stay small beside its records, and a digest is found by all its bytes. */
function refuseManyMessages(messages: readonly Buffer[]): void {
  const whole = messages.every(({ length }) => length === MESSAGE_DIGEST_BYTES);
  if (whole && messages.length <= APPEND_MESSAGES_MAX) return;
  throw new LogError(
    "too-large",
    `An append names at most ${APPEND_MESSAGES_MAX} messages by digests of ${MESSAGE_DIGEST_BYTES} bytes, got ${messages.length}.`,
  );
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
  recycle(batches: readonly Batch[]): void {
    this.#frames.recycle(batches.map((batch) => batch.bytes));
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
    crc: frame.payloadCrc,
    ...(onlyDelivery !== undefined && { onlyDelivery }),
    ...(origin !== undefined && { origin }),
  };
}
