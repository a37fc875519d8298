import assert from "node:assert/strict";
import { inflateRawSync } from "node:zlib";
import { uncompressSync } from "snappy";
import { decimalText } from "../../src/formats/rows/cell-text.ts";
import { decodeBits, decodeBytes, decodeIntegers, decodeVarints } from "./orc-runs.ts";
import { bytesOf, type Fields, messagesOf, numberOf, packedOf, readProtobuf } from "./protobuf.ts";

/** An ORC file, read as its specification says, with none of the encoder's code. */
export interface OrcFile {
  readonly columnNames: readonly string[];
  /** Rows in the form of `plainCell` in `row-corpus.ts`, as JSON. */
  readonly lines: readonly string[];
  readonly stripes: number;
  readonly rowGroups: number;
  readonly footer: Fields;
  /** Of the stripes, column by column. */
  readonly stripeStatistics: readonly (readonly Fields[])[];
}

export function readOrc(file: Buffer): OrcFile {
  assert.equal(file.subarray(0, 3).toString(), "ORC");
  const postScriptLength = file[file.length - 1] ?? 0;
  const postScriptAt = file.length - 1 - postScriptLength;
  const postScript = readProtobuf(file.subarray(postScriptAt, -1));
  assert.equal(bytesOf(postScript, 8000)[0]?.toString(), "ORC");
  const unpack = unpacker(numberOf(postScript, 2));
  const footerAt = postScriptAt - numberOf(postScript, 1);
  const footer = readProtobuf(unpack(file.subarray(footerAt, postScriptAt)));
  const metadata = readProtobuf(unpack(file.subarray(footerAt - numberOf(postScript, 5), footerAt)));
  const types = messagesOf(footer, 4);
  const lines: string[] = [];
  let rowGroups = 0;
  const stripes = messagesOf(footer, 3);
  for (const stripe of stripes) {
    const streams = readStripe(file, stripe, unpack);
    const rows = numberOf(stripe, 5);
    const root = readColumn(0, rows, { types, streams });
    for (const row of root) lines.push(JSON.stringify(row));
    rowGroups += messagesOf(readProtobuf(streams(0, 6) ?? Buffer.alloc(0)), 1).length;
  }
  assert.equal(numberOf(footer, 6), lines.length);
  return {
    columnNames: bytesOf(types[0] ?? new Map(), 3).map(String),
    lines,
    stripes: stripes.length,
    rowGroups,
    footer,
    stripeStatistics: messagesOf(metadata, 1).map((one) => messagesOf(one, 1)),
  };
}

type Streams = (column: number, kind: number) => Buffer | undefined;

interface Within {
  readonly types: readonly Fields[];
  readonly streams: Streams;
}

function readStripe(file: Buffer, stripe: Fields, unpack: (bytes: Buffer) => Buffer): Streams {
  const [offset, indexLength, dataLength, footerLength] = [1, 2, 3, 4].map((field) => numberOf(stripe, field));
  assert.ok(offset !== undefined && indexLength !== undefined && dataLength !== undefined);
  const footerAt = offset + indexLength + dataLength;
  const footer = readProtobuf(unpack(file.subarray(footerAt, footerAt + (footerLength ?? 0))));
  assert.equal(bytesOf(footer, 3)[0]?.toString(), "UTC");
  const found = new Map<string, Buffer>();
  let at = offset;
  for (const stream of messagesOf(footer, 1)) {
    const length = numberOf(stream, 3);
    found.set(`${numberOf(stream, 2)} ${numberOf(stream, 1)}`, unpack(file.subarray(at, at + length)));
    at += length;
  }
  assert.equal(at, footerAt);
  return (column, kind) => found.get(`${column} ${kind}`);
}

function unpacker(compression: number): (bytes: Buffer) => Buffer {
  if (compression === 0) return (bytes) => bytes;
  return (bytes) => {
    const plain: Buffer[] = [];
    for (let at = 0; at < bytes.length; ) {
      const header = bytes.readUIntLE(at, 3);
      const chunk = bytes.subarray(at + 3, at + 3 + (header >> 1));
      assert.equal(chunk.length, header >> 1);
      if (header & 1) plain.push(chunk);
      else plain.push(compression === 1 ? inflateRawSync(chunk) : Buffer.from(uncompressSync(chunk)));
      at += 3 + chunk.length;
    }
    return Buffer.concat(plain);
  };
}

