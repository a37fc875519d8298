import { LakehoseError, reasonOf } from "../../model/errors.ts";
import type { ByteSource } from "./byte-source.ts";
import { readBzip2 } from "./bzip2.ts";
import { unpackLz4Block } from "./lz4-block.ts";
import { damaged } from "./native-reader.ts";
import { snappyLength } from "./snappy-length.ts";
import { snappyLibrary } from "./snappy-library.ts";

/** Compressions that Lakehose never writes and meets in data of others. xz is told, and not unpacked. */
export type ForeignCompression = "bzip2" | "lz4" | "snappy-framed" | "xz";

/** So many bytes tell each of them. */
export const FOREIGN_MAGIC_BYTES = 10;

/** What these first bytes of an object say. All of these have a magic, so that there is no doubt. */
export function detectForeignCompression(start: Buffer): ForeignCompression | undefined {
  const text = start.subarray(0, FOREIGN_MAGIC_BYTES).toString("latin1");
  if (/^BZh[1-9]/.test(text) && BZIP2_BLOCKS.includes(text.slice(4))) return "bzip2";
  if (start.length >= 4 && start.readUInt32LE(0) === LZ4_MAGIC) return "lz4";
  if (text === SNAPPY_IDENTIFIER) return "snappy-framed";
  return text.startsWith("\xfd7zXZ\x00") ? "xz" : undefined;
}

/** What follows bzip2's header: a block, or the end of an empty file. */
const BZIP2_BLOCKS = ["1AY&SY", "\x17rE8P\x90"];

/** Plain bytes of an object under one of them. Throw `damaged-object`, and `unsupported-compression` for what cannot be unpacked. */
export const FOREIGN_READERS: Readonly<Record<ForeignCompression, (source: ByteSource) => AsyncGenerator<Buffer>>> = {
  bzip2: readBzip2,
  lz4: readLz4,
  "snappy-framed": readFramedSnappy,
  xz: refuseXz,
};

// biome-ignore lint/correctness/useYield: it has the shape of the readers beside it, and nothing to give.
async function* refuseXz(): AsyncGenerator<Buffer> {
  throw new LakehoseError("unsupported-compression", "Expected a compression that can be unpacked here, got xz");
}

const LZ4_MAGIC = 0x184d_2204;

/** Block sizes by their number in the frame's descriptor. */
const LZ4_BLOCK_BYTES: readonly (number | undefined)[] = [
  undefined,
  undefined,
  undefined,
  undefined,
  64 * 1024,
  256 * 1024,
  1024 * 1024,
  4 * 1024 * 1024,
];

/** How far a match of a linked block may go back. */
const LZ4_HISTORY_BYTES = 64 * 1024;

/**
 *     frame   magic, flags, block size, [content size: 8], [dictionary: 4], checksum of these (byte); blocks; [checksum: 4]
 *     block   length (uint32 LE, top bit: not compressed), bytes, [checksum: 4]; a length of 0 ends the frame
 */
async function* readLz4(source: ByteSource): AsyncGenerator<Buffer> {
  while ((await source.peek(1)).length > 0) {
    const head = await takeExactly(source, 6);
    const flags = head.readUInt8(4);
    const blockBytes = LZ4_BLOCK_BYTES[(head.readUInt8(5) >> 4) & 7];
    if (head.readUInt32LE(0) !== LZ4_MAGIC || flags >> 6 !== 1 || blockBytes === undefined) {
      throw damaged(source, "the descriptor of an LZ4 frame");
    }
    await takeExactly(source, (flags & 8 ? 8 : 0) + (flags & 1 ? 4 : 0) + 1);
    yield* readLz4Blocks(source, { blockBytes, linked: (flags & 0x20) === 0, checksums: (flags & 0x10) !== 0 });
    if (flags & 4) await takeExactly(source, 4);
  }
}

interface Lz4Blocks {
  readonly blockBytes: number;
  readonly linked: boolean;
  readonly checksums: boolean;
}

async function* readLz4Blocks(
  source: ByteSource,
  { blockBytes, linked, checksums }: Lz4Blocks,
): AsyncGenerator<Buffer> {
  let history: Buffer = Buffer.alloc(0);
  for (;;) {
    const head = (await takeExactly(source, 4)).readUInt32LE(0);
    if (head === 0) return;
    const length = head & 0x7fff_ffff;
    if (length > blockBytes) throw damaged(source, `an LZ4 block of at most ${blockBytes} bytes`);
    const packed = await takeExactly(source, length);
    if (checksums) await takeExactly(source, 4);
    const plain = head >>> 31 === 1 ? packed : intact(source, () => unpackLz4Block(packed, blockBytes, history));
    if (linked) history = Buffer.concat([history, plain]).subarray(-LZ4_HISTORY_BYTES);
    yield plain;
  }
}

const SNAPPY_IDENTIFIER = "\xff\x06\x00\x00sNaPpY";

/** Plain bytes of one chunk (Snappy's framing format). */
const SNAPPY_CHUNK_BYTES_MAX = 65_536;

/**
 *     chunk   type (byte), length (uint24 LE), bytes
 *     0       checksum (4), raw Snappy block        1       checksum (4), plain bytes
 *     255     the identifier again                  128 and above: to be passed over
 */
async function* readFramedSnappy(source: ByteSource): AsyncGenerator<Buffer> {
  while ((await source.peek(1)).length > 0) {
    const head = await takeExactly(source, 4);
    const type = head.readUInt8(0);
    const bytes = await takeExactly(source, head.readUIntLE(1, 3));
    if (type === 1) yield bytes.subarray(4);
    else if (type === 0) yield intact(source, () => unpackSnappy(bytes.subarray(4)));
    else if (type < 128) throw damaged(source, "a chunk of framed Snappy");
  }
}

function unpackSnappy(packed: Buffer): Buffer {
  const length = snappyLength(packed);
  if (length === undefined || length > SNAPPY_CHUNK_BYTES_MAX) {
    throw new Error(`Expected at most ${SNAPPY_CHUNK_BYTES_MAX} plain bytes`);
  }
  return Buffer.from(snappyLibrary().uncompressSync(packed, { asBuffer: true }));
}

function intact(source: ByteSource, unpack: () => Buffer): Buffer {
  try {
    return unpack();
  } catch (error) {
    throw damaged(source, `an intact block (${reasonOf(error)})`, error);
  }
}

async function takeExactly(source: ByteSource, count: number): Promise<Buffer> {
  const bytes = await source.take(count);
  if (bytes.length < count) throw damaged(source, `${count - bytes.length} more bytes`);
  return bytes;
}
