import { promisify } from "node:util";
import { deflateRaw, deflateRawSync } from "node:zlib";
import { snappyLibrary } from "../compression/snappy-library.ts";

/**
 * A compressed part of a stream:
 *
 *     chunk    length times two, plus one where the bytes are as they were (uint24 LE); bytes
 *
 * Each part of at most `CHUNK_BYTES` is compressed on its own, so that readers can begin at any of them.
 */
export async function chunk(plain: Buffer, compression: OrcCompression): Promise<Buffer> {
  const packed = await (plain.length < WORTH_A_HOP_BYTES ? PACK_HERE : PACK_ELSEWHERE)[compression](plain);
  const original = packed.length >= plain.length;
  const bytes = original ? plain : packed;
  const framed = Buffer.allocUnsafe(HEADER_BYTES + bytes.length);
  framed.writeUIntLE(bytes.length * 2 + (original ? 1 : 0), 0, HEADER_BYTES);
  bytes.copy(framed, HEADER_BYTES);
  return framed;
}

export type OrcCompression = "zlib" | "snappy";

/** ORC's default block size; readers hold one block of each stream in memory. */
export const CHUNK_BYTES = 256 * 1024;

const HEADER_BYTES = 3;

/** Less than this is compressed sooner than handed to another thread. */
const WORTH_A_HOP_BYTES = 8 * 1024;

/** Deflate level of the writers that most files come from. */
const LEVEL = 6;

const deflateRawAsync = promisify<Buffer, Parameters<typeof deflateRaw>[1], Buffer>(deflateRaw);

const PACK_HERE: Readonly<Record<OrcCompression, (plain: Buffer) => Buffer>> = {
  zlib: (plain) => deflateRawSync(plain, { level: LEVEL }),
  snappy: (plain) => snappyLibrary().compressSync(plain, { copyOutputData: true }),
};

const PACK_ELSEWHERE: Readonly<Record<OrcCompression, (plain: Buffer) => Promise<Buffer>>> = {
  zlib: (plain) => deflateRawAsync(plain, { level: LEVEL, chunkSize: CHUNK_BYTES }),
  snappy: (plain) => snappyLibrary().compress(plain, { copyOutputData: true }),
};
