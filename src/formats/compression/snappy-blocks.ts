import { snappyLibrary } from "./snappy-library.ts";

/** Blocks under compression at once: bounds the native memory that one object holds. */
const BLOCKS_AT_ONCE = 4;

/**
 * Compresses `chunk` in raw Snappy blocks of at most `blockBytes`. The results are copied into memory that the collector
 * counts: native buffers that it does not see grew a process to 2 GB (experiments.md 10).
 */
export async function snappyBlocks(chunk: Buffer, blockBytes: number): Promise<SnappyBlock[]> {
  const blocks: SnappyBlock[] = [];
  for (let at = 0; at < chunk.length; at += blockBytes * BLOCKS_AT_ONCE) {
    const round: Promise<SnappyBlock>[] = [];
    for (let place = 0; place < BLOCKS_AT_ONCE; place++) {
      const plain = chunk.subarray(at + place * blockBytes, at + (place + 1) * blockBytes);
      if (plain.length > 0) round.push(compressBlock(plain));
    }
    blocks.push(...(await Promise.all(round)));
  }
  return blocks;
}

export interface SnappyBlock {
  readonly plainBytes: number;
  readonly packed: Buffer;
}

async function compressBlock(plain: Buffer): Promise<SnappyBlock> {
  return { plainBytes: plain.length, packed: await snappyLibrary().compress(plain, { copyOutputData: true }) };
}
