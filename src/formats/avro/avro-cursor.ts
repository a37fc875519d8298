import { ROW_VALUES_MAX } from "../row-lines.ts";

/** Records in records in records; writers of data stay far below, and each level is a call on the stack. */
const DEPTH_MAX = 100;

/** Reads the values of one block. Throws a plain `Error` where bytes are missing, and for rows that never end. */
export class AvroCursor {
  #at = 0;
  #values = 0;
  #depth = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  beginRow(): void {
    this.#values = 0;
  }

  /** Values may take no bytes at all, so they are counted. */
  countValue(): void {
    if (++this.#values > ROW_VALUES_MAX) throw new Error(`Expected at most ${ROW_VALUES_MAX} values in a row`);
  }

  within(read: () => string): string {
    if (++this.#depth > DEPTH_MAX) throw new Error(`Expected records of at most ${DEPTH_MAX} levels`);
    const text = read();
    this.#depth--;
    return text;
  }

  byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new Error("Expected all bytes of a value, got the end of the block");
    return byte;
  }

  take(count: number): Buffer {
    if (count < 0 || this.#at + count > this.#bytes.length) {
      throw new Error(`Expected ${count} bytes of a value, got the end of the block`);
    }
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  bytes(): Buffer {
    return this.take(this.int());
  }

  /** A number that is small in all that anybody writes: counts, lengths, days, places in an enum. */
  int(): number {
    const value = this.long();
    if (typeof value !== "number") throw new Error(`Expected a number below 2^53, got ${value}`);
    return value;
  }

  /** Zigzag and varint; a `number` where it is exact. */
  long(): number | bigint {
    let coded = 0;
    for (let shift = 0; shift < 49; shift += 7) {
      const byte = this.byte();
      coded += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return coded % 2 === 0 ? coded / 2 : -(coded + 1) / 2;
    }
    let wide = BigInt(coded);
    for (let shift = 49n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      wide += BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return exact(BigInt.asIntN(64, (wide & 1n) === 0n ? wide >> 1n : -((wide + 1n) >> 1n)));
    }
    throw new Error("Expected a number of at most ten bytes");
  }
}

function exact(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
