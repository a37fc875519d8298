/** Numbers of fields and lengths fit into 32 bits here; a varint of more than ten bytes is none. */
const VARINT_BYTES_MAX = 10;

/** Thrown for bytes that are no protobuf message. */
export class ProtobufError extends Error {}

export const WIRE_VARINT = 0;
const WIRE_64_BITS = 1;
export const WIRE_BYTES = 2;
const WIRE_32_BITS = 5;

/** Reads one message field by field (protobuf encoding guide): key varint = number * 8 + wire type, then the value. */
export class ProtobufReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  key(): { readonly field: number; readonly wireType: number } {
    const key = this.varint();
    return { field: Math.floor(key / 8), wireType: key % 8 };
  }

  /** Exact up to 2^53; larger values are of no use to anybody here. */
  varint(): number {
    let value = 0;
    for (let count = 0; count < VARINT_BYTES_MAX; count++) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new ProtobufError("Expected more bytes of a varint");
      value += (byte & 0x7f) * 2 ** (7 * count);
      if (byte < 0x80) return value;
    }
    throw new ProtobufError(`Expected a varint of at most ${VARINT_BYTES_MAX} bytes`);
  }

  bytes(): Buffer {
    return this.#take(this.varint());
  }

  /** Fields that are not known are passed over. */
  skip(wireType: number): void {
    if (wireType === WIRE_VARINT) this.varint();
    else if (wireType === WIRE_64_BITS) this.#take(8);
    else if (wireType === WIRE_BYTES) this.bytes();
    else if (wireType === WIRE_32_BITS) this.#take(4);
    else throw new ProtobufError(`Expected wire type 0, 1, 2 or 5, got ${wireType}`);
  }

  #take(length: number): Buffer {
    if (length > this.#bytes.length - this.#at) throw new ProtobufError(`Expected ${length} more bytes`);
    const taken = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return taken;
  }
}
