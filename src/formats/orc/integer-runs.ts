import type { StreamBuffer } from "./stream-buffer.ts";

/**
 * The forms of a run of integers, version 2. Values of signed streams are zigzag-encoded first: 0, -1, 1, -2 …
 *
 *     short repeat   00, bytes of the value less one (3 bits), count less three (3 bits); the value, big-endian
 *     direct         01, width (5 bits), count less one (9 bits); the values in that many bits each, big-endian
 *     delta          11, width (5 bits), count less one (9 bits); the first value (varint), the first difference (signed
 *                    varint), the sizes of the other differences in that many bits each; of width 0 where all are alike
 *
 * Widths are rounded up to those that are whole bytes or parts of one: what that costs, compression takes back.
 */
export function shortRepeatRun(stream: StreamBuffer, value: number, count: number, signed: boolean): void {
  const encoded = signed ? zigzag(value) : value;
  const width = Math.max(8, widthOf(encoded));
  stream.byte((width / 8 - 1) * 8 + (count - 3));
  pack(stream, [encoded], width);
}

export function fixedDeltaRun(stream: StreamBuffer, first: number, step: number, count: number, signed: boolean): void {
  header(stream, DELTA, 0, count);
  varint(stream, signed ? zigzag(first) : first);
  varint(stream, zigzag(step));
}

/** Writes values that only rise or fall as differences and says so; writes nothing where that is no shorter. */
export function monotonicRun(stream: StreamBuffer, values: readonly number[], signed: boolean): boolean {
  const [first = 0, second = 0] = values;
  const sizes = values.slice(2).map((value, index) => Math.abs(value - (values[index + 1] ?? 0)));
  const width = Math.max(2, widthOf(largestOf(sizes)));
  const directWidth = widthOf(largestOf(signed ? values.map(zigzag) : values));
  if (width >= directWidth) return false;
  header(stream, DELTA, width, values.length);
  varint(stream, signed ? zigzag(first) : first);
  varint(stream, zigzag(second - first));
  pack(stream, sizes, width);
  return true;
}

export function literalRun(stream: StreamBuffer, values: readonly number[], signed: boolean): void {
  const numbers = signed ? values.map(zigzag) : values;
  const width = widthOf(largestOf(numbers));
  header(stream, DIRECT, width, values.length);
  pack(stream, numbers, width);
}

/** Values that a number does not hold exactly, in 64 bits. */
export function wideLiteralRun(stream: StreamBuffer, values: readonly (number | bigint)[], signed: boolean): void {
  header(stream, DIRECT, 64, values.length);
  stream.reserve(values.length * 8);
  for (const value of values) {
    const whole = BigInt(value);
    const encoded = signed ? (whole << 1n) ^ (whole >> 63n) : whole;
    stream.length = stream.bytes.writeBigUInt64BE(BigInt.asUintN(64, encoded), stream.length);
  }
}

const DIRECT = 1;
const DELTA = 3;

/** Numbers below it are exact after zigzag, and so are the differences of any two; others are written in 64 bits. */
export const EXACT_LIMIT: number = 2 ** 51;

const WIDTHS = [1, 2, 4, 8, 16, 24, 32, 40, 48, 56] as const;
const WIDTH_CODES: Readonly<Record<number, number>> = {
  0: 0,
  1: 0,
  2: 1,
  4: 3,
  8: 7,
  16: 15,
  24: 23,
  32: 27,
  40: 28,
  48: 29,
  56: 30,
  64: 31,
};

function widthOf(value: number): number {
  for (const width of WIDTHS) if (value < 2 ** width) return width;
  return 64;
}

function largestOf(values: readonly number[]): number {
  let largest = 0;
  for (const value of values) if (value > largest) largest = value;
  return largest;
}

function header(stream: StreamBuffer, form: number, width: number, count: number): void {
  const code = WIDTH_CODES[width] ?? 0;
  stream.byte((form << 6) | (code << 1) | ((count - 1) >> 8));
  stream.byte((count - 1) & 0xff);
}

function pack(stream: StreamBuffer, values: readonly number[], width: number): void {
  stream.reserve(Math.ceil((values.length * width) / 8));
  if (width < 8) packBits(stream, values, width);
  else for (const value of values) packBytes(stream, value, width / 8);
}

function packBits(stream: StreamBuffer, values: readonly number[], width: number): void {
  let byte = 0;
  let free = 8;
  for (const value of values) {
    free -= width;
    byte |= value << free;
    if (free > 0) continue;
    stream.bytes[stream.length++] = byte;
    byte = 0;
    free = 8;
  }
  if (free < 8) stream.bytes[stream.length++] = byte;
}

function packBytes(stream: StreamBuffer, value: number, bytes: number): void {
  if (bytes > 6) {
    stream.length = stream.bytes.writeUIntBE(Math.floor(value / 2 ** 48), stream.length, bytes - 6);
    stream.length = stream.bytes.writeUIntBE(value % 2 ** 48, stream.length, 6);
  } else stream.length = stream.bytes.writeUIntBE(value, stream.length, bytes);
}

function zigzag(value: number): number {
  return value < 0 ? -value * 2 - 1 : value * 2;
}

function varint(stream: StreamBuffer, value: number): void {
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) stream.byte((rest % 0x80) + 0x80);
  stream.byte(rest);
}

/** Zigzag and varint of a whole number of any size, as decimals are written. */
export function bigVarint(stream: StreamBuffer, value: bigint): void {
  if (value < BIG_EXACT_LIMIT && value > -BIG_EXACT_LIMIT) {
    varint(stream, zigzag(Number(value)));
    return;
  }
  let rest = value < 0n ? -value * 2n - 1n : value * 2n;
  for (; rest >= 0x80n; rest >>= 7n) stream.byte(Number(rest & 0x7fn) | 0x80);
  stream.byte(Number(rest));
}

const BIG_EXACT_LIMIT = BigInt(EXACT_LIMIT);
