import { CHUNK_BYTES, chunk, type OrcCompression } from "./chunk.ts";

/** Bytes that all streams of a stripe keep in memory, counted as they come and go. */
export interface StripeMemory {
  bytes: number;
}

/**
 * One stream of a column within a stripe. Bytes gather plain at its end; whole chunks are compressed between portions,
 * so that memory holds compressed bytes and at most one open chunk. Positions are taken in plain bytes and turned into
 * those of the file once the chunks before them are made.
 */
export class StreamBuffer {
  bytes: Buffer = EMPTY;
  length = 0;
  readonly #compression: OrcCompression | undefined;
  readonly #memory: StripeMemory;
  #finished: Buffer[] = [];
  #finishedBytes = 0;
  /** Where each chunk begins in the stream as it is written. */
  #chunkStarts: number[] = [0];
  #plainFinished = 0;

  constructor(compression: OrcCompression | undefined, memory: StripeMemory) {
    this.#compression = compression;
    this.#memory = memory;
  }

  /** Makes room for `count` more bytes in `bytes`, from `length` on. */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const size = Math.max(BYTES_MIN, needed, this.bytes.length * 2);
    const grown = Buffer.allocUnsafeSlow(size);
    this.bytes.copy(grown, 0, 0, this.length);
    this.#memory.bytes += size - this.bytes.length;
    this.bytes = grown;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** Plain bytes since the stripe began. */
  get plainLength(): number {
    return this.#plainFinished + this.length;
  }

  /** Compresses the chunks that are full; with `all`, also what is left. */
  async settle(all = false): Promise<void> {
    if (this.#compression === undefined || (!all && this.length < CHUNK_BYTES)) return;
    let at = 0;
    for (; this.length - at >= CHUNK_BYTES || (all && at < this.length); ) {
      const plain = this.bytes.subarray(at, Math.min(this.length, at + CHUNK_BYTES));
      this.#append(await chunk(plain, this.#compression));
      at += plain.length;
    }
    this.bytes.copyWithin(0, at, this.length);
    this.length -= at;
    this.#plainFinished += at;
  }

  /** The stream as it is written, after `settle(true)`. */
  get chunks(): readonly Buffer[] {
    return this.#compression === undefined ? [this.bytes.subarray(0, this.length)] : this.#finished;
  }

  get writtenLength(): number {
    return this.#compression === undefined ? this.length : this.#finishedBytes;
  }

  /** What a row index holds for a place in plain bytes: where its chunk begins, and how far into it. */
  position(plain: number): number[] {
    if (this.#compression === undefined) return [plain];
    const index = Math.floor(plain / CHUNK_BYTES);
    return [this.#chunkStarts[index] ?? this.#finishedBytes, plain % CHUNK_BYTES];
  }

  #append(bytes: Buffer): void {
    this.#finished.push(bytes);
    this.#finishedBytes += bytes.length;
    this.#chunkStarts.push(this.#finishedBytes);
    this.#memory.bytes += bytes.length;
  }
}

const EMPTY = Buffer.alloc(0);
const BYTES_MIN = 32;
