import { invariant } from "../../std/assert.ts";
import { Notifier } from "../../std/notifier.ts";
import type { LogLease } from "../log.ts";
import { LogError } from "../log-error.ts";
import { FRAME_KINDS, type Frame, type FrameInput, type JoinedFrame } from "./frame.ts";
import { alignUp, BLOCK_BYTES, FRAME_BYTES_MAX, SEGMENT_BYTES } from "./frame-limits.ts";
import type { FrameLogOptions } from "./frame-log-options.ts";
import { findStart } from "./log-start.ts";
import type { Segment } from "./segment.ts";
import { firstPlace } from "./segment-cursor.ts";
import { SegmentFiles } from "./segment-files.ts";
import { SegmentKeeper } from "./segment-keeper.ts";
import { type FrameSummary, SegmentReader } from "./segment-reader.ts";
import { SegmentWriter } from "./segment-writer.ts";
import { frameBytesFor, type SyncGroup, withBodyCrc } from "./sync-group.ts";

export type { FrameLogOptions } from "./frame-log-options.ts";

/** New blocks cost up to ten times as much as blocks that exist (measured), so a busy log keeps what it let go of within a second. */
const SPARES_MAX = 12;

/** Idle time after which the last group gets its witness. */
const WATERMARK_IDLE_MS = 100;

interface PendingAppend {
  readonly input: FrameInput;
  readonly resolve: (appended: { firstOffset: number; arrivalMs: number }) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A durable, ordered sequence of frames in one folder: under the stream's log, the delivery journal and the staging log.
 *
 * Constraints: acknowledged means synced; nobody reads what is not; offsets are never given out twice, also not those of
 * appends that failed; what a crash leaves is told apart exactly (torn: cut, damaged: refused); nothing that was
 * acknowledged is ever written over; files are reused without their old content coming back.
 *
 * Layout: segment files of fixed capacity, in each a header block and then sync groups, each group on a block border,
 * frames one after another inside. Byte by byte in `docs/internals/log-format.md`.
 *
 * Write: one write and one sync in flight; all appends that arrive meanwhile form the next group. Read: below the durable
 * end, verified each time. Recovery: see `recovery.ts`; failures of the disk: see `segment-writer.ts`.
 */
export class FrameLog {
  /** Random, drawn when the log was first made; 32 hex digits. */
  readonly incarnation: string;
  readonly #options: FrameLogOptions;
  readonly #segments: Segment[];
  readonly #writer: SegmentWriter;
  readonly #reader: SegmentReader;
  readonly #keeper: SegmentKeeper;
  readonly #moved = new Notifier();
  readonly #closing = new AbortController();
  #pending: PendingAppend[] = [];
  #inFlight = 0;
  #flushing: Promise<void> | undefined;
  #groups = 0;
  /** The last group has no witness yet that it was durable. */
  #unproven = false;
  #waitingForIdle = false;

  /** Makes the log, or recovers it. Throws `LogError` `damaged`, `foreign` or `key-missing`. */
  static async open(options: FrameLogOptions): Promise<FrameLog> {
    const segmentBytes = alignUp(options.segmentBytes ?? SEGMENT_BYTES, BLOCK_BYTES);
    invariant(segmentBytes > BLOCK_BYTES, "a segment holds more than its header");
    const files = new SegmentFiles(options.disk, options.directory, {
      segmentBytes,
      sparesMax: options.sparesMax ?? SPARES_MAX,
      clock: options.clock,
    });
    const numbers = await files.open();
    const segments: Segment[] = [];
    const start = await findStart(files, numbers, options, segments);
    const incarnation = segments[0]?.header.incarnation ?? options.random.bytes(16).toString("hex");
    const { random, telemetry, label, streamUid, partition = 0, keyRing, encrypted = () => false } = options;
    const writer = new SegmentWriter(
      { random, telemetry, label, incarnation, streamUid, partition, segmentBytes, keyRing, encrypted },
      files,
      segments,
      { place: start.end, durableEnd: start.durableEnd, arrivalMs: start.arrivalMs },
    );
    const fresh = segments.length === 0;
    const rewrittenBytes = fresh || start.unproven.length > 0 ? await writer.begin(start.unproven) : 0;
    if (!fresh && options.skippedOffsets !== undefined) await writer.skipOffsets(options.skippedOffsets);
    const log = new FrameLog(options, { incarnation, segments, writer, files });
    if (!fresh) telemetry.emit("log.recovered", { stream: label, start: log.start, end: log.end, rewrittenBytes });
    return log;
  }

