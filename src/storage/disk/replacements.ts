import { join } from "node:path";
import { z } from "zod";
import type { Disk } from "../../std/disk.ts";
import { readFileWhole, writeFileDurably } from "../../std/write-file.ts";
import { type Sidecar, sidecarSchema } from "./sidecar.ts";

/**
 * An object and its sidecar are two files, and no file system replaces two files in one step. So before an object is
 * replaced, a note says which file (by inode) the new sidecar is about. Until the sidecar is in its place, whoever reads the
 * object is told by the note; after a crash the next process finds the note and does what is left to do.
 *
 *     1. note, synced    2. rename over the object, folder synced    3. sidecar, synced    4. note away
 *
 * A crash before 2 leaves the old object with the old sidecar: the inode is another, and the note is thrown away. A crash
 * after 2 leaves the new object: the inode is the note's, and the sidecar is written then.
 */
const noteSchema = z.object({ bucket: z.string(), key: z.string(), inode: z.number(), sidecar: sidecarSchema });

export type ReplacementNote = z.infer<typeof noteSchema>;

const NOTE_PATTERN = /^replace-\d+\.json$/;

export class Replacements {
  readonly #disk: Disk;
  readonly #directory: string;
  /** By the object's path. */
  readonly #pending = new Map<string, { readonly note: ReplacementNote; readonly file: string }>();
  #notes = 0;

  constructor(disk: Disk, directory: string) {
    this.#disk = disk;
    this.#directory = directory;
  }

  /** What the file of this inode is, while its sidecar is not there yet. */
  sidecarOf(path: string, inode: number): Sidecar | undefined {
    const pending = this.#pending.get(path)?.note;
    return pending?.inode === inode ? pending.sidecar : undefined;
  }

  /** The note of a replacement whose sidecar could not be written, and therefore still has to be. */
  unfinished(path: string): ReplacementNote | undefined {
    return this.#pending.get(path)?.note;
  }

  async begin(path: string, note: ReplacementNote): Promise<void> {
    this.#notes += 1;
    const file = join(this.#directory, `replace-${this.#notes}.json`);
    await writeFileDurably(this.#disk, file, Buffer.from(JSON.stringify(note)));
    this.#pending.set(path, { note, file });
  }

  /** The sidecar is in its place, or the object is gone. */
  async end(path: string): Promise<void> {
    const pending = this.#pending.get(path);
    if (pending === undefined) return;
    await this.#disk.unlink(pending.file);
    this.#pending.delete(path);
  }

  /** What a predecessor left, each handed to `finish` and then removed. Damaged notes were never durable. */
  async recover(finish: (note: ReplacementNote) => Promise<void>): Promise<void> {
    for (const name of await this.#disk.list(this.#directory)) {
      if (!NOTE_PATTERN.test(name)) continue;
      const file = join(this.#directory, name);
      const note = parseNote(await readFileWhole(this.#disk, file));
      if (note !== undefined) await finish(note);
      await this.#disk.unlink(file);
    }
  }
}

function parseNote(bytes: Buffer | undefined): ReplacementNote | undefined {
  try {
    return noteSchema.parse(JSON.parse(String(bytes)));
  } catch {
    return undefined;
  }
}
