import { open, unlink } from "node:fs/promises";

/**
 * Lines on their way to DuckDB, in a scratch file. Like a parcel's file it is not open between two writes, so that
 * thousands of objects may be in the making. It holds records in the clear, also where the disk is encrypted otherwise,
 * and goes as soon as DuckDB has read it.
 */
export class Spill {
  readonly path: string;
  bytes = 0;
  lines = 0;
  longestLineBytes = 0;

  constructor(path: string) {
    this.path = path;
  }

  /** Counts a line that will be written, its line feed included. */
  count(lineBytes: number): void {
    this.lines++;
    if (lineBytes > this.longestLineBytes) this.longestLineBytes = lineBytes;
  }

  async write(chunks: readonly Uint8Array[]): Promise<void> {
    this.bytes += await appendToFile(this.path, chunks);
  }

  remove(): Promise<void> {
    return removeFile(this.path);
  }
}

/** Resolves to the bytes written: all of them. A file that is not there is made. */
export async function appendToFile(path: string, chunks: readonly Uint8Array[]): Promise<number> {
  const file = await open(path, "a", 0o600);
  try {
    const wanted = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
    const { bytesWritten } = await file.writev(chunks);
    // A nearly full disk takes a part; asked for the rest it says what is wrong.
    if (bytesWritten < wanted) await file.writeFile(Buffer.concat(chunks).subarray(bytesWritten));
    return wanted;
  } finally {
    await file.close();
  }
}

/** A file that is not there is as good as removed. */
export async function removeFile(path: string): Promise<void> {
  await unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
}

const READ_BYTES = 1024 * 1024;

/** The bytes of a file in order; the memory of a chunk is used again for the next one. */
export async function* readFileChunks(path: string): AsyncGenerator<readonly Buffer[]> {
  const file = await open(path, "r");
  try {
    const target = Buffer.allocUnsafeSlow(READ_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(target, 0, READ_BYTES, null);
      if (bytesRead === 0) return;
      yield [target.subarray(0, bytesRead)];
    }
  } finally {
    await file.close();
  }
}
