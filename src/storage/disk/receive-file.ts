import { createHash } from "node:crypto";
import type { Disk, DiskFile } from "../../std/disk.ts";
import type { ReceivedFile } from "../local-lake.ts";
import type { Md5, Md5Thread } from "./md5-thread.ts";

/** Written at a time: few calls, and small beside the memory of many writers. */
const WRITTEN_TOGETHER_BYTES = 1024 * 1024;

/**
 * Writes a stream to a new file at `path` and syncs it. While one piece is on its way to the disk, and to the hash, the next
 * is taken in; more than these two are never held. What fits into one piece is hashed here, without a thread. A stream that
 * fails leaves no file.
 */
export async function receiveFile(
  disk: Disk,
  path: string,
  source: AsyncIterable<Uint8Array>,
  thread: Pick<Md5Thread, "begin">,
): Promise<ReceivedFile> {
  const file = await disk.open(path, "create");
  try {
    const { bytes, md5 } = await writeAll(file, source, thread);
    await file.datasync();
    await file.close();
    return { file: path, bytes, md5: await md5, discard: () => disk.unlink(path) };
  } catch (error) {
    await file.close().catch(() => undefined);
    await disk.unlink(path);
    throw error;
  }
}

interface Written {
  readonly bytes: number;
  /** The last of it may still be under way while the file is synced. */
  readonly md5: Promise<string>;
}

async function writeAll(
  file: DiskFile,
  source: AsyncIterable<Uint8Array>,
  thread: Pick<Md5Thread, "begin">,
): Promise<Written> {
  let md5: Md5 | undefined;
  let written: Promise<unknown> = Promise.resolve();
  let position = 0;
  let gathered: Uint8Array[] = [];
  let gatheredBytes = 0;
  const flush = async () => {
    await written;
    md5 ??= thread.begin();
    written = bothEnded([file.write(gathered, position), md5.update(gathered, gatheredBytes)]);
    // Its failure is for whoever awaits it next; until then it must not count as unhandled.
    written.catch(() => undefined);
    position += gatheredBytes;
    gathered = [];
    gatheredBytes = 0;
  };
  try {
    for await (const piece of source) {
      gathered.push(piece);
      gatheredBytes += piece.byteLength;
      if (gatheredBytes >= WRITTEN_TOGETHER_BYTES) await flush();
    }
    if (position === 0) return await writeOnce(file, gathered, gatheredBytes);
    if (gatheredBytes > 0) await flush();
    await written;
  } catch (error) {
    await written.catch(() => undefined);
    md5?.forget();
    throw error;
  }
  const digest = md5?.digest() ?? Promise.resolve("");
  digest.catch(() => undefined);
  return { bytes: position, md5: digest };
}

/** As `Promise.all`, and a failure of one waits for the other: the file must not be closed under a write. */
async function bothEnded(work: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(work);
  await Promise.all(work);
}

async function writeOnce(file: DiskFile, pieces: readonly Uint8Array[], bytes: number): Promise<Written> {
  const hash = createHash("md5");
  for (const piece of pieces) hash.update(piece);
  if (bytes > 0) await file.write(pieces, 0);
  return { bytes, md5: Promise.resolve(hash.digest("hex")) };
}
