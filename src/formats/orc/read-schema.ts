import { constants, inflateRawSync, zstdDecompressSync } from "node:zlib";
import { LakehoseError, reasonOf } from "../../model/errors.ts";
import type { Column, ColumnType, SimpleKind } from "../../model/schema/column-type.ts";
import { TYPE_DEPTH_MAX, TYPES_MAX } from "../../model/schema/schema-limits.ts";
import { unpackLz4Block } from "../compression/lz4-block.ts";
import { snappyLength } from "../compression/snappy-length.ts";
import { snappyLibrary } from "../compression/snappy-library.ts";
import { bytesIn, numberIn, numbersIn, type ProtobufFields, readProtobuf } from "./protobuf-reader.ts";

/** What stands at the end of an ORC file. */
export interface OrcTail {
  readonly footer: ProtobufFields;
  readonly packing: OrcPacking;
}

/** How everything but the post script is packed, by the numbers of CompressionKind. */
export interface OrcPacking {
  readonly compression: number;
  /** Plain bytes of a chunk, at most. */
  readonly chunkBytes: number;
}

/**
 * The end of an ORC file that anybody wrote is read backwards:
 *
 *     footer       in chunks that may be compressed each; its types are the schema, the root first
 *     post script  never compressed: length of the footer, compression
 *     length       of the post script (byte)
 *
 * `tail` is the end of the file; when it does not hold the footer, the answer is how many bytes of the end are needed.
 */
export function readOrcTail(tail: Buffer): OrcTail | { readonly tailBytes: number } {
  try {
    const postScriptBytes = tail.at(-1) ?? 0;
    const footerEnd = tail.length - 1 - postScriptBytes;
    if (footerEnd < 0) throw new Error("Expected a post script, got an end before it");
    const postScript = readProtobuf(tail.subarray(footerEnd, -1));
    if (bytesIn(postScript, 8000)[0]?.toString("latin1") !== "ORC") throw new Error("Expected ORC in the post script");
    const footerBytes = numberIn(postScript, 1) ?? 0;
    if (footerBytes > footerEnd) return { tailBytes: footerBytes + 1 + postScriptBytes };
    const chunkBytes = Math.min(numberIn(postScript, 3) ?? CHUNK_BYTES_DEFAULT, CHUNK_BYTES_MAX);
    const packing = { compression: numberIn(postScript, 2) ?? 0, chunkBytes };
    return { footer: readProtobuf(unpackOrc(tail.subarray(footerEnd - footerBytes, footerEnd), packing)), packing };
  } catch (error) {
    throw unreadable(error);
  }
}

/** The columns of an ORC file in Hive's words, from its end; or how many bytes of the end are needed. */
export function readOrcSchema(tail: Buffer): { readonly columns: readonly Column[] } | { readonly tailBytes: number } {
  const found = readOrcTail(tail);
  if ("tailBytes" in found) return found;
  try {
    return { columns: columnsOf(found.footer) };
  } catch (error) {
    throw unreadable(error);
  }
}

function unreadable(error: unknown): LakehoseError {
  return new LakehoseError("damaged-object", `The ORC footer cannot be read: ${reasonOf(error)}`, { cause: error });
}

/** Largest footer that is unpacked: 20,000 columns with statistics of many stripes. */
const FOOTER_BYTES_MAX = 64 * 1024 * 1024;

/** Chunks of a file, by its own word: 256 KiB is the rule, the format's length field ends at 8 MiB. */
const CHUNK_BYTES_DEFAULT = 256 * 1024;
const CHUNK_BYTES_MAX = 8 * 1024 * 1024;

/** Plain bytes of a footer: chunks behind their length and a bit that says whether they are as they were. */
export function unpackOrc(packed: Buffer, { compression, chunkBytes }: OrcPacking): Buffer {
  if (compression === 0) return packed;
  const parts: Buffer[] = [];
  let bytes = 0;
  for (let at = 0; at + 3 <= packed.length; ) {
    const head = packed.readUIntLE(at, 3);
    const chunk = packed.subarray(at + 3, at + 3 + (head >> 1));
    const part = head & 1 ? chunk : unpackChunk(chunk, compression, chunkBytes);
    bytes += part.length;
    if (bytes > FOOTER_BYTES_MAX) throw new Error(`Expected a footer of at most ${FOOTER_BYTES_MAX} bytes`);
    parts.push(part);
    at += 3 + (head >> 1);
  }
  return Buffer.concat(parts);
}

