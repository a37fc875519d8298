import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { FolderEntry } from "./file-pattern.ts";
import type { FileFound } from "./followed-file.ts";

/** Calls of the file system under way at a time. */
const AT_ONCE = 32;

/** What is in a folder; nothing in one that is gone. Links are taken for files: what they lead to is looked at later. */
export async function listFolder(folder: string): Promise<readonly FolderEntry[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return [];
    throw error;
  });
  return entries.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
}

/** Plain files at these paths, oldest first. A file under two names comes once, by the first. */
export async function statFiles(paths: readonly string[]): Promise<readonly FileFound[]> {
  const found = new Map<string, FileFound>();
  for (let first = 0; first < paths.length; first += AT_ONCE) {
    const stats = await Promise.all(
      paths.slice(first, first + AT_ONCE).map(async (path) => ({ path, at: await statOf(path) })),
    );
    for (const { path, at } of stats) {
      if (at === undefined || !at.isFile()) continue;
      const key = `${at.dev}:${at.ino}`;
      if (!found.has(key))
        found.set(key, {
          path,
          device: at.dev,
          inode: at.ino,
          size: at.size,
          bornAt: at.birthtimeMs,
          modifiedAt: at.mtimeMs,
        });
    }
  }
  return [...found.values()].sort((one, other) => one.bornAt - other.bornAt);
}

/** Listings of a folder in which names change under way: rotation renames a handful of files and is done. */
const LISTINGS_MAX = 5;

/** All plain files of a folder, also of one that is being rotated: a file may have got another name since it was listed. */
export async function filesIn(folder: string): Promise<readonly FileFound[]> {
  for (let listing = 1; ; listing++) {
    const names = (await listFolder(folder)).filter(({ isFolder }) => !isFolder).map(({ name }) => name);
    const found = await statFiles(names.map((name) => join(folder, name)));
    const after = new Set((await listFolder(folder)).map(({ name }) => name));
    if (listing === LISTINGS_MAX || (names.length <= after.size && names.every((name) => after.has(name))))
      return found;
  }
}

/** Gone between listing and looking, or not ours to see: passed over, the next round looks again. */
async function statOf(path: string) {
  return stat(path).catch(() => undefined);
}

/** When something last came to a folder or went; `undefined` for one that is gone. */
export async function changedAt(folder: string): Promise<number | undefined> {
  return (await statOf(folder))?.mtimeMs;
}
