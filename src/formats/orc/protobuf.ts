/**
 * Protocol Buffers, as far as ORC's metadata needs them: a message is its fields one after another, each behind a tag of
 * number and wire type. Nothing is written for fields that are `undefined`.
 */
export class ProtobufMessage {
  readonly #parts: Buffer[] = [];

  /** uint32, uint64, enum, bool. */
  uint(field: number, value: number | boolean | undefined): this {
    if (value !== undefined) this.#parts.push(varint(field * 8 + VARINT), varint(Number(value)));
    return this;
  }

  /** sint32, sint64. */
  sint(field: number, value: number | bigint | undefined): this {
    if (value !== undefined) this.#parts.push(varint(field * 8 + VARINT), varint(zigzag(BigInt(value))));
    return this;
  }

  double(field: number, value: number | undefined): this {
    if (value === undefined) return this;
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(value);
    this.#parts.push(varint(field * 8 + FIXED_64), bytes);
    return this;
  }

  string(field: number, value: string | undefined): this {
    return value === undefined ? this : this.bytes(field, Buffer.from(value, "utf8"));
  }

  message(field: number, value: ProtobufMessage | undefined): this {
    return value === undefined ? this : this.bytes(field, value.finish());
  }

  messages(field: number, values: Iterable<ProtobufMessage>): this {
    for (const value of values) this.message(field, value);
    return this;
  }

  /** A repeated number in its packed form. */
  packed(field: number, values: readonly number[]): this {
    return values.length === 0 ? this : this.bytes(field, Buffer.concat(values.map((value) => varint(value))));
  }

  bytes(field: number, value: Buffer): this {
    this.#parts.push(varint(field * 8 + LENGTH_DELIMITED), varint(value.length), value);
    return this;
  }

  finish(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;

function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

function zigzag(value: bigint): bigint {
  return value >= 0n ? value * 2n : -value * 2n - 1n;
}
