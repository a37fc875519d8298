/** Reads a flow of chunks by the byte: looks ahead, takes, puts back. Holds what was looked at and not more than a chunk. */
export class ByteSource {
  readonly #chunks: AsyncIterator<Buffer>;
  #ahead: Buffer = Buffer.alloc(0);
  #position = 0;

  constructor(chunks: AsyncIterable<Buffer> | Iterable<Buffer>) {
    this.#chunks = toAsync(chunks);
  }

  /** Bytes taken so far. */
  get position(): number {
    return this.#position;
  }

  /** The next `count` bytes, fewer at the end, without taking them. */
  async peek(count: number): Promise<Buffer> {
    if (this.#ahead.length >= count) return this.#ahead.subarray(0, count);
    const gathered = [this.#ahead];
    let bytes = this.#ahead.length;
    while (bytes < count) {
      const next = await this.#chunks.next();
      if (next.done) break;
      gathered.push(next.value);
      bytes += next.value.length;
    }
    this.#ahead = Buffer.concat(gathered);
    return this.#ahead.subarray(0, count);
  }

  /** Takes the next `count` bytes, fewer at the end. */
  async take(count: number): Promise<Buffer> {
    const bytes = await this.peek(count);
    this.#advance(bytes.length);
    return bytes;
  }

  /** Takes what is at hand, or the next chunk; `undefined` at the end. */
  async takeChunk(): Promise<Buffer | undefined> {
    if (this.#ahead.length === 0) await this.peek(1);
    if (this.#ahead.length === 0) return undefined;
    const bytes = this.#ahead;
    this.#advance(bytes.length);
    return bytes;
  }

  /** Puts bytes that were taken last back in front. */
  putBack(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#ahead = this.#ahead.length === 0 ? bytes : Buffer.concat([bytes, this.#ahead]);
    this.#position -= bytes.length;
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  #advance(count: number): void {
    this.#ahead = this.#ahead.subarray(count);
    this.#position += count;
  }
}

async function* toAsync(chunks: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<Buffer> {
  yield* chunks;
}
