import { inflateSync } from "node:zlib";
import { LakehoseError } from "../../model/errors.ts";
import { ByteSource } from "../compression/byte-source.ts";
import { decompressAs, type ReadableCompression } from "../compression/decompress.ts";
import { damagedAt } from "../row-lines.ts";
import { KEY_CLASS, SYNC_MARKER_BYTES } from "./header.ts";
import { ValueCursor } from "./value-cursor.ts";

/**
 * The values of a Hadoop SequenceFile that anybody wrote, each as it is, in arrays of those that come at a time. Versions 4
 * to 6, without compression, by the record and by the block; `header.ts`, `record.ts` and `block.ts` draw the bytes.
 */
export async function* readSequenceValues(chunks: AsyncIterable<Buffer>): AsyncGenerator<readonly Buffer[]> {
  const source = new ByteSource(chunks);
  try {
    const header = await readHeader(source);
    yield* header.inBlocks ? readBlocks(source, header) : readRecords(source, header);
  } catch (error) {
    throw damagedAt(`SequenceFile: what stands before byte ${source.position}`, error);
  } finally {
    await source.close();
  }
}

interface FileHeader {
  /** A value without the length before it. */
  readonly valueOf: (bytes: Buffer) => Buffer;
  readonly unpack: (bytes: Buffer) => Promise<Buffer>;
  readonly compressed: boolean;
  readonly inBlocks: boolean;
  readonly marker: Buffer;
}

/** Of one record, and of one buffer of a block, packed and plain. */
const PART_BYTES_MAX = 64 * 1024 * 1024;

/** Pairs of metadata; nobody writes any. */
const METADATA_PAIRS_MAX = 10_000;
const NAME_BYTES_MAX = 64 * 1024;

async function readHeader(source: ByteSource): Promise<FileHeader> {
  const magic = await take(source, 4);
  const version = magic[3] ?? 0;
  if (magic.toString("latin1", 0, 3) !== "SEQ" || version < 4 || version > 6) {
    throw new Error("Expected the magic of a SequenceFile of version 4 to 6");
  }
  await takeText(source);
  const valueClass = await takeText(source);
  const compressed = (await take(source, 1))[0] === 1;
  const inBlocks = (await take(source, 1))[0] === 1;
  const codec = compressed && version >= 5 ? await takeText(source) : DEFAULT_CODEC;
  if (version === 6) {
    const pairs = await takeInt32(source);
    if (pairs > METADATA_PAIRS_MAX) throw new Error(`Expected at most ${METADATA_PAIRS_MAX} pairs of metadata`);
    for (let left = pairs * 2; left > 0; left--) await takeText(source);
  }
  const marker = await take(source, SYNC_MARKER_BYTES);
  return { valueOf: valueReader(valueClass), unpack: unpacker(compressed ? codec : ""), compressed, inBlocks, marker };
}

function valueReader(valueClass: string): (bytes: Buffer) => Buffer {
  if (valueClass === "org.apache.hadoop.io.Text") {
    return (bytes) => {
      const cursor = new ValueCursor(bytes);
      return cursor.take(cursor.vint());
    };
  }
  if (valueClass === "org.apache.hadoop.io.BytesWritable") {
    return (bytes) => {
      const cursor = new ValueCursor(bytes);
      return cursor.take(cursor.int32());
    };
  }
  const message = `SequenceFile: expected values of Text or BytesWritable, got ${valueClass.slice(0, 200)}; keys such as ${KEY_CLASS} are not looked at`;
  throw new LakehoseError("unsupported-value", message);
}

const DEFAULT_CODEC = "org.apache.hadoop.io.compress.DefaultCodec";

const CODECS: ReadonlyMap<string, ReadableCompression> = new Map([
  ["BZip2Codec", "bzip2"],
  ["GzipCodec", "gzip"],
  ["SnappyCodec", "hadoop-snappy"],
  ["ZStandardCodec", "zstd"],
]);

function unpacker(codec: string): (bytes: Buffer) => Promise<Buffer> {
  if (codec === "") return async (bytes) => bytes;
  const name = codec.slice(codec.lastIndexOf(".") + 1);
  if (name === "DefaultCodec" || name === "DeflateCodec") {
    return async (bytes) => inflateSync(bytes, { maxOutputLength: PART_BYTES_MAX });
  }
  const type = CODECS.get(name);
  if (type === undefined) {
    throw new LakehoseError(
      "unsupported-compression",
      `SequenceFile: expected a codec that can be unpacked, got ${codec}`,
    );
  }
  return async (bytes) => {
    const parts: Buffer[] = [];
    for await (const part of decompressAs(type, bytes, { outputBytesMax: PART_BYTES_MAX })) parts.push(part);
    return Buffer.concat(parts);
  };
}

/** A length of -1 stands before the marker, which comes now and then between records and before each block. */
async function* readRecords(source: ByteSource, header: FileHeader): AsyncGenerator<readonly Buffer[]> {
  while ((await source.peek(1)).length > 0) {
    const length = (await take(source, 4)).readInt32BE();
    if (length === -1) {
      await takeMarker(source, header);
      continue;
    }
    const keyLength = await takeInt32(source);
    if (keyLength > length) throw new Error(`Expected a key within its record, got one of ${keyLength} bytes`);
    const record = await take(source, checkedLength(length));
    yield [header.valueOf(await header.unpack(record.subarray(keyLength)))];
  }
}

async function* readBlocks(source: ByteSource, header: FileHeader): AsyncGenerator<readonly Buffer[]> {
  while ((await source.peek(1)).length > 0) {
    if ((await take(source, 4)).readInt32BE() !== -1) throw new Error("Expected the start of a block");
    await takeMarker(source, header);
    const count = await takeVint(source);
    await takeBuffer(source);
    await takeBuffer(source);
    const lengths = new ValueCursor(await header.unpack(await takeBuffer(source)));
    const values = new ValueCursor(await header.unpack(await takeBuffer(source)));
    const found: Buffer[] = [];
    for (let left = count; left > 0; left--) found.push(header.valueOf(values.take(lengths.vint())));
    yield found;
  }
}

async function takeMarker(source: ByteSource, { marker }: FileHeader): Promise<void> {
  if (!(await take(source, SYNC_MARKER_BYTES)).equals(marker)) throw new Error("Expected the marker of the file");
}

async function takeBuffer(source: ByteSource): Promise<Buffer> {
  return take(source, checkedLength(await takeVint(source)));
}

async function takeText(source: ByteSource): Promise<string> {
  const length = await takeVint(source);
  if (length > NAME_BYTES_MAX) throw new Error(`Expected a name of at most ${NAME_BYTES_MAX} bytes, got ${length}`);
  return (await take(source, length)).toString("utf8");
}

async function takeInt32(source: ByteSource): Promise<number> {
  return checkedLength((await take(source, 4)).readInt32BE());
}

const VINT_BYTES_MAX = 9;

async function takeVint(source: ByteSource): Promise<number> {
  const cursor = new ValueCursor(await source.peek(VINT_BYTES_MAX));
  const value = cursor.vint();
  await source.take(cursor.at);
  return value;
}

async function take(source: ByteSource, count: number): Promise<Buffer> {
  const bytes = await source.take(count);
  if (bytes.length < count) throw new Error(`Expected ${count - bytes.length} more bytes`);
  return bytes;
}

function checkedLength(length: number): number {
  if (length >= 0 && length <= PART_BYTES_MAX) return length;
  throw new Error(`Expected a length of at most ${PART_BYTES_MAX}, got ${length}`);
}
