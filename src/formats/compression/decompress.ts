import { constants, createZstdDecompress } from "node:zlib";
import type { CompressionType } from "../../model/delivery-definition.ts";
import { LakehoseError } from "../../model/errors.ts";
import { ByteSource } from "./byte-source.ts";
import { inflate } from "./inflate.ts";
import { damaged, NATIVE_OUTPUT_BYTES, readNative } from "./native-reader.ts";
import {
  detectForeignCompression,
  FOREIGN_MAGIC_BYTES,
  FOREIGN_READERS,
  type ForeignCompression,
} from "./read-foreign.ts";
import { XERIAL_HEADER_BYTES, XERIAL_MAGIC } from "./snappy.ts";
import { snappyLength } from "./snappy-length.ts";
import { snappyLibrary } from "./snappy-library.ts";

/**
 * Reads objects back, whoever wrote them: redrive, previews and tests.
 *
 * What an object is, its bytes say: extensions and Content-Encoding are often wrong in the wild. Everything that begins
 * like no compression is passed on as it is. Gzip members may follow one another with nothing, LF, or CRLF between them
 * (producers compress single messages); the separators are not part of the content. Hadoop's Snappy has no magic: it is
 * taken for that when its first block has a length that fits and unpacks to it.
 *
 * Output is bounded: a few bytes may claim to be gigabytes.
 */
export async function* decompress(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  options: DecompressOptions,
): AsyncGenerator<Buffer> {
  yield* unpacked(new ByteSource(chunks), undefined, options);
}

/** `decompress` of bytes whose compression is said elsewhere: parts of a file have no magic that could be trusted. */
export function decompressAs(
  type: ReadableCompression,
  bytes: Buffer,
  options: DecompressOptions,
): AsyncGenerator<Buffer> {
  return unpacked(new ByteSource([bytes]), type, options);
}

async function* unpacked(
  source: ByteSource,
  known: ReadableCompression | undefined,
  options: DecompressOptions,
): AsyncGenerator<Buffer> {
  let bytes = 0;
  try {
    const type = known ?? (await detect(source));
    options.onDetected?.(type);
    for await (const chunk of READERS[type](source)) {
      bytes += chunk.length;
      if (bytes > options.outputBytesMax) throw tooLarge(options.outputBytesMax);
      yield chunk;
    }
  } finally {
    await source.close();
  }
}

export interface DecompressOptions {
  /** Plain bytes that are more than this end in the error `decompressed-too-large`. */
  readonly outputBytesMax: number;
  /** Told what the bytes are, before the first plain byte. */
  readonly onDetected?: (type: ReadableCompression) => void;
}

/** Compressions that are told, and but for xz unpacked: those that Lakehose writes, and others. */
export type ReadableCompression = CompressionType | ForeignCompression;

/** What these bytes, the start of an object or all of it, are compressed with. */
export function detectCompression(bytes: Buffer): Promise<ReadableCompression> {
  return detect(new ByteSource([bytes]));
}

/** Largest block of a Snappy stream that is believed; writers use 32 KiB and 256 KiB. */
const SNAPPY_BLOCK_BYTES_MAX = 64 * 1024 * 1024;

/** Zstandard contexts of readers may ask for windows up to 128 MiB, zstd's own default limit. */
const ZSTD_WINDOW_LOG_MAX = 27;

const READERS: Readonly<Record<ReadableCompression, (source: ByteSource) => AsyncGenerator<Buffer>>> = {
  ...FOREIGN_READERS,
  gzip: readGzip,
  "hadoop-snappy": readHadoopSnappy,
  none: readPlain,
  snappy: readXerial,
  zip: readZip,
  zstd: readZstd,
};

async function detect(source: ByteSource): Promise<ReadableCompression> {
  const foreign = detectForeignCompression(await source.peek(FOREIGN_MAGIC_BYTES));
  if (foreign !== undefined) return foreign;
  const start = await source.peek(XERIAL_MAGIC.length);
  if (start.length >= 3 && start.readUIntBE(0, 3) === 0x1f8b08) return "gzip";
  if (start.length >= 4 && start.readUInt32LE(0) === 0x0403_4b50) return "zip";
  if (start.length >= 4 && start.readUInt32LE(0) === 0xfd2f_b528) return "zstd";
  if (start.equals(XERIAL_MAGIC)) return "snappy";
  return (await startsWithHadoopBlock(source)) ? "hadoop-snappy" : "none";
}

async function startsWithHadoopBlock(source: ByteSource): Promise<boolean> {
  const lengths = await source.peek(8);
  if (lengths.length < 8) return false;
  const plainBytes = lengths.readUInt32BE(0);
  const packedBytes = lengths.readUInt32BE(4);
  if (plainBytes === 0 || plainBytes > SNAPPY_BLOCK_BYTES_MAX) return false;
  if (packedBytes === 0 || packedBytes > plainBytes + plainBytes / 6 + 32) return false;
  const block = await source.peek(8 + packedBytes);
  const unpackedBytes = snappyLength(block.subarray(8));
  if (block.length < 8 + packedBytes || unpackedBytes === undefined || unpackedBytes > plainBytes) return false;
  return (await unpack(block.subarray(8)).catch(() => undefined)) !== undefined;
}

async function* readPlain(source: ByteSource): AsyncGenerator<Buffer> {
  for (let chunk = await source.takeChunk(); chunk !== undefined; chunk = await source.takeChunk()) yield chunk;
}

