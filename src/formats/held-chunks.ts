import { BufferPool } from "../std/buffer-pool.ts";

/**
 * Sizes of blocks. The first ones of an accumulator are small, because thousands may be open, each with little. Few sizes,
 * so that what one has drained serves any other: with blocks of all sizes 500 open keys left 800 MB to the collector.
 */
const BLOCK_SIZES = [1, 4, 16, 64, 256].map((kibibytes) => kibibytes * 1024);
export const BLOCK_BYTES_MAX = 256 * 1024;

/** Blocks that wait for their next use, those of all encoders of the process together. */
const blocks = new BufferPool(48 * 1024 * 1024, BLOCK_SIZES[0]);

/** What blocks were joined into for one call of a compressor. */
const joined = new BufferPool(8 * 1024 * 1024);

/**
 * Bytes that wait to be encoded, copied into blocks that grow with what is held. Copying costs a tenth of a millisecond a
 * megabyte; it frees whoever reads the log to use its memory again at once, and keeps no buffer alive for a slow key.
 */
export class HeldChunks {
  #chunks: Buffer[] = [];
  #block: Buffer = Buffer.alloc(0);
  #blockUsed = 0;
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** Copies bytes `start` to `end` of `source` behind what is held. */
  hold(source: Buffer, start = 0, end = source.length): void {
    for (let at = start; at < end; ) {
      if (this.#blockUsed === this.#block.length) this.#openBlock(end - at);
      const copied = source.copy(this.#block, this.#blockUsed, at, end);
      this.#blockUsed += copied;
      this.#bytes += copied;
      at += copied;
    }
  }

  /** Hands over everything in order and begins anew. Give it back once it is encoded. */
  take(): Buffer[] {
    this.#closeBlock();
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#bytes = 0;
    return chunks;
  }

  #openBlock(wanted: number): void {
    this.#closeBlock();
    this.#block = takeBlock(0, Math.max(wanted, this.#bytes));
  }

  #closeBlock(): void {
    if (this.#blockUsed > 0) this.#chunks.push(this.#block.subarray(0, this.#blockUsed));
    this.#block = Buffer.alloc(0);
    this.#blockUsed = 0;
  }
}

/** A block of at least `least` bytes, and not larger than `useful` without need. */
export function takeBlock(least: number, useful: number): Buffer {
  let size = BLOCK_SIZES[0] ?? 0;
  for (const next of BLOCK_SIZES) if (next <= useful || size < least) size = next;
  return blocks.take(Math.max(size, least));
}

/** Returns memory that `take` or `joinChunks` handed over and nobody looks at any more. */
export function giveBackChunks(chunks: readonly Buffer[]): void {
  for (const chunk of chunks) {
    blocks.giveBack(chunk);
    joined.giveBack(chunk);
  }
}

/** Chunks as one buffer, which has to be given back as well unless it is the only chunk. */
export function joinChunks(chunks: readonly Buffer[]): Buffer {
  const [first] = chunks;
  if (chunks.length === 1 && first !== undefined) return first;
  const whole = joined.take(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) at += chunk.copy(whole, at);
  return whole;
}
