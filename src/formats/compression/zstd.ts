import { constants, createZstdCompress, type ZstdCompress } from "node:zlib";
import type { Compression, Compressor } from "./compressor.ts";

/**
 * One Zstandard frame (RFC 8878) per object, with a checksum. Unlike gzip, pieces that were compressed apart cannot be put
 * into one frame, so an open object holds a native context from its first chunk to its end.
 */
export const zstd: Compression = {
  type: "zstd",
  extension: ".zst",
  contentEncoding: "zstd",
  open: (spec) => new ZstdCompressor(spec.level ?? ZSTD_LEVEL_DEFAULT),
};

export const ZSTD_LEVEL_DEFAULT = 3;

/** 512 KiB instead of the level's 2 MiB and more: the context of an open object stays small for little size. */
const WINDOW_LOG = 19;

/** Resident memory per open context of this window at level 3, measured over 200 of them. */
const CONTEXT_BYTES = 1_200_000;

class ZstdCompressor implements Compressor {
  readonly #level: number;
  #stream: ZstdCompress | undefined;

  get nativeBytes(): number {
    return this.#stream === undefined ? 0 : CONTEXT_BYTES;
  }

  #output: Buffer[] = [];

  constructor(level: number) {
    this.#level = level;
  }

  async write(chunk: Buffer): Promise<Buffer[]> {
    const stream = this.#open();
    await new Promise<void>((resolve, reject) => {
      stream.write(chunk, (error) => (error ? reject(error) : resolve()));
    });
    return this.#take();
  }

  async end(): Promise<Buffer[]> {
    const stream = this.#open();
    await new Promise<void>((resolve, reject) => {
      stream.once("error", reject).once("end", resolve);
      stream.end();
    });
    return this.#take();
  }

  #open(): ZstdCompress {
    if (this.#stream !== undefined) return this.#stream;
    const stream = createZstdCompress({
      params: {
        [constants.ZSTD_c_compressionLevel]: this.#level,
        [constants.ZSTD_c_windowLog]: WINDOW_LOG,
        [constants.ZSTD_c_checksumFlag]: 1,
      },
    });
    stream.on("data", (bytes: Buffer) => this.#output.push(bytes));
    this.#stream = stream;
    return stream;
  }

  #take(): Buffer[] {
    const output = this.#output;
    this.#output = [];
    return output;
  }
}
