import { join } from "node:path";
import { LakehoseError } from "../model/errors.ts";
import type { Disk, DiskFile } from "../std/disk.ts";
import { readLines } from "../std/read-lines.ts";
import { encodeLine, readLine } from "./change-line.ts";

/**
 * A small state on disk (the partitions of one table, changes of files under way): a log of its changes that starts anew
 * when most of it is out of date.
 *
 *     <directory>/<generation>.log      lines of `change-line.ts`
 *     first line      {"format":1}
 *     further lines   changes, each whole or not at all
 *
 * Constraints: a change writes what it changes, however large the state is. The file of the highest number
 * decides; a generation is written under another name, synced, renamed, and only then are older ones removed.
 *
 * Append: one write at the end, one sync. After a failure nobody knows what is on disk: the log must be opened again
 * before it is used, which settles it as after a crash.
 *
 * Open: the folder is synced, because a killed process may have renamed and not synced. A torn last line was never
 * answered (the sync before the answer had not returned) and is cut off. A whole last line may come from a process that was
 * killed before its sync, or whose sync failed and left pages that look clean: it is written once more in its place and
 * synced, so that what readers see is durable. Lines before it are proven by their successors.
 *
 * Damage anywhere else is refused with the name of the file: what silently disappears takes rows out of answers, or doubles
 * them.
 */
export class ChangeLog {
  readonly #disk: Disk;
  readonly #directory: string;
  #generation = 0;
  #end = 0;

  private constructor(disk: Disk, directory: string) {
    this.#disk = disk;
    this.#directory = directory;
  }

  /** Hands each change that is in force to `apply`, in order, with its size in the file. */
  static async open(disk: Disk, directory: string, apply: ApplyChange): Promise<ChangeLog> {
    const log = new ChangeLog(disk, directory);
    const names = await disk.list(directory);
    if (names.length === 0) return log;
    await disk.syncDirectory(directory);
    log.#generation = Math.max(0, ...names.map(generationOf));
    if (log.#generation > 0) await log.#recover(apply);
    await log.#removeBut(log.#generation);
    return log;
  }

  /** Bytes of the file; 0 while there is none. */
  get bytes(): number {
    return this.#end;
  }

  /** Resolves to the size of the change once it is durable. */
  async append(change: object): Promise<number> {
    if (this.#generation === 0) await this.rewrite([], () => undefined);
    const line = encodeLine(change);
    await this.#within(this.#path(this.#generation), "write", async (file) => {
      await file.write([line], this.#end);
      await file.datasync();
    });
    this.#end += line.byteLength;
    return line.byteLength;
  }

  /** Replaces all changes by these, durably. `apply` is told of each before the next is asked for. */
  async rewrite(changes: Iterable<object>, apply: ApplyChange): Promise<void> {
    await this.#disk.makeDirectory(this.#directory);
    const next = this.#generation + 1;
    const temporary = `${this.#path(next)}.tmp`;
    await this.#disk.unlink(temporary);
    const header = encodeLine({ format: FORMAT });
    let end = header.byteLength;
    await this.#within(temporary, "create", async (file) => {
      await file.write([header], 0);
      for (const change of changes) {
        const line = encodeLine(change);
        await file.write([line], end);
        end += line.byteLength;
        apply(change, line.byteLength);
      }
      await file.datasync();
    });
    await this.#disk.rename(temporary, this.#path(next));
    await this.#disk.syncDirectory(this.#directory);
    this.#generation = next;
    this.#end = end;
    await this.#removeBut(next);
  }

  async #recover(apply: ApplyChange): Promise<void> {
    const path = this.#path(this.#generation);
    await this.#within(path, "write", async (file) => {
      let last: Uint8Array = Buffer.alloc(0);
      let torn = false;
      for await (const line of readLines(chunksOf(file))) {
        // Only the last line can be torn, and a line feed ends it.
        if (torn) throw damaged(path, `the line at byte ${this.#end} is incomplete, and others follow`);
        const reading = readLine(line, this.#end);
        if (reading.kind === "damaged") throw damaged(path, reading.reason);
        torn = reading.kind === "torn";
        if (reading.kind !== "whole") continue;
        if (this.#end === 0) checkHeader(path, reading.json);
        else apply(reading.json as object, line.byteLength);
        this.#end += line.byteLength;
        last = line;
      }
      // The file was whole when it got its name.
      if (this.#end === 0) throw damaged(path, "it has no first line");
      if (torn) await file.truncate(this.#end);
      await file.write([last], this.#end - last.byteLength);
      await file.datasync();
    });
  }

  async #removeBut(generation: number): Promise<void> {
    const names = await this.#disk.list(this.#directory);
    for (const name of names) {
      if (generationOf(name) !== generation) await this.#disk.unlink(join(this.#directory, name));
    }
  }

  async #within(path: string, mode: "write" | "create", work: (file: DiskFile) => Promise<void>): Promise<void> {
    const file = await this.#disk.open(path, mode);
    try {
      await work(file);
    } finally {
      await file.close();
    }
  }

  #path(generation: number): string {
    return join(this.#directory, `${generation}.log`);
  }
}

export type ApplyChange = (change: object, bytes: number) => void;

const FORMAT = 1;

/** What is read at a time; lines may be longer. */
const CHUNK_BYTES = 1024 * 1024;

function checkHeader(path: string, json: unknown): void {
  const format = (json as { readonly format?: unknown }).format;
  if (format !== FORMAT) throw damaged(path, `expected format ${FORMAT}, got ${String(format)}`);
}

async function* chunksOf(file: DiskFile): AsyncGenerator<Buffer> {
  for (let position = 0; ; ) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const count = await file.read(chunk, position);
    if (count === 0) return;
    yield chunk.subarray(0, count);
    position += count;
  }
}

/** 0 for names that are no generation. */
function generationOf(name: string): number {
  return /^[1-9]\d{0,14}\.log$/.test(name) ? Number(name.slice(0, -".log".length)) : 0;
}

function damaged(path: string, reason: string): LakehoseError {
  const advice = "Restore this file from a backup, or move it away: then what it says is forgotten";
  return new LakehoseError("catalog-damaged", `Catalog file ${path} cannot be used: ${reason}. ${advice}`);
}
