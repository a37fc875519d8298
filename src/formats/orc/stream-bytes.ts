import { type OrcPacking, unpackChunk } from "./read-schema.ts";

/** The plain bytes of one stream of a stripe, unpacked chunk by chunk as they are read. */
export class StreamBytes {
  readonly #packed: Buffer;
  readonly #packing: OrcPacking;
  #packedAt = 0;
  #plain: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(packed: Buffer, packing: OrcPacking) {
    this.#packed = packed;
    this.#packing = packing;
  }

  byte(): number {
    while (this.#at === this.#plain.length) this.#nextChunk();
    return this.#plain[this.#at++] ?? 0;
  }

  take(count: number): Buffer {
    if (this.#at + count <= this.#plain.length) {
      this.#at += count;
      return this.#plain.subarray(this.#at - count, this.#at);
    }
    const parts: Buffer[] = [];
    for (let left = count; left > 0; ) {
      if (this.#at === this.#plain.length) this.#nextChunk();
      const part = this.#plain.subarray(this.#at, this.#at + left);
      parts.push(part);
      this.#at += part.length;
      left -= part.length;
    }
    return Buffer.concat(parts);
  }

  #nextChunk(): void {
    const { compression, chunkBytes } = this.#packing;
    if (this.#packedAt >= this.#packed.length) throw new Error("Expected more bytes of a stream, got its end");
    this.#at = 0;
    if (compression === 0) {
      this.#plain = this.#packed;
      this.#packedAt = this.#packed.length;
      return;
    }
    if (this.#packedAt + 3 > this.#packed.length) throw new Error("Expected the head of a chunk, got an end within it");
    const head = this.#packed.readUIntLE(this.#packedAt, 3);
    const end = this.#packedAt + 3 + (head >> 1);
    if (end > this.#packed.length) throw new Error("Expected all bytes of a chunk, got the end of its stream");
    const chunk = this.#packed.subarray(this.#packedAt + 3, end);
    this.#plain = head & 1 ? chunk : unpackChunk(chunk, compression, chunkBytes);
    this.#packedAt = end;
  }
}
