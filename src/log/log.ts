import type { Batch, PackedRecords, RecordOrigin } from "../model/records.ts";

/**
 * The log of one delivery stream: a durable, ordered store of accepted records. Two implementations: `embedded/`
 * (segment files, group commit) and, later, Kafka. This is all that intake, sources and deliveries know of it.
 *
 * Life: intake appends; the promise of `append` is the acknowledgement, nothing is promised before it resolves.
 * Deliveries read below the durable end only. When all deliveries of the stream hold on to nothing below a position,
 * `release` lets whole segments behind it go. Offsets rise strictly and are never given out twice.
 */
export interface Log {
  /** Random, drawn when the log was first made; never the stream's name. 32 hex digits. */
  readonly incarnation: string;
  /** Partitions that this process owns. The embedded log has one, 0, for ever. */
  partitions(): readonly LogPartition[];

  /**
   * Makes records durable. Resolves when their bytes are on disk (or acknowledged by all in-sync replicas); rejects with
   * a `LogError` when they are not and never will be. What is accepted of one call is one frame in one partition.
   */
  append(request: AppendRequest): Promise<Appended>;

  /** The answer that was stored under `retryKey`, while it is inside the window (15 minutes, bounded count). */
  recall(retryKey: string): RecalledAnswer | undefined;

  /**
   * The newest durable position that was appended for a source of this stream; it outlives the records. A bounded number
   * of sources is remembered, those that appended last.
   */
  sourcePosition(sourceId: string): Uint8Array | undefined;

  /**
   * Whether a message of this id is stored: one of the last of the stream that brought ids, in a bounded number. It
   * outlives the record.
   */
  holdsMessage(digest: Buffer): boolean;

  usage(): LogUsage;
  close(): Promise<void>;
}

export interface LogPartition extends LogReader {
  /** Lets go of all below `offset`: whole segments that no lease and no retention setting keeps. Idempotent. */
  release(offset: number): Promise<void>;
}

/** The reading half, all that a delivery is handed. */
export interface LogReader {
  readonly partition: number;
  readonly incarnation: string;
  /** Offset of the oldest record that can still be read. */
  readonly start: number;
  /** One past the last durable record: nobody reads at or beyond it. */
  readonly end: number;
  /**
   * Reads whole batches from `offset` on, verified against their checksums. Resolves to at least one batch when `offset`
   * is below `end`, to none at `end`. The first batch may begin below `offset` when `offset` lies inside it, and above
   * it after offsets that were skipped (a failed sync group). Throws `LogError` `offset-released` below `start`.
   */
  read(offset: number, bytesMax: number): Promise<Batch[]>;
  /** Takes the memory of batches back for later reads. Nobody may look at them, or at views of them, any more. */
  recycle(batches: readonly Batch[]): void;
  /** Resolves once `end` is beyond `offset`; rejects with the signal's reason when aborted. */
  waitBeyond(offset: number, signal: AbortSignal): Promise<void>;
  /** Bytes of log between `offset` and the durable end, to segment granularity: what a replay from there would read. */
  bytesFrom(offset: number): number;
  /** Offset of the first record that arrived at or after `arrivalMs`; `end` when none did. */
  offsetAtTime(arrivalMs: number): Promise<number>;
  /** Keeps everything from `offset` on readable until released, whatever `release` says. */
  lease(offset: number): LogLease;
}

export interface LogLease {
  /** Moves the lease forward. */
  advance(offset: number): void;
  release(): void;
}

export interface AppendRequest {
  readonly records: PackedRecords;
  /** Identity of the producer's call; the same key finds `answer` again through `recall`. */
  readonly retryKey?: string;
  /** What the producer was told beside the offsets: which records of the call were refused, and why. Opaque to the log. */
  readonly answer?: Uint8Array;
  /** How far a pull source has come upstream, stored in the same frame: the records and this, or neither. */
  readonly source?: SourceProgress;
  /** Digests of the ids of upstream messages that the records are, 16 bytes each, at most 4,096: see `holdsMessage`. */
  readonly messages?: readonly Buffer[];
  readonly onlyDelivery?: string;
  readonly origin?: RecordOrigin;
}

export interface SourceProgress {
  /** Names the source within its stream, at most 512 bytes. */
  readonly id: string;
  /** Opaque to the log, at most 64 KiB. */
  readonly position: Uint8Array;
}

export interface Appended {
  readonly partition: number;
  readonly firstOffset: number;
  readonly arrivalMs: number;
}

export interface RecalledAnswer extends Appended {
  readonly recordCount: number;
  readonly answer: Uint8Array;
}

export interface LogUsage {
  /** Bytes on disk that belong to this log and are not free for reuse. */
  readonly bytes: number;
  readonly start: number;
  readonly end: number;
  /** Appends that wait for their sync. */
  readonly pendingAppends: number;
}
