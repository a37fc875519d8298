import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { FunctionError } from "../function-invoker.ts";

/** More than any function that AWS takes unpacked (250 MB) has; a folder with more was named by mistake. */
const FILES_MAX = 50_000;

/** What running code leaves behind, and what never runs. */
const SKIPPED: ReadonlySet<string> = new Set(["__pycache__", ".git", ".DS_Store"]);

/**
 * The digest of all files below a folder: their names, whether they can be executed, their contents. Contents are read
 * again only when a file's size, times or place on disk have changed, so that asking often costs a look at each file.
 */
export class FolderDigest {
  readonly #folder: string;
  #known = new Map<string, KnownFile>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Rejects with a `FunctionError` when the folder is absent or far too large. */
  async read(): Promise<string> {
    const files = new Map<string, KnownFile>();
    await this.#walk("", new Set(), files);
    this.#known = files;
    const digest = createHash("sha256");
    for (const path of [...files.keys()].sort()) {
      const file = files.get(path);
      digest.update(`${path}\0${file?.executable ? "x" : "-"}${file?.digest}\0`);
    }
    return digest.digest("hex");
  }

  async #walk(below: string, above: ReadonlySet<string>, files: Map<string, KnownFile>): Promise<void> {
    const folder = join(this.#folder, below);
    const place = await orGone(realpath(folder));
    // A link to a folder above would go round for ever.
    if (place === undefined || above.has(place)) return;
    const names = (await orGone(readdir(folder))) ?? [];
    for (const name of names) {
      if (SKIPPED.has(name)) continue;
      const path = below === "" ? name : `${below}/${name}`;
      const found = await orGone(stat(join(folder, name), { bigint: true }));
      if (found?.isDirectory()) await this.#walk(path, new Set([...above, place]), files);
      else if (found?.isFile()) await this.#add(path, found, files);
    }
  }

  async #add(path: string, found: FileState, files: Map<string, KnownFile>): Promise<void> {
    if (files.size >= FILES_MAX) {
      throw new FunctionError(
        "not-found",
        `Expected the folder of a function; ${this.#folder} has over ${FILES_MAX} files`,
      );
    }
    const state = `${found.ino} ${found.size} ${found.mtimeNs} ${found.ctimeNs}`;
    const known = this.#known.get(path);
    const digest = known?.state === state ? known.digest : await orGone(fileDigest(join(this.#folder, path)));
    if (digest === undefined) return;
    files.set(path, { state, digest, executable: (Number(found.mode) & 0o111) !== 0 });
  }
}

interface KnownFile {
  readonly state: string;
  readonly digest: string;
  readonly executable: boolean;
}

interface FileState {
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly mode: bigint;
}

async function fileDigest(path: string): Promise<string> {
  const digest = createHash("sha256");
  for await (const piece of createReadStream(path)) digest.update(piece as Buffer);
  return digest.digest("hex");
}

/** Files come and go while somebody installs a new version; the next look sees them as they are then. */
async function orGone<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
