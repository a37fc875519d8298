/** Bytes of a block, in Avro's binary encoding. */
export class ByteWriter {
  #bytes: Buffer = Buffer.allocUnsafeSlow(BYTES_MIN);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** Zigzag, then seven bits a byte, the lowest first. */
  long(value: number | bigint): void {
    this.#reserve(LONG_BYTES_MAX);
    if (typeof value === "bigint" || value >= EXACT_LIMIT || value <= -EXACT_LIMIT) this.#bigLong(BigInt(value));
    else this.#numberLong(value);
  }

  float(value: number): void {
    this.#reserve(4);
    this.#length = this.#bytes.writeFloatLE(value, this.#length);
  }

  double(value: number): void {
    this.#reserve(8);
    this.#length = this.#bytes.writeDoubleLE(value, this.#length);
  }

  bytes(value: Buffer): void {
    this.long(value.length);
    this.#reserve(value.length);
    this.#length += value.copy(this.#bytes, this.#length);
  }

  text(value: string): void {
    const length = Buffer.byteLength(value, "utf8");
    this.long(length);
    this.#reserve(length);
    this.#length += this.#bytes.write(value, this.#length, "utf8");
  }

  /** Hands over what was written and begins anew. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = Buffer.allocUnsafeSlow(BYTES_MIN);
    this.#length = 0;
    return taken;
  }

  #numberLong(value: number): void {
    let rest = value < 0 ? -value * 2 - 1 : value * 2;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.#bytes[this.#length++] = (rest % 0x80) + 0x80;
    this.#bytes[this.#length++] = rest;
  }

  #bigLong(value: bigint): void {
    let rest = value < 0n ? -value * 2n - 1n : value * 2n;
    for (; rest >= 0x80n; rest >>= 7n) this.#bytes[this.#length++] = Number(rest & 0x7fn) | 0x80;
    this.#bytes[this.#length++] = Number(rest);
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

const BYTES_MIN = 1024;
const LONG_BYTES_MAX = 10;

/** Numbers below it are exact when they are doubled. */
const EXACT_LIMIT = 2 ** 51;