export function unpackChunk(chunk: Buffer, compression: number, bytesMax: number): Buffer {
  switch (compression) {
    case 1:
      return inflateRawSync(chunk, { maxOutputLength: bytesMax, finishFlush: constants.Z_SYNC_FLUSH });
    case 2:
      if ((snappyLength(chunk) ?? bytesMax + 1) > bytesMax)
        throw new Error(`Expected chunks of at most ${bytesMax} bytes`);
      return Buffer.from(snappyLibrary().uncompressSync(chunk, { asBuffer: true }));
    case 4:
      return unpackLz4Block(chunk, bytesMax);
    case 5:
      return zstdDecompressSync(chunk, { maxOutputLength: bytesMax });
    default:
      throw new Error(`Expected zlib, Snappy, LZ4 or Zstandard, got compression number ${compression}`);
  }
}

function columnsOf(footer: ProtobufFields): readonly Column[] {
  const types = bytesIn(footer, 4);
  if (types.length > TYPES_MAX) throw new Error(`Expected at most ${TYPES_MAX} types`);
  const root = typeAt({ types: types.map(readProtobuf), left: TYPES_MAX }, 0, 1);
  if (root.kind !== "struct") throw new Error("Expected a struct as the root of all columns");
  return root.fields;
}

/** By the numbers of Type.Kind; those without parts. 18 is a timestamp with a zone. */
const SIMPLE: ReadonlyMap<number, SimpleKind> = new Map([
  [0, "boolean"],
  [1, "tinyint"],
  [2, "smallint"],
  [3, "int"],
  [4, "bigint"],
  [5, "float"],
  [6, "double"],
  [7, "string"],
  [8, "binary"],
  [9, "timestamp"],
  [15, "date"],
  [18, "timestamp"],
]);

interface Types {
  readonly types: readonly ProtobufFields[];
  /** How many may still be read: a part that two wholes share is read twice, and twice as often on each level. */
  left: number;
}

function typeAt(within: Types, id: number, depth: number): ColumnType {
  const message = within.types[id];
  if (message === undefined || depth > TYPE_DEPTH_MAX) throw new Error(`Expected a type ${id} of few levels`);
  if (within.left-- === 0) throw new Error(`Expected at most ${TYPES_MAX} types`);
  const kind = numberIn(message, 1) ?? 0;
  const simple = SIMPLE.get(kind);
  if (simple !== undefined) return { kind: simple };
  // The format numbers types depth first, so a part has a higher id than its whole: a circle cannot be written down.
  const parts = numbersIn(message, 2).map((part) => {
    if (part <= id) throw new Error(`Expected the parts of type ${id} behind it, got ${part}`);
    return typeAt(within, part, depth + 1);
  });
  return composed(kind, parts, message);
}

function composed(kind: number, parts: readonly ColumnType[], message: ProtobufFields): ColumnType {
  const [first = STRING, second = STRING] = parts;
  switch (kind) {
    case 10:
      return { kind: "array", element: first };
    case 11:
      return { kind: "map", key: first, value: second };
    case 12:
      return { kind: "struct", fields: fieldsOf(parts, bytesIn(message, 3)) };
    case 14:
      return { kind: "decimal", precision: numberIn(message, 5) ?? 38, scale: numberIn(message, 6) ?? 0 };
    case 16:
    case 17:
      return { kind: kind === 16 ? "varchar" : "char", length: numberIn(message, 4) ?? 255 };
    default:
      // Unions, and what later versions of the format add, are kept as their text.
      return STRING;
  }
}

const STRING: ColumnType = { kind: "string" };

function fieldsOf(parts: readonly ColumnType[], names: readonly Buffer[]): readonly Column[] {
  if (names.length !== parts.length) throw new Error(`Expected ${parts.length} names of fields, got ${names.length}`);
  return parts.map((type, index) => ({ name: names[index]?.toString("utf8") ?? "", type }));
}
