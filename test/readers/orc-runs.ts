import { readVarint } from "./protobuf.ts";

/** The run-length encodings of ORC, decoded as its specification says. */

export function decodeBytes(bytes: Buffer): number[] {
  const values: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const control = bytes.readInt8(at++);
    if (control >= 0) {
      const byte = bytes[at++] ?? 0;
      for (let count = 0; count < control + 3; count++) values.push(byte);
    } else {
      for (let count = 0; count < -control; count++) values.push(bytes[at++] ?? 0);
    }
  }
  return values;
}

export function decodeBits(bytes: Buffer): boolean[] {
  return decodeBytes(bytes).flatMap((byte) => [7, 6, 5, 4, 3, 2, 1, 0].map((place) => ((byte >> place) & 1) === 1));
}

export function decodeIntegers(bytes: Buffer, signed: boolean): bigint[] {
  const values: bigint[] = [];
  const meaning = signed ? unzigzag : (value: bigint) => value;
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at] ?? 0;
    if (first >> 6 === 0) {
      const width = ((first >> 3) & 7) + 1;
      const value = meaning(bits(bytes, (at + 1) * 8, width * 8));
      for (let count = 0; count < (first & 7) + 3; count++) values.push(value);
      at += 1 + width;
      continue;
    }
    const code = (first >> 1) & 31;
    const count = (first & 1) * 256 + (bytes[at + 1] ?? 0) + 1;
    at += 2;
    if (first >> 6 === 1) {
      const width = widthOf(code);
      for (let place = 0; place < count; place++) values.push(meaning(bits(bytes, at * 8 + place * width, width)));
      at += Math.ceil((count * width) / 8);
      continue;
    }
    if (first >> 6 !== 3) throw new Error("patched runs are not written");
    const width = code === 0 ? 0 : widthOf(code);
    const [base, behindBase] = readVarint(bytes, at);
    const [step, behindStep] = readVarint(bytes, behindBase);
    let value = meaning(base);
    const delta = unzigzag(step);
    values.push(value);
    for (let place = 0; place < count - 1; place++) {
      const size = place === 0 || width === 0 ? delta : bits(bytes, behindStep * 8 + (place - 1) * width, width);
      value += place > 0 && width > 0 && delta < 0n ? -size : size;
      values.push(value);
    }
    at = behindStep + Math.ceil(((count - 2) * width) / 8);
  }
  return values;
}

export function decodeVarints(bytes: Buffer): bigint[] {
  const values: bigint[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [value, end] = readVarint(bytes, at);
    values.push(unzigzag(value));
    at = end;
  }
  return values;
}

function unzigzag(value: bigint): bigint {
  return (value & 1n) === 1n ? -((value + 1n) / 2n) : value / 2n;
}

function widthOf(code: number): number {
  return code < 24 ? code + 1 : ([26, 28, 30, 32, 40, 48, 56, 64][code - 24] ?? 0);
}

function bits(bytes: Buffer, from: number, count: number): bigint {
  let value = 0n;
  for (let at = from; at < from + count; at++) {
    value = (value << 1n) | BigInt(((bytes[at >> 3] ?? 0) >> (7 - (at & 7))) & 1);
  }
  return value;
}
