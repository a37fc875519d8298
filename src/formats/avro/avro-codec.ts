import { promisify } from "node:util";
import { constants, crc32, deflateRaw, zstdCompress } from "node:zlib";
import type { CompressionSpec, CompressionType } from "../../model/delivery-definition.ts";
import { LakehoseError } from "../../model/errors.ts";
import { snappyLibrary } from "../compression/snappy-library.ts";

/** How blocks are compressed, under the name by which readers know it. */
export interface AvroCodec {
  readonly name: string;
  compress(block: Buffer): Promise<Buffer>;
}

export const avroCompressions: readonly CompressionType[] = ["none", "gzip", "hadoop-snappy", "snappy", "zstd"];

/** The compression of the stream, moved inside: gzip becomes its bare deflate, both framings of Snappy become Avro's. */
export function avroCodec({ type, level }: CompressionSpec): AvroCodec {
  switch (type) {
    case "none":
      return { name: "null", compress: async (block) => block };
    case "gzip":
      return { name: "deflate", compress: (block) => deflate(block, { level: level ?? DEFLATE_LEVEL_DEFAULT }) };
    case "snappy":
    case "hadoop-snappy":
      return { name: "snappy", compress: compressSnappy };
    case "zstd": {
      const params = { [constants.ZSTD_c_compressionLevel]: level ?? ZSTD_LEVEL_DEFAULT };
      return { name: "zstandard", compress: (block) => zstd(block, { params }) };
    }
    default: {
      const known = avroCompressions.join(", ");
      throw new LakehoseError("unknown-codec", `Expected a compression of ${known} for Avro; got ${type}`);
    }
  }
}

/** The levels that objects of these compressions have. */
const DEFLATE_LEVEL_DEFAULT = 1;
const ZSTD_LEVEL_DEFAULT = 3;

const deflate = promisify<Buffer, Parameters<typeof deflateRaw>[1], Buffer>(deflateRaw);
const zstd = promisify<Buffer, Parameters<typeof zstdCompress>[1], Buffer>(zstdCompress);

/** A raw Snappy block, then the CRC-32 of the plain bytes (big-endian). */
async function compressSnappy(block: Buffer): Promise<Buffer> {
  const packed = await snappyLibrary().compress(block, { copyOutputData: true });
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(block));
  return Buffer.concat([packed, checksum]);
}
