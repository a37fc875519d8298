import { type DiskFile, isDiskFull } from "../../std/disk.ts";
import type { KeyRing } from "../../std/key-ring.ts";
import type { Random } from "../../std/random.ts";
import type { Telemetry } from "../../telemetry/telemetry.ts";
import { LogError } from "../log-error.ts";
import type { FrameInput } from "./frame.ts";
import { cipherOf } from "./frame-cipher.ts";
import type { FramePlace } from "./frame-header.ts";
import { alignUp, BLOCK_BYTES, GROUP_BYTES_MAX, GROUP_FRAMES_MAX } from "./frame-limits.ts";
import { Segment } from "./segment.ts";
import { firstPlace } from "./segment-cursor.ts";
import type { SegmentFiles } from "./segment-files.ts";
import type { SegmentHeader } from "./segment-header.ts";
import { encodeSyncGroup, frameBytesFor, type SyncGroup } from "./sync-group.ts";

export interface SegmentWriterOptions {
  readonly random: Random;
  readonly telemetry: Telemetry;
  readonly label: string;
  readonly incarnation: string;
  readonly streamUid: string;
  readonly partition: number;
  readonly segmentBytes: number;
  readonly keyRing: KeyRing | undefined;
  readonly encrypted: () => boolean;
}

/**
 * Writes sync groups, one at a time, and opens segments for them.
 *
 * What fails is never tried again in place. A failed write for want of room: the first block of the group is overwritten
 * with zeros and synced, so that no part of the group can come back; the segment ends there. A failed sync, or any other
 * failed write: the kernel may have dropped the bytes and call them clean, so the file is never synced again; a new
 * segment is made durable whose header says where the failed one ends; only then is the failure answered. If that fails
 * too, nobody knows what a restart will find, and the log stops with `outcome-unknown`.
 */
export class SegmentWriter {
  /** One past the last durable offset. */
  durableEnd: number;
  /** Latest arrival so far: no frame may be older than one before it. */
  arrivalMs: number;
  /** Set once the log can go on no more. */
  failure: LogError | undefined;
  readonly #options: SegmentWriterOptions;
  readonly #files: SegmentFiles;
  /** All segments of the log, oldest first; shared with readers. */
  readonly #segments: Segment[];
  /** Open for appends; `undefined` until the first append after a start, and after a failure. */
  #active: { readonly segment: Segment; readonly file: DiskFile } | undefined;
  /** Where the next group stands in the active segment, or where the last segment ends. */
  #place: FramePlace;
  /** Rises with every attempt: offsets of failed groups are skipped. */
  #nextOffset: number;

  constructor(
    options: SegmentWriterOptions,
    files: SegmentFiles,
    segments: Segment[],
    start: { place: FramePlace; durableEnd: number; arrivalMs: number },
  ) {
    this.#options = options;
    this.#files = files;
    this.#segments = segments;
    this.#place = start.place;
    this.#nextOffset = start.place.offset;
    this.durableEnd = start.durableEnd;
    this.arrivalMs = start.arrivalMs;
  }

