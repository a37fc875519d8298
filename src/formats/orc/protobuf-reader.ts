/** Fields of a Protocol Buffers message by number: numbers as `number`, everything else as bytes. */
export type ProtobufFields = ReadonlyMap<number, readonly (number | Buffer)[]>;

/** Reads a message from anybody. Throws a plain `Error` for bytes that are none; numbers are below 2^53 in all that is asked for. */
export function readProtobuf(bytes: Buffer): ProtobufFields {
  const fields = new Map<number, (number | Buffer)[]>();
  for (let at = 0; at < bytes.length; ) {
    const tag = readVarint(bytes, at);
    const { value, end } = readField(bytes, tag.value % 8, tag.end);
    const number = Math.floor(tag.value / 8);
    const values = fields.get(number);
    if (values === undefined) fields.set(number, [value]);
    else values.push(value);
    at = end;
  }
  return fields;
}

export function numberIn(fields: ProtobufFields, field: number): number | undefined {
  return fields.get(field)?.find((value) => typeof value === "number");
}

export function bytesIn(fields: ProtobufFields, field: number): readonly Buffer[] {
  return (fields.get(field) ?? []).filter((value) => Buffer.isBuffer(value));
}

/** A repeated number, packed or not. */
export function numbersIn(fields: ProtobufFields, field: number): readonly number[] {
  return (fields.get(field) ?? []).flatMap((value) => (typeof value === "number" ? [value] : unpacked(value)));
}

function unpacked(bytes: Buffer): number[] {
  const numbers: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { value, end } = readVarint(bytes, at);
    numbers.push(value);
    at = end;
  }
  return numbers;
}

interface Found<T> {
  readonly value: T;
  readonly end: number;
}

const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

function readField(bytes: Buffer, wireType: number, at: number): Found<number | Buffer> {
  if (wireType === VARINT) return readVarint(bytes, at);
  if (wireType === FIXED_64) return slice(bytes, at, 8);
  if (wireType === FIXED_32) return slice(bytes, at, 4);
  if (wireType !== LENGTH_DELIMITED) throw new Error(`Expected a wire type of Protocol Buffers, got ${wireType}`);
  const length = readVarint(bytes, at);
  return slice(bytes, length.end, length.value);
}

function slice(bytes: Buffer, from: number, length: number): Found<Buffer> {
  if (from + length > bytes.length) throw new Error("Expected all bytes of a message, got an end before them");
  return { value: bytes.subarray(from, from + length), end: from + length };
}

/** Ten bytes at most; beyond 2^53 the value is not exact, which nothing here depends on. */
function readVarint(bytes: Buffer, from: number): Found<number> {
  let value = 0;
  for (let index = 0; index < 10; index++) {
    const byte = bytes[from + index];
    if (byte === undefined) throw new Error("Expected all bytes of a number, got an end before them");
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, end: from + index + 1 };
  }
  throw new Error("Expected a number of at most ten bytes, got a longer one");
}
