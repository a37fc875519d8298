import { crc32 } from "node:zlib";
import type { Compression, Compressor } from "./compressor.ts";
import { DEFLATE_END, deflateChunk } from "./deflate-chunk.ts";

/**
 * One gzip member (RFC 1952) per object: header, deflate stream, CRC-32 and length of the plain bytes. The header names
 * no file, no time and no system, so that the same records give the same bytes.
 */
export const gzip: Compression = {
  type: "gzip",
  extension: ".gz",
  contentEncoding: "gzip",
  open: (spec) => new GzipCompressor(spec.level),
};

/** Magic, deflate, no flags, no time, no hint, unknown system. */
const HEADER = Buffer.from([0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 0xff]);

class GzipCompressor implements Compressor {
  readonly #level: number | undefined;
  #crc = 0;
  #bytes = 0;
  #opened = false;

  constructor(level: number | undefined) {
    this.#level = level;
  }

  async write(chunk: Buffer): Promise<Buffer[]> {
    const opening = this.#open();
    this.#crc = crc32(chunk, this.#crc);
    this.#bytes += chunk.length;
    return [...opening, ...(await deflateChunk(chunk, this.#level))];
  }

  async end(): Promise<Buffer[]> {
    const trailer = Buffer.alloc(8);
    trailer.writeUInt32LE(this.#crc, 0);
    trailer.writeUInt32LE(this.#bytes % 2 ** 32, 4);
    return [...this.#open(), DEFLATE_END, trailer];
  }

  #open(): Buffer[] {
    if (this.#opened) return [];
    this.#opened = true;
    return [HEADER];
  }
}
