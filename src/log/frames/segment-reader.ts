import { BufferPool } from "../../std/buffer-pool.ts";
import type { Disk, DiskFile } from "../../std/disk.ts";
import { LogError } from "../log-error.ts";
import type { Frame } from "./frame.ts";
import { FRAME_HEADER_BYTES } from "./frame-limits.ts";
import type { Segment } from "./segment.ts";
import { FrameFault, type ScannedHeader, SegmentCursor } from "./segment-cursor.ts";
import type { SegmentFiles } from "./segment-files.ts";

/** Files that stay open for reading: as many readers as a stream commonly has at different places. */
const OPEN_FILES_MAX = 4;

/** Two windows of the largest size, for reads that follow each other. */
const WINDOWS_KEPT_BYTES = 10 * 1024 * 1024;

const READ_AHEAD_BYTES_MIN = 64 * 1024;
const READ_AHEAD_BYTES_MAX = 4 * 1024 * 1024;
/** When only headers and metadata are wanted, payloads are jumped over. */
const HEADER_READ_AHEAD_BYTES = 16 * 1024;

/** What stands in front of a frame's payload. */
export interface FrameSummary {
  readonly firstOffset: number;
  readonly recordCount: number;
  readonly arrivalMs: number;
  readonly metadata: Buffer;
}

/** Reads segments below their durable end, verifying every frame that it hands out, each time. */
export class SegmentReader {
  readonly #disk: Disk;
  readonly #files: SegmentFiles;
  /** Told after a segment was let go by its last reader. */
  readonly #onUnpinned: () => void;
  readonly #open = new Map<Segment, Promise<DiskFile>>();
  readonly #windows = new BufferPool(WINDOWS_KEPT_BYTES);

  constructor(disk: Disk, files: SegmentFiles, onUnpinned: () => void) {
    this.#disk = disk;
    this.#files = files;
    this.#onUnpinned = onUnpinned;
  }

  /** Frames with records from the one that holds `offset`, about `bytesMax` of payload, at least one. */
  read(segment: Segment, offset: number, bytesMax: number): Promise<Frame[]> {
    const readAheadBytes = Math.min(READ_AHEAD_BYTES_MAX, Math.max(READ_AHEAD_BYTES_MIN, bytesMax));
    return this.#walk(segment, offset, readAheadBytes, async (cursor) => {
      const frames: Frame[] = [];
      let bytes = 0;
      // A frame that stands only in part in what was read ahead is left for the next read, which begins with it.
      while (frames.length === 0 || !cursor.windowIsUsedUp) {
        const scanned = await this.#peek(segment, cursor);
        if (scanned === undefined) break;
        const { header } = scanned;
        if (header.baseOffset + header.recordCount <= offset || header.recordCount === 0) {
          cursor.skip(scanned);
          continue;
        }
        if (frames.length > 0 && (bytes + header.payloadBytes > bytesMax || !cursor.buffered(scanned))) break;
        const frame = await cursor.take(scanned, segment.cipher);
        if (frame instanceof FrameFault) throw this.#damaged(segment, frame);
        frames.push(frame);
        bytes += header.payloadBytes + FRAME_HEADER_BYTES;
      }
      if (frames.length === 0) {
        throw this.#damaged(segment, new FrameFault(cursor.place, `it ends before offset ${offset}`));
      }
      segment.note(cursor.place);
      return frames;
    });
  }

  /** Takes the memory of frames back for later reads; nobody may look at them any more. */
  recycle(payloads: readonly Buffer[]): void {
    const windows = new Map(payloads.map((payload) => [payload.buffer, payload]));
    for (const payload of windows.values()) this.#windows.giveBack(payload);
  }

  /** Calls `visit` for every frame with records until it returns true; payloads are neither read nor verified. */
  scan(segment: Segment, offset: number, visit: (frame: FrameSummary) => boolean): Promise<boolean> {
    return this.#walk(segment, offset, HEADER_READ_AHEAD_BYTES, async (cursor) => {
      for (let scanned = await this.#peek(segment, cursor); scanned; scanned = await this.#peek(segment, cursor)) {
        const { baseOffset, recordCount, arrivalMs } = scanned.header;
        if (recordCount > 0 && baseOffset + recordCount > offset) {
          const metadata = await cursor.metadata(scanned, segment.cipher);
          if (visit({ firstOffset: baseOffset, recordCount, arrivalMs, metadata })) return true;
        }
        cursor.skip(scanned);
      }
      return false;
    });
  }

  /** Closes what is open of a segment; nobody may be reading it. */
  async forget(segment: Segment): Promise<void> {
    const opening = this.#open.get(segment);
    this.#open.delete(segment);
    segment.forgetIndex();
    await (await opening?.catch(() => undefined))?.close();
  }

  async close(): Promise<void> {
    for (const segment of [...this.#open.keys()]) await this.forget(segment);
  }

  async #walk<T>(
    segment: Segment,
    offset: number,
    readAheadBytes: number,
    work: (cursor: SegmentCursor) => Promise<T>,
  ): Promise<T> {
    segment.pins++;
    try {
      const file = await this.#file(segment);
      const place = segment.placeBefore(offset);
      const limit = segment.validLength;
      return await work(new SegmentCursor(file, segment.header, { place, limit, readAheadBytes, pool: this.#windows }));
    } finally {
      segment.pins--;
      if (segment.pins === 0) this.#onUnpinned();
    }
  }

  async #peek(segment: Segment, cursor: SegmentCursor): Promise<ScannedHeader | undefined> {
    const scanned = await cursor.peek();
    if (scanned instanceof FrameFault) throw this.#damaged(segment, scanned);
    return scanned;
  }

  async #file(segment: Segment): Promise<DiskFile> {
    const known = this.#open.get(segment);
    if (known !== undefined) {
      this.#open.delete(segment);
      this.#open.set(segment, known);
      return known;
    }
    const opening = this.#disk.open(this.#files.path(segment.number), "read");
    this.#open.set(segment, opening);
    opening.catch(() => this.#open.delete(segment));
    for (const candidate of [...this.#open.keys()].slice(0, -OPEN_FILES_MAX)) {
      if (candidate.pins === 0) await this.forget(candidate);
    }
    return opening;
  }

  #damaged(segment: Segment, fault: FrameFault): LogError {
    const path = this.#files.path(segment.number);
    return new LogError(
      "damaged",
      `Log segment ${path} is damaged at byte ${fault.position}: ${fault.reason}. Acknowledged records stood there; restore the file from a backup.`,
    );
  }
}
