import { promisify } from "node:util";
import { gunzip, gzip, zstdCompress, zstdDecompress } from "node:zlib";
import { snappyLibrary } from "../compression/snappy-library.ts";

/** How the pages of a column chunk are compressed. */
export interface PageCodec {
  pack(plain: Buffer): Promise<Buffer>;
  unpack(packed: Buffer): Promise<Buffer>;
}

/** The codec of that number in Parquet's `CompressionCodec`. */
export function pageCodecOf(number: number | undefined): PageCodec {
  const codec = CODECS.get(number);
  if (codec === undefined) throw new Error(`Expected pages that are plain, snappy, gzip or zstd, got codec ${number}`);
  return codec;
}

const CODECS: ReadonlyMap<number | undefined, PageCodec> = new Map([
  [0, { pack: async (plain: Buffer) => plain, unpack: async (packed: Buffer) => packed }],
  [
    1,
    {
      pack: (plain: Buffer) => snappyLibrary().compress(plain, { copyOutputData: true }),
      unpack: async (packed: Buffer) => Buffer.from(await snappyLibrary().uncompress(packed, { copyOutputData: true })),
    },
  ],
  [2, { pack: promisify<Buffer, Buffer>(gzip), unpack: promisify<Buffer, Buffer>(gunzip) }],
  [6, { pack: promisify<Buffer, Buffer>(zstdCompress), unpack: promisify<Buffer, Buffer>(zstdDecompress) }],
]);