  /**
   * True when a watermark can be written and proves something: there is room for it, and there are frames before it. What
   * stands in earlier segments is proven by the header of this one.
   */
  get canProve(): boolean {
    if (this.#active === undefined || this.#room() < BLOCK_BYTES) return false;
    return this.#active.segment.validLength > firstPlace(this.#active.segment.header).position;
  }

  /** How many of the first `inputs` the next group takes: what fits into the segment at hand, at least one. */
  fit(inputs: readonly { readonly input: FrameInput }[]): number {
    const first = inputs[0] === undefined ? 0 : alignUp(frameBytesFor(inputs[0].input, true), BLOCK_BYTES);
    const fresh = Math.max(first, this.#options.segmentBytes - BLOCK_BYTES);
    const room = this.#room();
    const limit = Math.min(room >= first ? room : fresh, Math.max(first, GROUP_BYTES_MAX));
    let bytes = 0;
    let count = 0;
    for (const { input } of inputs) {
      bytes += frameBytesFor(input, true);
      if (count > 0 && (bytes > limit || count === GROUP_FRAMES_MAX)) break;
      count++;
    }
    return count;
  }

  /** Makes a group durable. Rejects with a `LogError`; see there what each code promises. */
  async commit(inputs: readonly FrameInput[]): Promise<SyncGroup> {
    const bytes = inputs.reduce((sum, input) => sum + frameBytesFor(input, true), 0);
    if (this.#room() < alignUp(bytes, BLOCK_BYTES)) await this.#openForAppend(bytes);
    const active = this.#active;
    if (active === undefined) throw appendFailed("no segment could be opened");
    const group = this.#encode(active.segment, inputs, this.#place);
    this.#nextOffset = group.next.offset;
    try {
      await active.file.write(group.chunks, this.#place.position);
    } catch (error) {
      throw isDiskFull(error) ? await this.#withdraw(active, error) : await this.#abandon(active, error);
    }
    try {
      await active.file.datasync();
    } catch (error) {
      throw await this.#abandon(active, error);
    }
    this.#advance(active.segment, group);
    return group;
  }

  /** Makes the first segment of a log, or copies what recovery could not prove into a new one, all synced before it shows. */
  async begin(frames: readonly FrameInput[]): Promise<number> {
    const bytes = frames.reduce((sum, input) => sum + frameBytesFor(input, true), 0);
    const header = this.#nextHeader(bytes);
    const segment = new Segment(header, cipherOf(header, this.#options.keyRing));
    const group = frames.length === 0 ? undefined : this.#encode(segment, frames, firstPlace(header));
    await this.#install(segment, group?.chunks);
    if (group !== undefined) {
      this.#nextOffset = group.next.offset;
      this.#advance(segment, group);
    }
    return group?.bytes ?? 0;
  }

  /** Leaves out offsets: the next frame has the `count`th after those that are known, durably so before anything is read. */
  async skipOffsets(count: number): Promise<void> {
    this.#nextOffset += count;
    await this.#openForAppend(0);
  }

  async close(): Promise<void> {
    const active = this.#active;
    this.#active = undefined;
    await active?.file.close();
  }

  #room(): number {
    if (this.#active === undefined) return 0;
    const { header } = this.#active.segment;
    return header.keyId === this.#wantedKeyId() ? header.capacity - this.#place.position : 0;
  }

  #encode(segment: Segment, inputs: readonly FrameInput[], place: FramePlace): SyncGroup {
    return encodeSyncGroup(inputs, {
      salt: segment.header.salt,
      cipher: segment.cipher,
      place,
      durableEnd: this.durableEnd,
      arrivalMs: this.arrivalMs,
    });
  }

  #advance(segment: Segment, group: SyncGroup): void {
    for (const { place } of group.frames) segment.note(place);
    this.#place = group.next;
    this.arrivalMs = group.arrivalMs;
    this.durableEnd = group.next.offset;
    segment.validLength = group.next.position;
    segment.endOffset = group.next.offset;
  }

  async #openForAppend(bytes: number): Promise<void> {
    await this.close();
    try {
      const header = this.#nextHeader(bytes);
      await this.#install(new Segment(header, cipherOf(header, this.#options.keyRing)));
    } catch (error) {
      if (error instanceof LogError) throw error;
      throw appendFailed("no new log segment could be made", error);
    }
  }

  /** Makes a segment durable and the active one. An empty last segment gives way to it under the same number. */
  async #install(segment: Segment, content?: readonly Uint8Array[]): Promise<void> {
    const { file, recycled } = await this.#files.create(segment.header, content);
    if (this.#segments.at(-1)?.number === segment.number) this.#segments.pop();
    this.#segments.push(segment);
    this.#active = { segment, file };
    this.#place = firstPlace(segment.header);
    const { telemetry, label } = this.#options;
    telemetry.emit("log.segmentOpened", { stream: label, segment: segment.number, recycled });
  }

  #nextHeader(bytes: number): SegmentHeader {
    const last = this.#segments.at(-1);
    const { random, incarnation, streamUid, partition, segmentBytes } = this.#options;
    return {
      incarnation,
      streamUid,
      partition,
      keyId: this.#keyId(),
      salt: random.bytes(8).readBigUInt64LE(),
      baseOffset: this.#nextOffset,
      capacity: Math.max(segmentBytes, BLOCK_BYTES + alignUp(bytes, BLOCK_BYTES)),
      createdAt: this.arrivalMs,
      keyNonce: random.bytes(32),
      ...(last === undefined ? firstInLog(this.#place) : successorOf(last, this.#place)),
    };
  }

  /** 0 when nothing has to be encrypted now, `undefined` when it has to be and there is no key. */
  #wantedKeyId(): number | undefined {
    const { encrypted, keyRing } = this.#options;
    return encrypted() ? keyRing?.currentId : 0;
  }

  #keyId(): number {
    const keyId = this.#wantedKeyId();
    if (keyId !== undefined) return keyId;
    throw new LogError(
      "key-missing",
      `The log of ${this.#options.label} has to be encrypted, but no key is configured. Configure a key file, or stop encryption.`,
    );
  }

  /** After a write that found no room: takes back what part of it was written. */
  async #withdraw(active: { segment: Segment; file: DiskFile }, cause: unknown): Promise<LogError> {
    try {
      // Blocks that were never allocated cannot be overwritten either; they hold nothing of the group.
      await active.file.write([Buffer.alloc(BLOCK_BYTES)], this.#place.position).catch((error: unknown) => {
        if (!isDiskFull(error)) throw error;
      });
      await active.file.datasync();
    } catch (error) {
      return this.#abandon(active, error);
    }
    await this.close().catch(() => undefined);
    return appendFailed("the disk is full", cause);
  }

