/**
 * Large buffers that are used for a moment and given back. V8 starts a collection for every few dozen megabytes of buffer
 * memory, however little of its own heap has changed; on the put path that cost more than all other work together
 * (docs/internals/performance.md). The newest buffer comes back first, since it is still in the cache.
 */
export class BufferPool {
  readonly #bytesMax: number;
  readonly #free = new Map<number, ArrayBuffer[]>();
  #freeBytes = 0;

  /** `bytesMax`: most memory that waits for reuse. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** A buffer of exactly `bytes`; whatever was in its memory before is still there. */
  take(bytes: number): Buffer {
    const size = sizeClass(bytes);
    const memory = this.#free.get(size)?.pop();
    if (memory === undefined) return Buffer.allocUnsafeSlow(size).subarray(0, bytes);
    this.#freeBytes -= size;
    return Buffer.from(memory, 0, bytes);
  }

  /** Takes back what `take` gave. Nobody may look at it, or at a view of it, any more. */
  giveBack(buffer: Buffer): void {
    const size = buffer.buffer.byteLength;
    if (size < SIZE_MIN || size > SIZE_MAX || size !== sizeClass(size) || this.#freeBytes + size > this.#bytesMax)
      return;
    const list = this.#free.get(size);
    if (list) list.push(buffer.buffer as ArrayBuffer);
    else this.#free.set(size, [buffer.buffer as ArrayBuffer]);
    this.#freeBytes += size;
  }
}

/** Smaller ones are cheap; larger ones are rare and would fill the pool alone. */
const SIZE_MIN = 32 * 1024;
const SIZE_MAX = 8 * 1024 * 1024;

/** Sizes rise by quarters of a power of two: at most a quarter of a buffer is unused. */
function sizeClass(bytes: number): number {
  if (bytes <= SIZE_MIN) return bytes;
  const quarter = 2 ** Math.ceil(Math.log2(bytes)) / 8;
  return Math.ceil(bytes / quarter) * quarter;
}
