import type { FrameCipher } from "./frame-cipher.ts";
import type { FramePlace } from "./frame-header.ts";
import { firstPlace } from "./segment-cursor.ts";
import type { SegmentHeader } from "./segment-header.ts";

/** Distance between the entries of the in-memory index: what a read may have to walk over before it finds its offset. */
const INDEX_STEP_BYTES = 64 * 1024;

/** What the log remembers of one segment file. */
export class Segment {
  readonly header: SegmentHeader;
  readonly cipher: FrameCipher | undefined;
  /** Where the durable frames end, on a block border; nobody reads beyond. */
  validLength: number;
  /** One past the last durable offset. */
  endOffset: number;
  /** A sync failed on this file: it is read below `validLength` and never written or reused. */
  poisoned = false;
  /** Readers at work; the file stays while there are any. */
  pins = 0;
  #index: FramePlace[] = [];

  constructor(
    header: SegmentHeader,
    cipher: FrameCipher | undefined,
    end: { validLength: number; endOffset: number } = {
      validLength: firstPlace(header).position,
      endOffset: header.baseOffset,
    },
  ) {
    this.header = header;
    this.cipher = cipher;
    this.validLength = end.validLength;
    this.endOffset = end.endOffset;
  }

  get number(): number {
    return this.header.segmentNumber;
  }

  /** The nearest known place at or before the frame that holds `offset`. */
  placeBefore(offset: number): FramePlace {
    let low = 0;
    let high = this.#index.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#index[middle]?.offset ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return this.#index[low - 1] ?? firstPlace(this.header);
  }

  /** Remembers a place, unless one close to it is known. */
  note(place: FramePlace): void {
    const last = this.#index.at(-1) ?? firstPlace(this.header);
    if (place.position >= last.position) {
      if (place.position - last.position >= INDEX_STEP_BYTES) this.#index.push(place);
      return;
    }
    const nearest = this.placeBefore(place.offset);
    if (place.position - nearest.position < INDEX_STEP_BYTES) return;
    const at = this.#index.indexOf(nearest) + 1;
    const next = this.#index[at];
    if (next !== undefined && next.position - place.position < INDEX_STEP_BYTES) return;
    this.#index.splice(at, 0, place);
  }

  forgetIndex(): void {
    this.#index = [];
  }
}
