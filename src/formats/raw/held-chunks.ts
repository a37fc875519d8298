/** A view that keeps alive at most this many times its own bytes is held as it is; others are copied. */
const PINNED_TIMES_MAX = 4;

const BLOCK_BYTES_MIN = 1024;
const BLOCK_BYTES_MAX = 64 * 1024;

/**
 * Bytes that wait to be encoded. Large views are held as they came; a small view on a large buffer is copied, so that a
 * slow key does not keep megabytes of other keys' records alive. Copies share blocks that grow with what is held.
 */
export class HeldChunks {
  #chunks: Buffer[] = [];
  #block: Buffer = Buffer.alloc(0);
  #blockUsed = 0;
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  hold(view: Buffer): void {
    if (view.length === 0) return;
    if (view.buffer.byteLength > view.length * PINNED_TIMES_MAX) {
      view.copy(this.reserve(view.length));
      return;
    }
    this.#closeBlock();
    this.#chunks.push(view);
    this.#bytes += view.length;
  }

  /** Room for the next `count` bytes, to be filled before the next call. */
  reserve(count: number): Buffer {
    if (this.#block.length - this.#blockUsed < count) {
      this.#closeBlock();
      const wanted = Math.min(BLOCK_BYTES_MAX, Math.max(BLOCK_BYTES_MIN, this.#bytes));
      this.#block = Buffer.allocUnsafeSlow(Math.max(count, wanted));
    }
    const room = this.#block.subarray(this.#blockUsed, this.#blockUsed + count);
    this.#blockUsed += count;
    this.#bytes += count;
    return room;
  }

  /** Hands over everything in order and begins anew. */
  take(): Buffer[] {
    this.#closeBlock();
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#bytes = 0;
    return chunks;
  }

  #closeBlock(): void {
    if (this.#blockUsed > 0) this.#chunks.push(this.#block.subarray(0, this.#blockUsed));
    this.#block = this.#block.subarray(this.#blockUsed);
    this.#blockUsed = 0;
  }
}
