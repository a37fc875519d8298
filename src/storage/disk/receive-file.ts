import { createHash } from "node:crypto";
import type { Disk, DiskFile } from "../../std/disk.ts";
import type { ReceivedFile } from "../local-lake.ts";

/** Written at a time: few calls, and small beside the memory of many writers. */
const WRITTEN_TOGETHER_BYTES = 1024 * 1024;

/**
 * Writes a stream to a new file at `path` and syncs it. While one piece is on its way to the disk the next is taken in and
 * hashed; more than these two are never held. A stream that fails leaves no file.
 */
export async function receiveFile(disk: Disk, path: string, source: AsyncIterable<Uint8Array>): Promise<ReceivedFile> {
  const file = await disk.open(path, "create");
  try {
    const { bytes, md5 } = await writeAll(file, source);
    await file.datasync();
    await file.close();
    return { file: path, bytes, md5, discard: () => disk.unlink(path) };
  } catch (error) {
    await file.close().catch(() => undefined);
    await disk.unlink(path);
    throw error;
  }
}

async function writeAll(file: DiskFile, source: AsyncIterable<Uint8Array>): Promise<{ bytes: number; md5: string }> {
  const md5 = createHash("md5");
  let written = Promise.resolve();
  let position = 0;
  let gathered: Uint8Array[] = [];
  let gatheredBytes = 0;
  const flush = async () => {
    await written;
    written = file.write(gathered, position);
    // Its failure is for whoever awaits it next; until then it must not count as unhandled.
    written.catch(() => undefined);
    position += gatheredBytes;
    gathered = [];
    gatheredBytes = 0;
  };
  try {
    for await (const piece of source) {
      md5.update(piece);
      gathered.push(piece);
      gatheredBytes += piece.byteLength;
      if (gatheredBytes >= WRITTEN_TOGETHER_BYTES) await flush();
    }
    if (gatheredBytes > 0) await flush();
  } finally {
    await written;
  }
  return { bytes: position, md5: md5.digest("hex") };
}
