import { crc32 } from "node:zlib";
import type { Disk } from "../../std/disk.ts";
import type { ObjectBody } from "../../storage/object-store.ts";

/** A file of this run on the way into the lake, which goes with the run. */
export interface WrittenFile {
  readonly path: string;
  readonly bytes: number;
  /** CRC-32 of all bytes. */
  readonly checksum: number;
}

/** Takes bytes as they come. */
export class LocalFile {
  readonly #disk: Disk;
  readonly #path: string;
  #bytes = 0;
  #checksum = 0;

  /** What an earlier attempt left under the name goes. */
  static async create(disk: Disk, path: string): Promise<LocalFile> {
    await disk.unlink(path);
    await (await disk.open(path, "create")).close();
    return new LocalFile(disk, path);
  }

  private constructor(disk: Disk, path: string) {
    this.#disk = disk;
    this.#path = path;
  }

  async write(chunks: readonly Buffer[]): Promise<void> {
    const file = await this.#disk.open(this.#path, "write");
    try {
      await file.write(chunks, this.#bytes);
    } finally {
      await file.close();
    }
    for (const chunk of chunks) {
      this.#bytes += chunk.length;
      this.#checksum = crc32(chunk, this.#checksum);
    }
  }

  written(): WrittenFile {
    return { path: this.#path, bytes: this.#bytes, checksum: this.#checksum };
  }
}

/** A file that somebody else wrote, such as DuckDB. */
export async function measureFile(disk: Disk, path: string): Promise<WrittenFile> {
  const file = await disk.open(path, "read");
  try {
    const piece = Buffer.allocUnsafe(READ_BYTES);
    let checksum = 0;
    for (let bytes = 0; ; ) {
      const count = await file.read(piece, bytes);
      if (count === 0) return { path, bytes, checksum };
      checksum = crc32(piece.subarray(0, count), checksum);
      bytes += count;
    }
  } finally {
    await file.close();
  }
}

const READ_BYTES = 1024 * 1024;

/** Made durable, because a store on the same file system may link it. */
export async function fileBody(disk: Disk, { path, bytes, checksum }: WrittenFile): Promise<ObjectBody> {
  const file = await disk.open(path, "write");
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
  return { file: path, bytes, checksum, read: (start, length) => readRange(disk, path, start, length) };
}

export async function readRange(disk: Disk, path: string, start: number, length: number): Promise<Buffer> {
  const file = await disk.open(path, "read");
  try {
    const target = Buffer.allocUnsafe(length);
    return target.subarray(0, await file.read(target, start));
  } finally {
    await file.close();
  }
}
