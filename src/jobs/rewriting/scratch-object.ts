import { crc32 } from "node:zlib";
import type { Disk, DiskFile } from "../../std/disk.ts";
import type { ObjectBody } from "../../storage/object-store.ts";

/** An object in the making: a file of the run's folder, whole and checked before anybody outside hears of it. */
export class ScratchObject {
  readonly #file: DiskFile;
  #bytes = 0;
  #checksum = 0;

  static async create(disk: Disk, path: string): Promise<ScratchObject> {
    return new ScratchObject(await disk.open(path, "create"));
  }

  private constructor(file: DiskFile) {
    this.#file = file;
  }

  get bytes(): number {
    return this.#bytes;
  }

  async write(chunks: readonly Buffer[]): Promise<void> {
    if (chunks.length === 0) return;
    await this.#file.write(chunks, this.#bytes);
    for (const chunk of chunks) {
      this.#checksum = crc32(chunk, this.#checksum);
      this.#bytes += chunk.length;
    }
  }

  /** Synced, so that a store on the same file system can take the file as it is. */
  async finish(disk: Disk): Promise<ObjectBody> {
    await this.#file.datasync();
    await this.#file.close();
    return scratchBody(disk, this.#file.path, this.#bytes, this.#checksum);
  }

  /** Without a sync: the file is for nobody else, or goes with its folder. */
  async close(): Promise<void> {
    await this.#file.close();
  }
}

/** A file that another library has written, as the body of an object. */
export async function scratchFileBody(disk: Disk, path: string): Promise<ObjectBody> {
  const file = await disk.open(path, "write");
  try {
    await file.datasync();
    let bytes = 0;
    let checksum = 0;
    for await (const piece of piecesOf(file)) {
      bytes += piece.length;
      checksum = crc32(piece, checksum);
    }
    return scratchBody(disk, path, bytes, checksum);
  } finally {
    await file.close();
  }
}

/** The bytes of a body, to be looked at once more. */
export async function* bodyPieces(body: ObjectBody): AsyncGenerator<Buffer> {
  for (let start = 0; start < body.bytes; start += PIECE_BYTES) {
    yield await body.read(start, Math.min(PIECE_BYTES, body.bytes - start));
  }
}

const PIECE_BYTES = 1024 * 1024;

async function* piecesOf(file: DiskFile): AsyncGenerator<Buffer> {
  for (let position = 0; ; ) {
    const piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
    const count = await file.read(piece, position);
    if (count === 0) return;
    position += count;
    yield piece.subarray(0, count);
  }
}

function scratchBody(disk: Disk, path: string, bytes: number, checksum: number): ObjectBody {
  return {
    bytes,
    checksum,
    file: path,
    read: async (start, length) => {
      const file = await disk.open(path, "read");
      try {
        const piece = Buffer.allocUnsafeSlow(length);
        return piece.subarray(0, await file.read(piece, start));
      } finally {
        await file.close();
      }
    },
  };
}
