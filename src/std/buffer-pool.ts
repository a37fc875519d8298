/**
 * Large buffers that are used for a moment and given back. V8 starts a collection for every few dozen megabytes of buffer
 * memory, however little of its own heap has changed; on the put path that cost more than all other work together
 * (docs/internals/performance.md). The newest buffer comes back first, since it is still in the cache.
 */
export class BufferPool {
  readonly #bytesMax: number;
  readonly #sizeMin: number;
  readonly #free = new Map<number, ArrayBuffer[]>();
  /** What came from here: nothing else may be taken back, least of all memory that Node shares between small buffers. */
  readonly #own = new WeakSet<ArrayBuffer>();
  #freeBytes = 0;

  /** `bytesMax`: most memory that waits for reuse. `sizeMin`: smaller ones are not kept. */
  constructor(bytesMax: number, sizeMin = SIZE_MIN) {
    this.#bytesMax = bytesMax;
    this.#sizeMin = sizeMin;
  }

  /** A buffer of exactly `bytes`; whatever was in its memory before is still there. */
  take(bytes: number): Buffer {
    if (bytes < this.#sizeMin) return Buffer.allocUnsafe(bytes);
    const size = sizeClass(bytes);
    let memory = this.#free.get(size)?.pop();
    if (memory === undefined) {
      memory = Buffer.allocUnsafeSlow(size).buffer;
      this.#own.add(memory);
    } else this.#freeBytes -= size;
    return Buffer.from(memory, 0, bytes);
  }

  /** Takes back what `take` gave. Nobody may look at it, or at a view of it, any more. */
  giveBack(buffer: Buffer): void {
    const memory = buffer.buffer as ArrayBuffer;
    const size = memory.byteLength;
    if (!this.#own.has(memory) || size > SIZE_MAX || this.#freeBytes + size > this.#bytesMax) return;
    const list = this.#free.get(size);
    if (list) list.push(memory);
    else this.#free.set(size, [memory]);
    this.#freeBytes += size;
  }
}

/** Smaller ones are cheap, unless there are tens of thousands of them; larger ones are rare and would fill the pool alone. */
const SIZE_MIN = 32 * 1024;
const SIZE_MAX = 8 * 1024 * 1024;

/** Sizes rise by quarters of a power of two: at most a quarter of a buffer is unused. */
function sizeClass(bytes: number): number {
  const quarter = 2 ** Math.ceil(Math.log2(bytes)) / 8;
  return Math.ceil(bytes / quarter) * quarter;
}
