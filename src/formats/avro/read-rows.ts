import { crc32, inflateRawSync, zstdDecompressSync } from "node:zlib";
import { LakehoseError } from "../../model/errors.ts";
import type { Column } from "../../model/schema/column-type.ts";
import type { JsonValue } from "../../std/json.ts";
import { ByteSource } from "../compression/byte-source.ts";
import { readBzip2 } from "../compression/bzip2.ts";
import { snappyLength } from "../compression/snappy-length.ts";
import { snappyLibrary } from "../compression/snappy-library.ts";
import { damagedAt, RowLines } from "../row-lines.ts";
import { AvroCursor } from "./avro-cursor.ts";
import { type AvroReader, avroRowReader } from "./avro-json.ts";
import { type AvroFileSchema, readAvroSchema } from "./read-schema.ts";

/**
 * The rows of an Avro container file that anybody wrote, as lines of JSON with the columns that are asked for. One block is
 * held at a time.
 *
 *     header   magic, pairs, marker (16)
 *     block    count of rows (long), bytes (long), rows under the codec, the marker again
 */
export async function* readAvroRows(chunks: AsyncIterable<Buffer>, columns: readonly Column[]): AsyncGenerator<Buffer> {
  const source = new ByteSource(chunks);
  let block = 0;
  try {
    const schema = await takeHeader(source);
    const read = avroRowReader(JSON.parse(schema.text) as JsonValue, columns);
    const marker = await takeExactly(source, MARKER_BYTES);
    for (; (await source.peek(1)).length > 0; block++) {
      const rows = await takeLong(source);
      const packed = await takeExactly(source, checkedLength(await takeLong(source)));
      if (!(await takeExactly(source, MARKER_BYTES)).equals(marker)) throw new Error("Expected the marker of the file");
      yield* linesOf(await unpack(packed, schema.codec), rows, read);
    }
  } catch (error) {
    throw damagedAt(`Avro: block ${block} before byte ${source.position}`, error);
  } finally {
    await source.close();
  }
}

const MARKER_BYTES = 16;

/** Of one block, packed and plain; writers make blocks of 16 KiB to a few MiB. */
const BLOCK_BYTES_MAX = 64 * 1024 * 1024;

/** How much of the start is looked at for the header, which holds the schema. */
const HEADER_BYTES = [64 * 1024, 1024 * 1024, 16 * 1024 * 1024];

async function takeHeader(source: ByteSource): Promise<AvroFileSchema> {
  for (const [index, bytes] of HEADER_BYTES.entries()) {
    const head = await source.peek(bytes);
    try {
      const schema = readAvroSchema(head);
      await source.take(schema.headerBytes);
      return schema;
    } catch (error) {
      // It may go on behind what was looked at.
      if (head.length < bytes || index === HEADER_BYTES.length - 1) throw error;
    }
  }
  throw new TypeError("The last look at the header decides");
}

function* linesOf(block: Buffer, rows: number, read: AvroReader): Generator<Buffer> {
  const cursor = new AvroCursor(block);
  const lines = new RowLines();
  for (let row = 0; row < rows; row++) {
    cursor.beginRow();
    lines.add(read(cursor));
    if (lines.isFull) yield lines.take();
  }
  if (!cursor.isAtEnd) throw new Error(`Expected the end of the block behind ${rows} rows`);
  yield lines.take();
}

async function unpack(packed: Buffer, codec: string): Promise<Buffer> {
  switch (codec) {
    case "null":
      return packed;
    case "deflate":
      return inflateRawSync(packed, { maxOutputLength: BLOCK_BYTES_MAX });
    case "snappy":
      return unpackSnappy(packed);
    case "zstandard":
      return zstdDecompressSync(packed, { maxOutputLength: BLOCK_BYTES_MAX });
    case "bzip2":
      return unpackBzip2(packed);
    default:
      throw new LakehoseError(
        "unsupported-compression",
        `Avro: expected a codec that can be unpacked here, got ${codec}`,
      );
  }
}

/** A raw Snappy block, then the CRC-32 of the plain bytes (big-endian). */
function unpackSnappy(packed: Buffer): Buffer {
  if (packed.length < 4) throw new Error("Expected a Snappy block with its checksum");
  const block = packed.subarray(0, -4);
  checkedLength(snappyLength(block) ?? -1);
  const plain = Buffer.from(snappyLibrary().uncompressSync(block, { asBuffer: true }));
  if (crc32(plain) !== packed.readUInt32BE(packed.length - 4))
    throw new Error("Expected the checksum of a Snappy block");
  return plain;
}

async function unpackBzip2(packed: Buffer): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of readBzip2(new ByteSource([packed]))) {
    bytes = checkedLength(bytes + part.length);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function checkedLength(bytes: number): number {
  if (bytes >= 0 && bytes <= BLOCK_BYTES_MAX) return bytes;
  throw new Error(`Expected a block of at most ${BLOCK_BYTES_MAX} bytes, got ${bytes}`);
}

const LONG_BYTES_MAX = 10;

async function takeLong(source: ByteSource): Promise<number> {
  const start = await source.peek(LONG_BYTES_MAX);
  const bytes = start.findIndex((byte) => byte < 0x80) + 1;
  return new AvroCursor(await source.take(bytes === 0 ? start.length : bytes)).int();
}

async function takeExactly(source: ByteSource, count: number): Promise<Buffer> {
  const bytes = await source.take(count);
  if (bytes.length < count) throw new Error(`Expected ${count - bytes.length} more bytes`);
  return bytes;
}