/** Values of a column for `rows` places of what it stands in. */
function readColumn(id: number, rows: number, within: Within): unknown[] {
  const present = within.streams(id, 0);
  const where = present === undefined ? undefined : decodeBits(present).slice(0, rows);
  const count = where === undefined ? rows : where.filter(Boolean).length;
  const values = readValues(id, count, within);
  assert.ok(values.length >= count, `column ${id} has its values`);
  if (where === undefined) return values.slice(0, count);
  let next = 0;
  return where.map((one) => (one ? values[next++] : null));
}

function readValues(id: number, count: number, within: Within): unknown[] {
  const type = within.types[id] ?? new Map();
  const stream = (kind: number) => within.streams(id, kind) ?? Buffer.alloc(0);
  const children = packedOf(type, 2);
  switch (numberOf(type, 1)) {
    case 0:
      return decodeBits(stream(1));
    case 1:
      return decodeBytes(stream(1)).map((byte) => String((byte << 24) >> 24));
    case 5:
      return fixed(stream(1), 4, (bytes) => bytes.readFloatLE());
    case 6:
      return fixed(stream(1), 8, (bytes) => bytes.readDoubleLE());
    case 7:
    case 16:
      return pieces(stream(1), stream(2)).map(String);
    case 17:
      return pieces(stream(1), stream(2)).map((bytes) => bytes.toString().trimEnd());
    case 8:
      return pieces(stream(1), stream(2)).map((bytes) => bytes.toString("hex"));
    case 9:
      return timestamps(stream(1), stream(5));
    case 14: {
      const scales = decodeIntegers(stream(5), true);
      return decodeVarints(stream(1)).map((value, index) => decimalText(value, Number(scales[index])));
    }
    case 10:
      return lists(decodeIntegers(stream(2), false), children, within).map((columns) => columns.map(([one]) => one));
    case 11:
      return lists(decodeIntegers(stream(2), false), children, within);
    case 12: {
      const columns = children.map((child) => readColumn(child, count, within));
      return Array.from({ length: count }, (_, row) => columns.map((column) => column[row]));
    }
    default:
      return decodeIntegers(stream(1), true).map(String);
  }
}

/** Elements of each list as tuples: one value for an array, key and value for a map. */
function lists(lengths: readonly bigint[], children: readonly number[], within: Within): unknown[][][] {
  const total = lengths.reduce((sum, length) => sum + Number(length), 0);
  const columns = children.map((child) => readColumn(child, total, within));
  let at = 0;
  return lengths.map((length) =>
    Array.from({ length: Number(length) }, () => {
      const place = at++;
      return columns.map((column) => column[place]);
    }),
  );
}

function pieces(data: Buffer, lengths: Buffer): Buffer[] {
  let at = 0;
  return decodeIntegers(lengths, false).map((length) => {
    const piece = data.subarray(at, at + Number(length));
    at += piece.length;
    return piece;
  });
}

function fixed(data: Buffer, width: number, read: (bytes: Buffer) => number): string[] {
  return Array.from({ length: data.length / width }, (_, index) => {
    const bits = Buffer.alloc(8);
    bits.writeDoubleBE(read(data.subarray(index * width)));
    return bits.toString("hex");
  });
}

function timestamps(seconds: Buffer, nanoseconds: Buffer): string[] {
  const nanos = decodeIntegers(nanoseconds, false).map((value) => {
    const zeros = Number(value & 7n);
    return (value >> 3n) * (zeros === 0 ? 1n : 10n ** BigInt(zeros + 1));
  });
  return decodeIntegers(seconds, true).map((since2015, index) => {
    const second = since2015 + 1_420_070_400n;
    const nano = nanos[index] ?? 0n;
    return `${second < 0n && nano > 999_999n ? second - 1n : second}.${nano}`;
  });
}