  private constructor(
    options: FrameLogOptions,
    parts: { incarnation: string; segments: Segment[]; writer: SegmentWriter; files: SegmentFiles },
  ) {
    this.incarnation = parts.incarnation;
    this.#options = options;
    this.#segments = parts.segments;
    this.#writer = parts.writer;
    this.#reader = new SegmentReader(options.disk, parts.files, () => this.#keeper.readerLeft());
    this.#keeper = new SegmentKeeper({
      segments: parts.segments,
      files: parts.files,
      reader: this.#reader,
      clock: options.clock,
      telemetry: options.telemetry,
      label: options.label,
      retention: options.retention,
      beforeRelease: options.beforeRelease,
    });
  }

  /** Offset of the oldest frame that can still be read. */
  get start(): number {
    // Offsets that failed appends took may lie before the base of a segment. Nobody missed anything there, so whoever
    // stands at their beginning may read on, released segments or not.
    return Math.min(this.end, this.#segments[0]?.header.previousEndOffset ?? 0);
  }

  /** One past the last durable offset. */
  get end(): number {
    return this.#writer.durableEnd;
  }

  /** Arrival of the last durable frame, or when the log was made. */
  get lastArrivalMs(): number {
    return this.#writer.arrivalMs;
  }

  /**
   * Bytes of the log that are not free for reuse. What was released in the last segment does not count, although its file
   * stays: a stream whose budget is smaller than a segment would else refuse records for good with nothing left to deliver.
   */
  get bytes(): number {
    const bytes = this.#segments.reduce((sum, segment) => sum + segment.validLength, 0);
    const last = this.#segments.at(-1);
    return last === undefined ? bytes : bytes - this.#releasedBytes(last);
  }

  /** Appends that wait for their sync. */
  get pendingAppends(): number {
    return this.#pending.length + this.#inFlight;
  }

  /** Resolves when the frame is durable; its buffers must not change before. Rejects with a `LogError`. */
  append(input: FrameInput): Promise<{ firstOffset: number; arrivalMs: number }> {
    invariant(input.ends.length > 0, "a frame holds at least one record");
    invariant(input.ends.at(-1) === input.payload.byteLength, "the last record ends where the payload ends");
    const refusal = this.#refusal(input);
    if (refusal !== undefined) return Promise.reject(refusal);
    const ready = this.#options.encrypted?.() ? input : withBodyCrc(input);
    return new Promise((resolve, reject) => this.#enqueue({ input: ready, resolve, reject }));
  }

  /**
   * Whole frames from the one that holds `offset`, in order, about `bytesMax` of payload and at least one; none at `end`.
   * The first begins above `offset` where offsets were skipped. Throws `offset-released` below `start`, `damaged` when
   * bytes are not what was written.
   */
  async read(offset: number, bytesMax: number): Promise<Frame[]> {
    if (offset < this.start) {
      throw new LogError(
        "offset-released",
        `Offset ${offset} of the log of ${this.#options.label} was released; the oldest that is left is ${this.start}.`,
      );
    }
    // An empty segment behind skipped offsets ends above the durable end, and holds nothing to read.
    if (offset >= this.end) return [];
    const segment = this.#segments.find((candidate) => candidate.endOffset > offset);
    return segment === undefined ? [] : this.#reader.read(segment, offset, bytesMax);
  }

  /** Takes the memory of what `read` gave back for later reads; nobody may look at it, or at views of it, any more. */
  recycle(payloads: readonly Buffer[]): void {
    this.#reader.recycle(payloads);
  }

  /** Calls `visit` for each frame from `offset` on until it returns true. Payloads are jumped over, metadata unverified. */
  async scan(offset: number, visit: (frame: FrameSummary) => boolean): Promise<void> {
    for (const segment of [...this.#segments]) {
      // Segments may be released while earlier ones are scanned.
      if (segment.endOffset <= offset || !this.#segments.includes(segment)) continue;
      if (await this.#reader.scan(segment, offset, visit)) return;
    }
  }

  /** Resolves once `end` is beyond `offset`; rejects with the signal's reason, or with `closed`. */
  async waitBeyond(offset: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    while (this.end <= offset) {
      if (this.#closing.signal.aborted) throw this.#closed();
      await this.#moved.wait(signal);
    }
  }

  /** Lets go of whole segments below `offset` that no lease and no retention keeps. */
  release(offset: number): Promise<void> {
    return this.#keeper.release(offset);
  }

  lease(offset: number): LogLease {
    return this.#keeper.lease(offset);
  }

  bytesFrom(offset: number): number {
    let bytes = 0;
    for (const segment of this.#segments) {
      if (segment.endOffset <= offset) continue;
      const from = segment.header.baseOffset >= offset ? firstPlace(segment.header) : segment.placeBefore(offset);
      bytes += segment.validLength - from.position;
    }
    return bytes;
  }

  /** Offset of the first frame that arrived at or after `arrivalMs`; `end` when none did. */
  async offsetAtTime(arrivalMs: number): Promise<number> {
    const { end } = this;
    const segments = [...this.#segments];
    for (const [index, segment] of segments.entries()) {
      const next = segments[index + 1];
      if (next !== undefined && next.header.createdAt < arrivalMs) continue;
      if (!this.#segments.includes(segment)) continue;
      let found: number | undefined;
      await this.#reader.scan(segment, segment.header.baseOffset, (frame) => {
        if (frame.arrivalMs >= arrivalMs) found = frame.firstOffset;
        return found !== undefined;
      });
      if (found !== undefined) return found;
    }
    return end;
  }

  /** Finishes what was appended, proves it, and closes all files. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(this.#closed());
    await this.#flushing;
    if (this.#unproven && this.#writer.canProve) {
      // Without this frame the next start copies the last group: slower, as safe.
      await this.#writer.commit([WATERMARK]).catch(() => undefined);
    }
    await this.#keeper.close();
    await this.#reader.close();
    await this.#writer.close();
    this.#moved.notify();
  }

  #releasedBytes(segment: Segment): number {
    const { releasedTo } = this.#keeper;
    const begin = firstPlace(segment.header).position;
    if (releasedTo >= segment.endOffset) return segment.validLength - begin;
    return segment.placeBefore(releasedTo).position - begin;
  }

  #refusal(input: FrameInput): LogError | undefined {
    if (this.#closing.signal.aborted || this.#writer.failure !== undefined) return this.#closed();
    const bytes = frameBytesFor(input, true);
    if (bytes <= FRAME_BYTES_MAX) return undefined;
    return new LogError(
      "too-large",
      `A frame takes at most ${FRAME_BYTES_MAX} bytes, got ${bytes}. Send less at once.`,
    );
  }

  #enqueue(append: PendingAppend): void {
    this.#pending.push(append);
    this.#flushing ??= this.#flush();
  }

  async #flush(): Promise<void> {
    // What is appended in the same turn of the event loop shares the first group.
    await Promise.resolve();
    while (this.#pending.length > 0) {
      const group = this.#pending.splice(0, this.#writer.fit(this.#pending));
      this.#inFlight = group.length;
      const failure = await this.#commit(group);
      this.#inFlight = 0;
      if (failure !== undefined && this.#options.ordered) this.#rejectAll(failure);
      if (this.#writer.failure !== undefined) this.#rejectAll(this.#closed());
    }
    this.#flushing = undefined;
    if (this.#unproven && !this.#waitingForIdle) void this.#proveWhenIdle();
  }

  /** Answers a group; resolves to what it failed with, if it did. */
  async #commit(appends: readonly PendingAppend[]): Promise<unknown> {
    const { clock, telemetry, label } = this.#options;
    const startedAt = clock.monotonic();
    const inputs = appends.map((append) => append.input);
    const joined = this.#options.join?.(inputs) ?? inputs.map((input) => ({ input, recordsBefore: ALONE }));
    let group: SyncGroup;
    try {
      group = await this.#writer.commit(joined.map(({ input }) => input));
    } catch (error) {
      for (const append of appends) append.reject(error);
      return error;
    }
    this.#groups++;
    this.#unproven = appends.some((append) => append.input !== WATERMARK);
    answer(appends, joined, group);
    this.#moved.notify();
    const syncMs = clock.monotonic() - startedAt;
    telemetry.emit("log.groupSynced", { stream: label, appends: appends.length, bytes: group.bytes, syncMs });
    return undefined;
  }

  #rejectAll(error: unknown): void {
    const waiting = this.#pending;
    this.#pending = [];
    for (const append of waiting) append.reject(error);
  }

  /** After a while without appends, writes a frame that proves the last group; one attempt, then the log is quiet. */
  async #proveWhenIdle(): Promise<void> {
    if (this.#options.watermark === false) return;
    this.#waitingForIdle = true;
    try {
      for (let seen = -1; seen !== this.#groups; ) {
        seen = this.#groups;
        await this.#options.clock.sleep(WATERMARK_IDLE_MS, this.#closing.signal);
      }
    } catch {
      return; // Closing: `close` proves the last group itself.
    } finally {
      this.#waitingForIdle = false;
    }
    if (this.#unproven && this.#flushing === undefined && this.#writer.canProve) {
      this.#enqueue({ input: WATERMARK, resolve: () => undefined, reject: () => undefined });
    }
  }

  #closed(): LogError {
    return new LogError("closed", `The log of ${this.#options.label} is closed.`, { cause: this.#writer.failure });
  }
}

/** Tells each append where its records stand. */
function answer(appends: readonly PendingAppend[], joined: readonly JoinedFrame[], group: SyncGroup): void {
  let next = 0;
  for (const [index, { recordsBefore }] of joined.entries()) {
    const frame = group.frames[index];
    invariant(frame !== undefined, "a group holds every frame that was asked for");
    for (const before of recordsBefore) {
      appends[next++]?.resolve({ firstOffset: frame.place.offset + before, arrivalMs: frame.arrivalMs });
    }
  }
  invariant(next === appends.length, "every append stands in a frame");
}

const ALONE: readonly number[] = [0];

const WATERMARK: FrameInput = {
  kind: FRAME_KINDS.watermark,
  arrivalMs: 0,
  ends: new Uint32Array(0),
  payload: new Uint8Array(0),
};
