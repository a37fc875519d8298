import { createReadStream } from "node:fs";
import { glob, readdir, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { CliError } from "../cli-error.ts";
import { type ArchiveFile, isData } from "./archive-file.ts";

/** The files that a path, a folder or a pattern means, by name. What is named itself is taken whatever it is called. */
export async function findLocalFiles(source: string): Promise<readonly ArchiveFile[]> {
  const named = await filesAt(source);
  if (named !== undefined) return named;
  if (!PATTERN.test(source))
    throw new CliError(`Expected a file, folder, pattern or s3:// address, found no ${source}`);
  const found: ArchiveFile[] = [];
  for await (const path of glob(source)) found.push(...((await filesAt(path)) ?? []));
  // A pattern may match a folder and files in it.
  const byName = new Map(found.map((file) => [file.name, file]));
  return [...byName.values()].toSorted(byNameOf);
}

const PATTERN = /[*?[{]/;

/** `undefined` when nothing is there. */
async function filesAt(path: string): Promise<readonly ArchiveFile[] | undefined> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw unreadable(path, error);
  });
  if (found === undefined) return undefined;
  return found.isDirectory() ? filesBelow(path) : [localFile(path, found.size)];
}

async function filesBelow(folder: string): Promise<readonly ArchiveFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: Error) => {
    throw unreadable(folder, error);
  });
  const files: ArchiveFile[] = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory() || !isData(relative(folder, path))) continue;
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile()) files.push(localFile(path, found.size));
  }
  return files.toSorted(byNameOf);
}

function byNameOf(one: ArchiveFile, other: ArchiveFile): number {
  return one.name < other.name ? -1 : 1;
}

/** Few reads of a size at which disks and decompressors are quick. */
const READ_BYTES = 256 * 1024;

function localFile(path: string, bytes: number): ArchiveFile {
  return {
    name: path,
    bytes,
    open: () => readLocal(path),
    onDisk: async () => ({ path, release: async () => undefined }),
  };
}

async function* readLocal(path: string): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(path, { highWaterMark: READ_BYTES }) as AsyncIterable<Buffer>;
  } catch (error) {
    throw unreadable(path, error as Error);
  }
}

function unreadable(path: string, error: Error): CliError {
  return new CliError(`Cannot read ${path}: ${error.message}`, { cause: error });
}
