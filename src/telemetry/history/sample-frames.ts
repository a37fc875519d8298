import { crc32 } from "node:zlib";
import type { Statistics, StatisticsBySeries } from "./statistics.ts";

/**
 * A file of samples: frames one after another, nothing before and nothing between them.
 *
 *     frame    := length u32 LE, crc32 of the payload u32 LE, payload
 *     payload  := number (start of the period, minutes since 1970),
 *                 number (new series), { number (bytes of the key), key in UTF-8 },
 *                 number (samples), { number (series), number (count), number (sum), [number (min), number (max)] }
 *
 * A series is told by its place among all that the frames of the file have named so far. Minimum and maximum are there when
 * the count is not 1. A number is a varint of twice its value where it is whole and not negative, otherwise the byte 1 and
 * eight bytes of IEEE 754 LE. The same period may come again, in any order: whoever reads joins what it finds.
 *
 * What follows the first frame that is torn or does not match its checksum counts for nothing.
 */
const FRAME_HEADER_BYTES = 8;

const MINUTE_MS = 60_000;

/** Far above a minute of 10,000 series; a length beyond it is damage. */
const PAYLOAD_BYTES_MAX = 16 * 1024 * 1024;

/** The frame of one period. Series that the file has not named yet are added to `known`. */
export function encodeFrame(at: number, samples: StatisticsBySeries, known: Map<string, number>): Buffer {
  const fresh = [...samples.keys()].filter((key) => !known.has(key));
  for (const key of fresh) known.set(key, known.size);
  const payload = new NumberWriter();
  payload.number(Math.floor(at / MINUTE_MS));
  payload.number(fresh.length);
  for (const key of fresh) payload.text(key);
  payload.number(samples.size);
  for (const [key, { count, sum, min, max }] of samples) {
    payload.number(known.get(key) ?? 0);
    payload.number(count);
    payload.number(sum);
    if (count === 1) continue;
    payload.number(min);
    payload.number(max);
  }
  const bytes = payload.finish();
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  header.writeUInt32LE(bytes.length, 0);
  header.writeUInt32LE(crc32(bytes), 4);
  return Buffer.concat([header, bytes]);
}

export interface DecodedFile {
  /** The series that sound frames have named, by their place. */
  readonly known: Map<string, number>;
  /** Where the last sound frame ends. */
  readonly soundBytes: number;
}

/** Calls `visit` for each sample of the sound frames, in their order. */
export function decodeFrames(
  bytes: Buffer,
  visit: (at: number, key: string, statistics: Statistics) => void,
): DecodedFile {
  const keys: string[] = [];
  let position = 0;
  for (;;) {
    const payload = payloadAt(bytes, position);
    if (payload === undefined) break;
    decodePayload(payload, keys, visit);
    position += FRAME_HEADER_BYTES + payload.length;
  }
  return { known: new Map(keys.map((key, place) => [key, place])), soundBytes: position };
}

function payloadAt(bytes: Buffer, position: number): Buffer | undefined {
  const start = position + FRAME_HEADER_BYTES;
  if (start > bytes.length) return undefined;
  const length = bytes.readUInt32LE(position);
  // No payload is empty; a run of zeros, as a file system may leave behind, would pass for one.
  if (length === 0 || length > PAYLOAD_BYTES_MAX || start + length > bytes.length) return undefined;
  const payload = bytes.subarray(start, start + length);
  return crc32(payload) === bytes.readUInt32LE(position + 4) ? payload : undefined;
}

function decodePayload(
  payload: Buffer,
  keys: string[],
  visit: (at: number, key: string, statistics: Statistics) => void,
): void {
  const reader = new NumberReader(payload);
  const at = reader.number() * MINUTE_MS;
  for (let fresh = reader.number(); fresh > 0; fresh--) keys.push(reader.text());
  for (let samples = reader.number(); samples > 0; samples--) {
    const key = keys[reader.number()] ?? "";
    const count = reader.number();
    const sum = reader.number();
    const [min, max] = count === 1 ? [sum, sum] : [reader.number(), reader.number()];
    visit(at, key, { count, sum, min, max });
  }
}

/** Twice the value has to be exact. */
const WHOLE_MAX = Number.MAX_SAFE_INTEGER / 2;
const FLOAT_MARK = 1;

class NumberWriter {
  #bytes = Buffer.alloc(4096);
  #length = 0;

  number(value: number): void {
    this.#reserve(10);
    if (Number.isInteger(value) && value >= 0 && value <= WHOLE_MAX) {
      this.#varint(value * 2);
      return;
    }
    this.#bytes[this.#length++] = FLOAT_MARK;
    this.#length = this.#bytes.writeDoubleLE(value, this.#length);
  }

  text(value: string): void {
    const bytes = Buffer.byteLength(value);
    this.number(bytes);
    this.#reserve(bytes);
    this.#length += this.#bytes.write(value, this.#length);
  }

  finish(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#length++] = rest;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const larger = Buffer.alloc(Math.max(this.#bytes.length * 2, this.#length + bytes));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

class NumberReader {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  number(): number {
    if (this.#bytes[this.#position] === FLOAT_MARK) {
      this.#position += 9;
      return this.#bytes.readDoubleLE(this.#position - 8);
    }
    let value = 0;
    for (let weight = 1; ; weight *= 0x80) {
      const byte = this.#bytes.readUInt8(this.#position++);
      value += (byte & 0x7f) * weight;
      if (byte < 0x80) return value / 2;
    }
  }

  text(): string {
    const bytes = this.number();
    this.#position += bytes;
    return this.#bytes.toString("utf8", this.#position - bytes, this.#position);
  }
}