async function* readGzip(source: ByteSource): AsyncGenerator<Buffer> {
  for (;;) {
    await skipGzipHeader(source);
    const plain = yield* inflate(source);
    const trailer = await source.take(8);
    const intact =
      trailer.length === 8 &&
      trailer.readUInt32LE(0) === plain.crc &&
      trailer.readUInt32LE(4) === plain.bytes % 2 ** 32;
    if (!intact) throw damaged(source, "a gzip trailer with the checksum of the content");
    await skipLineBreak(source);
    if ((await source.peek(1)).length === 0) return;
  }
}

async function skipGzipHeader(source: ByteSource): Promise<void> {
  const header = await source.take(10);
  if (header.length < 10 || header.readUIntBE(0, 3) !== 0x1f8b08) throw damaged(source, "a gzip header");
  const flags = header.readUInt8(3);
  if (flags & 4) await source.take((await takeExactly(source, 2)).readUInt16LE(0));
  if (flags & 8) await skipText(source);
  if (flags & 16) await skipText(source);
  if (flags & 2) await source.take(2);
}

async function skipText(source: ByteSource): Promise<void> {
  while ((await takeExactly(source, 1)).readUInt8(0) !== 0);
}

async function skipLineBreak(source: ByteSource): Promise<void> {
  const next = (await source.peek(2)).toString("latin1");
  if (next === "\r\n") await source.take(2);
  else if (next.startsWith("\n")) await source.take(1);
}

async function* readZip(source: ByteSource): AsyncGenerator<Buffer> {
  for (;;) {
    const signature = await source.peek(4);
    if (signature.length < 4 || signature.readUInt32LE(0) !== 0x0403_4b50) return;
    const header = await takeExactly(source, 30);
    const flags = header.readUInt16LE(6);
    const method = header.readUInt16LE(8);
    const packedBytes = header.readUInt32LE(18);
    await takeExactly(source, header.readUInt16LE(26) + header.readUInt16LE(28));
    if (flags & 1) throw damaged(source, "a ZIP entry without encryption");
    if (method === 0 && !(flags & 8)) {
      yield* readStored(source, packedBytes);
      continue;
    }
    if (method !== 8) throw damaged(source, "a deflated ZIP entry");
    const plain = yield* inflate(source);
    const crc = flags & 8 ? await takeDescriptorCrc(source, plain.bytes, plain.packedBytes) : header.readUInt32LE(14);
    if (crc !== plain.crc) throw damaged(source, "a ZIP entry with the checksum of its content");
  }
}

async function* readStored(source: ByteSource, bytes: number): AsyncGenerator<Buffer> {
  for (let left = bytes; left > 0; ) {
    const chunk = await source.take(Math.min(left, 64 * 1024));
    if (chunk.length === 0) throw damaged(source, `${left} more bytes of a ZIP entry`);
    left -= chunk.length;
    yield chunk;
  }
}

/** The descriptor's signature is optional, and its sizes have eight bytes when one of them needs them. */
async function takeDescriptorCrc(source: ByteSource, plainBytes: number, packedBytes: number): Promise<number> {
  const signed = (await source.peek(4)).equals(Buffer.from("PK\x07\x08", "latin1"));
  if (signed) await source.take(4);
  const large = Math.max(plainBytes, packedBytes) > 0xffff_ffff;
  return (await takeExactly(source, large ? 20 : 12)).readUInt32LE(0);
}

async function* readXerial(source: ByteSource): AsyncGenerator<Buffer> {
  await takeExactly(source, XERIAL_HEADER_BYTES);
  for (;;) {
    const start = await source.peek(XERIAL_MAGIC.length);
    if (start.length === 0) return;
    if (start.equals(XERIAL_MAGIC)) await takeExactly(source, XERIAL_HEADER_BYTES);
    else yield await takeSnappyBlock(source);
  }
}

async function* readHadoopSnappy(source: ByteSource): AsyncGenerator<Buffer> {
  while ((await source.peek(1)).length > 0) {
    const blockBytes = (await takeExactly(source, 4)).readUInt32BE(0);
    for (let bytes = 0; bytes < blockBytes; ) {
      const chunk = await takeSnappyBlock(source);
      bytes += chunk.length;
      yield chunk;
    }
  }
}

async function takeSnappyBlock(source: ByteSource): Promise<Buffer> {
  const packedBytes = (await takeExactly(source, 4)).readUInt32BE(0);
  if (packedBytes > SNAPPY_BLOCK_BYTES_MAX) throw damaged(source, "a Snappy block of at most 64 MiB");
  const packed = await takeExactly(source, packedBytes);
  const plainBytes = snappyLength(packed);
  if (plainBytes === undefined || plainBytes > SNAPPY_BLOCK_BYTES_MAX) throw damaged(source, "a Snappy block");
  return unpack(packed).catch((cause) => {
    throw damaged(source, "a Snappy block", cause);
  });
}

async function unpack(packed: Buffer): Promise<Buffer> {
  const plain = await snappyLibrary().uncompress(packed, { asBuffer: true, copyOutputData: true });
  return typeof plain === "string" ? Buffer.from(plain) : plain;
}

async function* readZstd(source: ByteSource): AsyncGenerator<Buffer> {
  const params = { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG_MAX };
  while ((await source.peek(1)).length > 0) {
    yield* readNative(createZstdDecompress({ params, chunkSize: NATIVE_OUTPUT_BYTES }), source);
  }
}

async function takeExactly(source: ByteSource, count: number): Promise<Buffer> {
  const bytes = await source.take(count);
  if (bytes.length < count) throw damaged(source, `${count - bytes.length} more bytes`);
  return bytes;
}

function tooLarge(bytesMax: number): LakehoseError {
  const message = `Expected at most ${bytesMax} bytes after decompression, there are more; raise the limit if they are wanted`;
  return new LakehoseError("decompressed-too-large", message);
}