  /** After a failed sync or write: the file is done with, and a new segment has to say so before anybody is answered. */
  async #abandon(active: { segment: Segment; file: DiskFile }, cause: unknown): Promise<LogError> {
    const { telemetry, label } = this.#options;
    const file = this.#files.path(active.segment.number);
    telemetry.emit("log.syncFailed", { stream: label, file, reason: reasonOf(cause) });
    active.segment.poisoned = true;
    await this.close().catch(() => undefined);
    try {
      await this.#openForAppend(0);
    } catch (error) {
      this.failure = new LogError(
        "outcome-unknown",
        `Log file ${file} could not be written or synced, nor could a new segment be made that says where it ends (${reasonOf(error)}). Whether the records of the last group survive a restart is unknown: drop the connections unanswered and stop.`,
        { cause },
      );
      return this.failure;
    }
    return appendFailed(`log file ${file} could not be written or synced`, cause);
  }
}

type PreviousFields = "previousSegmentNumber" | "previousValidLength" | "previousEndOffset" | "previousChainCrc";

function firstInLog(place: FramePlace): Pick<SegmentHeader, PreviousFields | "segmentNumber"> {
  return {
    segmentNumber: 1,
    previousSegmentNumber: 0,
    previousValidLength: 0,
    previousEndOffset: place.offset,
    previousChainCrc: place.previousCrc,
  };
}

/** An empty segment is replaced, not followed: a log that fails or restarts often does not pile up empty files. */
function successorOf(last: Segment, end: FramePlace): Pick<SegmentHeader, PreviousFields | "segmentNumber"> {
  const { header } = last;
  if (last.validLength === firstPlace(header).position) {
    // Only its place among the segments: capacity, salt, key and base offset are those of the new one.
    const { segmentNumber, previousSegmentNumber, previousValidLength, previousEndOffset, previousChainCrc } = header;
    return { segmentNumber, previousSegmentNumber, previousValidLength, previousEndOffset, previousChainCrc };
  }
  return {
    segmentNumber: last.number + 1,
    previousSegmentNumber: last.number,
    previousValidLength: last.validLength,
    previousEndOffset: last.endOffset,
    previousChainCrc: end.previousCrc,
  };
}

function appendFailed(what: string, cause?: unknown): LogError {
  const because = cause === undefined ? "" : ` (${reasonOf(cause)})`;
  return new LogError("append-failed", `The records were not stored: ${what}${because}. Send them again.`, {
    retriable: true,
    cause,
  });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
