import { constants, type Dirent, type FSWatcher, watch } from "node:fs";
import { link, lstat, mkdir, open, readdir, stat, unlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { LakehoseError } from "../../model/errors.ts";
import { inTurns } from "../../std/in-turns.ts";
import type { DropFile, DropFolder, ListOptions } from "../drop/drop-folder.ts";

/** Calls of the file system under way at a time. */
const STATS_AT_ONCE = 32;
const READ_BYTES = 256 * 1024;

/**
 * A folder of this machine. Files are told from links and pipes, which the disk of `std/` does not: whoever may drop a file
 * must not have the server read another one by a link, nor wait at a pipe for ever.
 */
export class LocalFolder implements DropFolder {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  get identity(): string {
    return this.#root;
  }

  async list({ skip, filesMax }: ListOptions): Promise<DropFile[]> {
    const paths: string[] = [];
    const folders = [""];
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
      for (const entry of await this.#entriesOf(folder)) {
        const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
        if (entry.isFile()) paths.push(path);
        else if (entry.isDirectory() && !skip(path)) folders.push(path);
      }
      if (paths.length > filesMax) throw tooManyFiles(this.#root, filesMax);
    }
    const files = await inTurns(paths, STATS_AT_ONCE, (path) => this.stat(path));
    return files.filter((file) => file !== undefined);
  }

  async stat(path: string): Promise<DropFile | undefined> {
    const found = await unlessAbsent(lstat(join(this.#root, path)));
    return found?.isFile() ? { path, bytes: found.size, modifiedAt: Math.floor(found.mtimeMs) } : undefined;
  }

  async *read(path: string, from: number): AsyncGenerator<Uint8Array> {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const file = await open(join(this.#root, path), flags);
    try {
      for (let at = from; ; ) {
        const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(READ_BYTES), 0, READ_BYTES, at);
        if (bytesRead === 0) return;
        at += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await file.close();
    }
  }

  async delete(path: string): Promise<void> {
    await unlessAbsent(unlink(join(this.#root, path)));
  }

  /** A second name first, so that nothing is ever without one, and no other file loses its own. */
  async archive(path: string, target: string): Promise<void> {
    const from = join(this.#root, path);
    const wanted = resolve(this.#root, target);
    if (!(await this.#makeFolder(dirname(wanted)))) return;
    for (let number = 0; ; number++) {
      const to = number === 0 ? wanted : `${wanted}.${number}`;
      try {
        await link(from, to);
        break;
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === "ENOENT") return;
        if (code !== "EEXIST") throw error;
        // As it is after an end between the two names.
        const [one, other] = await Promise.all([stat(from), stat(to)]);
        if (one.ino === other.ino && one.dev === other.dev) break;
      }
    }
    await unlink(from);
  }

  /**
   * False where the root is not there. It is never made: a drive that was taken away would look like an empty folder, and
   * nobody would hear of it.
   */
  async #makeFolder(folder: string): Promise<boolean> {
    if (folder === resolve(this.#root)) return true;
    try {
      await mkdir(folder);
      return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EEXIST") return true;
      if (code !== "ENOENT") throw error;
      const parent = dirname(folder);
      if (parent === resolve(this.#root) || !(await this.#makeFolder(parent))) return false;
      return this.#makeFolder(folder);
    }
  }

  /** A hint only: not all file systems tell, the system may have no watch left, and folders below are not watched. */
  async changed(signal: AbortSignal): Promise<void> {
    const changed = Promise.withResolvers<void>();
    const onAbort = () => changed.reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    const watcher = tryWatch(this.#root, changed.resolve);
    try {
      await changed.promise;
    } finally {
      signal.removeEventListener("abort", onAbort);
      watcher?.close();
    }
  }

  async #entriesOf(folder: string): Promise<Dirent[]> {
    const entries = readdir(join(this.#root, folder), { withFileTypes: true });
    if (folder !== "") return (await unlessAbsent(entries)) ?? [];
    try {
      return await entries;
    } catch (error) {
      const { code = "unknown", message } = error as NodeJS.ErrnoException;
      throw new LakehoseError(code, `Expected a folder that can be read at ${this.#root}: ${message}`, {
        cause: error,
      });
    }
  }
}

function tryWatch(root: string, onChange: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(root, { persistent: false }, onChange);
    return watcher.on("error", () => watcher.close());
  } catch {
    return undefined;
  }
}

async function unlessAbsent<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}

function tooManyFiles(root: string, filesMax: number): LakehoseError {
  return new LakehoseError(
    "too-many-files",
    `Expected at most ${filesMax} files in ${root}; set after to delete or to an archive elsewhere`,
  );
}
