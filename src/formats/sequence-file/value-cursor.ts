/** Reads Writables one after the other; `writable.ts` draws them. Throws a plain `Error` where bytes are missing. */
export class ValueCursor {
  at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  take(count: number): Buffer {
    if (count < 0 || this.at + count > this.#bytes.length) throw new Error(`Expected ${count} bytes of a value`);
    this.at += count;
    return this.#bytes.subarray(this.at - count, this.at);
  }

  int32(): number {
    return this.take(4).readInt32BE();
  }

  /** A length or a count: negative ones, and those of more than 32 bits, are nobody's. */
  vint(): number {
    const first = this.take(1).readInt8();
    if (first >= -112) return checked(first);
    const bytes = first < -120 ? -120 - first : -112 - first;
    if (first < -120 || bytes > 4) throw new Error("Expected a count or a length, got a number that is none");
    return this.take(bytes).readUIntBE(0, bytes);
  }
}

function checked(value: number): number {
  if (value < 0) throw new Error(`Expected a count or a length, got ${value}`);
  return value;
}
