import type { Compression, Compressor } from "./compressor.ts";
import { snappyBlocks } from "./snappy-blocks.ts";

/**
 * Hadoop's block stream around Snappy (reference 5.2), without header or end:
 *
 *     block    plain length (int32 BE), then chunks until that many plain bytes are there
 *     chunk    compressed length (int32 BE), raw Snappy block
 *
 * We write one chunk per block.
 */
export const hadoopSnappy: Compression = {
  type: "hadoop-snappy",
  extension: ".snappy",
  contentEncoding: "hadoop-snappy",
  open: () => new HadoopSnappyCompressor(),
};

/**
 * Hadoop's reader has 256 KiB for a compressed chunk (io.compression.codec.snappy.buffersize), and Snappy may grow what
 * it cannot compress by a sixth and 32 bytes: Hadoop's own writer stops here, and so do we.
 */
const HADOOP_BUFFER_BYTES = 256 * 1024;
const BLOCK_BYTES = HADOOP_BUFFER_BYTES - (Math.floor(HADOOP_BUFFER_BYTES / 6) + 32);

class HadoopSnappyCompressor implements Compressor {
  async write(chunk: Buffer): Promise<Buffer[]> {
    const output: Buffer[] = [];
    for (const { plainBytes, packed } of await snappyBlocks(chunk, BLOCK_BYTES)) {
      const lengths = Buffer.alloc(8);
      lengths.writeInt32BE(plainBytes, 0);
      lengths.writeInt32BE(packed.length, 4);
      output.push(lengths, packed);
    }
    return output;
  }

  async end(): Promise<Buffer[]> {
    return [];
  }
}
