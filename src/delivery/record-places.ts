import { type Offsets, offsetAt } from "../model/identified-records.ts";

/**
 * Where each record of a parcel in the making came from, in few bytes: for formats that may refuse records, which are told
 * by their number only once the parcel is finished.
 *
 * Layout: one entry per run of consecutive offsets that arrived together, three varints (LEB128): how far the first offset
 * lies beyond the last one before, the number of records, how much later they arrived (zigzag).
 */
export class RecordPlaces {
  #entries: Buffer = Buffer.alloc(0);
  #length = 0;
  #lastOffset = 0;
  #lastArrivalMs = 0;

  get bytes(): number {
    return this.#length;
  }

  /** `count` records that arrived at one time, or each at its own. */
  add(offsets: Offsets, count: number, arrivalsMs: number | readonly number[]): void {
    for (let start = 0; start < count; ) {
      const arrivalMs = arrivalAt(arrivalsMs, start);
      let end = start + 1;
      while (
        end < count &&
        offsetAt(offsets, end) === offsetAt(offsets, end - 1) + 1 &&
        arrivalAt(arrivalsMs, end) === arrivalMs
      )
        end++;
      const first = offsetAt(offsets, start);
      this.#push(first - this.#lastOffset);
      this.#push(end - start);
      this.#push(zigzag(arrivalMs - this.#lastArrivalMs));
      this.#lastOffset = first + end - start - 1;
      this.#lastArrivalMs = arrivalMs;
      start = end;
    }
  }

  /** Offset and arrival of the records with these numbers, which rise. */
  of(indexes: readonly number[]): RecordPlace[] {
    const found: RecordPlace[] = [];
    const reader = new VarintReader(this.#entries.subarray(0, this.#length));
    let runStart = 0;
    let lastOffset = 0;
    let arrivalMs = 0;
    while (found.length < indexes.length && !reader.atEnd) {
      const first = lastOffset + reader.next();
      const count = reader.next();
      arrivalMs += unzigzag(reader.next());
      for (let index = indexes[found.length]; index !== undefined && index < runStart + count; ) {
        found.push({ offset: first + index - runStart, arrivalMs });
        index = indexes[found.length];
      }
      runStart += count;
      lastOffset = first + count - 1;
    }
    return found;
  }

  #push(value: number): void {
    if (this.#length + VARINT_BYTES_MAX > this.#entries.length) this.#grow();
    let rest = value;
    while (rest >= 0x80) {
      this.#entries[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#entries[this.#length++] = rest;
  }

  #grow(): void {
    const grown = Buffer.allocUnsafe(Math.max(64, 2 * this.#entries.length));
    this.#entries.copy(grown, 0, 0, this.#length);
    this.#entries = grown;
  }
}

export interface RecordPlace {
  readonly offset: number;
  readonly arrivalMs: number;
}

/** Beyond this a parcel is handed on: a million runs, or many more records that came in order. */
export const PLACES_BYTES_MAX = 4 * 1024 * 1024;

/** Of a safe integer. */
const VARINT_BYTES_MAX = 8;

class VarintReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  next(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.#bytes[this.#at++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }
}

function arrivalAt(arrivalsMs: number | readonly number[], index: number): number {
  return typeof arrivalsMs === "number" ? arrivalsMs : (arrivalsMs[index] ?? Number.NaN);
}

function zigzag(value: number): number {
  return value >= 0 ? 2 * value : -2 * value - 1;
}

function unzigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}
