import type { PackedRecords } from "../model/records.ts";
import { BLOCK_BYTES_MAX, giveBackChunks, joinChunks, takeBlock } from "./held-chunks.ts";

/**
 * Records that wait to be encoded, copied, each with its arrival time. None lies in two blocks, so that a full block is
 * handed over as it is: joining all of them took twice the memory, and buffers too large to be used again.
 */
export class HeldRecords {
  #blocks: HeldBlock[] = [];
  #bytes = 0;
  /** Place that the next record gets, in the order of `hold`. */
  #nextIndex = 0;

  /** What is held, with the index that goes with it. */
  get bytes(): number {
    return this.#bytes;
  }

  hold({ bytes, ends }: PackedRecords, arrivalsMs: number | readonly number[]): void {
    let start = 0;
    for (let place = 0; place < ends.length; ) {
      const block = this.#blockFor((ends[place] ?? start) - start, bytes.length - start);
      const first = place;
      const offset = block.used - start;
      for (; place < ends.length; place++) {
        const end = (ends[place] ?? start) + offset;
        if (end > block.memory.length) break;
        block.ends.push(end);
        block.arrivalsMs.push(typeof arrivalsMs === "number" ? arrivalsMs : (arrivalsMs[place] ?? 0));
      }
      const end = ends[place - 1] ?? start;
      bytes.copy(block.memory, block.used, start, end);
      block.used += end - start;
      this.#bytes += end - start + (place - first) * INDEX_BYTES;
      this.#nextIndex += place - first;
      start = end;
    }
  }

  /** Hands over everything in order and begins anew; each portion is at most a block long, or a single record. */
  take(): TakenRecords[] {
    const blocks = this.#blocks;
    this.#blocks = [];
    this.#bytes = 0;
    const portions: TakenRecords[] = [];
    for (let from = 0; from < blocks.length; ) {
      let to = from;
      let bytes = 0;
      do bytes += blocks[to++]?.used ?? 0;
      while (to < blocks.length && bytes + (blocks[to]?.used ?? 0) <= BLOCK_BYTES_MAX);
      portions.push(portionOf(blocks.slice(from, to)));
      from = to;
    }
    return portions;
  }

  /** The newest block where it has room for the first of the records that come, else a new one for many of them. */
  #blockFor(firstBytes: number, allBytes: number): HeldBlock {
    const newest = this.#blocks.at(-1);
    if (newest !== undefined && newest.used + firstBytes <= newest.memory.length) return newest;
    const memory = takeBlock(firstBytes, Math.max(allBytes, this.#bytes));
    const block = { memory, used: 0, ends: [], arrivalsMs: [], firstIndex: this.#nextIndex };
    this.#blocks.push(block);
    return block;
  }
}

interface HeldBlock {
  readonly memory: Buffer;
  used: number;
  readonly ends: number[];
  readonly arrivalsMs: number[];
  readonly firstIndex: number;
}

/** The first blocks of an encoder are small and leave together. */
function portionOf(blocks: readonly HeldBlock[]): TakenRecords {
  const chunks = blocks.map(({ memory, used }) => memory.subarray(0, used));
  const ends = new Uint32Array(blocks.reduce((sum, block) => sum + block.ends.length, 0));
  const arrivalsMs = new Float64Array(ends.length);
  let place = 0;
  let start = 0;
  for (const block of blocks) {
    for (let index = 0; index < block.ends.length; index++) {
      ends[place] = start + (block.ends[index] ?? 0);
      arrivalsMs[place++] = block.arrivalsMs[index] ?? 0;
    }
    start += block.used;
  }
  const bytes = joinChunks(chunks);
  if (chunks.length > 1) giveBackChunks(chunks);
  return { bytes, ends, arrivalsMs, firstIndex: blocks[0]?.firstIndex ?? 0 };
}

/** Give it back once it is encoded and nobody looks at its bytes any more. */
export interface TakenRecords extends PackedRecords {
  readonly arrivalsMs: Float64Array;
  /** Place of the first record among all that were added to the object. */
  readonly firstIndex: number;
}

export function giveBackRecords(records: TakenRecords): void {
  giveBackChunks([records.bytes]);
}

/** End and arrival time. */
const INDEX_BYTES = 16;
