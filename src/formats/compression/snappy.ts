import type { Compression, Compressor } from "./compressor.ts";
import { snappyBlocks } from "./snappy-blocks.ts";

/**
 * The stream of xerial's snappy-java, which is what AWS calls Snappy (reference 5.2), not the official framing:
 *
 *     header   82 "SNAPPY" 00, version 1 (int32 BE), compatible with version 1 (int32 BE)
 *     block    compressed length (int32 BE), raw Snappy block of at most 32 KiB of plain bytes; repeated
 */
export const snappy: Compression = {
  type: "snappy",
  extension: ".snappy",
  contentEncoding: "snappy-java",
  open: () => new XerialCompressor(),
};

export const XERIAL_MAGIC: Buffer = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
export const XERIAL_HEADER_BYTES = 16;

const HEADER = Buffer.concat([XERIAL_MAGIC, Buffer.from([0, 0, 0, 1, 0, 0, 0, 1])]);
const BLOCK_BYTES = 32 * 1024;

class XerialCompressor implements Compressor {
  #opened = false;

  async write(chunk: Buffer): Promise<Buffer[]> {
    const output = this.#open();
    for (const { packed } of await snappyBlocks(chunk, BLOCK_BYTES)) {
      const length = Buffer.alloc(4);
      length.writeInt32BE(packed.length);
      output.push(length, packed);
    }
    return output;
  }

  async end(): Promise<Buffer[]> {
    return this.#open();
  }

  #open(): Buffer[] {
    if (this.#opened) return [];
    this.#opened = true;
    return [HEADER];
  }
}
