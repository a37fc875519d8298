import { dirname } from "node:path";
import { type Disk, DiskError, type DiskFile } from "./disk.ts";

/**
 * Replaces a small file so that after any crash it holds the old bytes or the new ones, whole: temporary file beside it,
 * sync, rename, directory sync. One writer per path at a time.
 */
export async function writeFileDurably(disk: Disk, path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.tmp`;
  await disk.unlink(temporary);
  const file = await disk.open(temporary, "create");
  try {
    await file.write([bytes], 0);
    await file.datasync();
  } finally {
    await file.close();
  }
  await disk.rename(temporary, path);
  await disk.syncDirectory(dirname(path));
}

/** The whole file, or `undefined` when there is none. For small files only. */
export async function readFileWhole(disk: Disk, path: string): Promise<Buffer | undefined> {
  const file = await openExisting(disk, path);
  if (file === undefined) return undefined;
  try {
    const bytes = Buffer.alloc(await file.size());
    const count = await file.read(bytes, 0);
    return bytes.subarray(0, count);
  } finally {
    await file.close();
  }
}

/** Not looked for first: a file may go between a look and the opening. */
async function openExisting(disk: Disk, path: string): Promise<DiskFile | undefined> {
  try {
    return await disk.open(path, "read");
  } catch (error) {
    if (error instanceof DiskError && error.code === "ENOENT") return undefined;
    throw error;
  }
}
