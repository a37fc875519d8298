import { join } from "node:path";
import type { z } from "zod";
import { LakehoseError, reasonOf } from "../model/errors.ts";
import type { Disk } from "../std/disk.ts";
import { readFileWhole, writeFileDurably } from "../std/write-file.ts";

export interface RecordFilesOptions<T> {
  readonly disk: Disk;
  readonly directory: string;
  /** What a file has to hold at least. */
  readonly schema: z.ZodType<T>;
}

/** Small things on disk, one file each (`<id>.json`), replaced whole and durably. Ids are letters, digits and `-`. */
export class RecordFiles<T> {
  readonly #options: RecordFilesOptions<T>;

  constructor(options: RecordFilesOptions<T>) {
    this.#options = options;
  }

  async load(): Promise<readonly T[]> {
    const { disk, directory } = this.#options;
    await disk.makeDirectory(directory);
    await disk.syncDirectory(directory);
    const records: T[] = [];
    for (const name of await disk.list(directory)) {
      if (name.endsWith(".json")) records.push(await this.#read(join(directory, name)));
    }
    return records;
  }

  async save(id: string, record: T): Promise<void> {
    const bytes = Buffer.from(`${JSON.stringify({ format: FORMAT, ...record })}\n`);
    await writeFileDurably(this.#options.disk, this.#path(id), bytes);
  }

  async remove(id: string): Promise<void> {
    const { disk, directory } = this.#options;
    await disk.unlink(this.#path(id));
    await disk.syncDirectory(directory);
  }

  #path(id: string): string {
    return join(this.#options.directory, `${id}.json`);
  }

  async #read(path: string): Promise<T> {
    try {
      const { format, ...record } = JSON.parse(String(await readFileWhole(this.#options.disk, path)));
      if (format !== FORMAT) throw new Error(`Expected format ${FORMAT}, got ${format}`);
      return this.#options.schema.parse(record);
    } catch (error) {
      const advice = "Restore this file from a backup, or move it away: then what it holds is gone";
      throw new LakehoseError("record-damaged", `File ${path} cannot be used: ${reasonOf(error)}. ${advice}`, {
        cause: error,
      });
    }
  }
}

const FORMAT = 1;
