import { dirname } from "node:path";
import { LakehoseError } from "../../model/errors.ts";
import type { Disk, DiskFile } from "../../std/disk.ts";
import { readFileWhole } from "../../std/write-file.ts";
import type { RedrivenRecords, RedriveRequest } from "../source.ts";

/**
 * What redrives of one delivery have done, as JSON lines in one file: a line for each job that began, each object that it
 * left, and each job that ended. A line counts once it is synced. A crash leaves at most one line that is not whole, the
 * last; it is cut at the next start. A broken line before that is damage, and is refused.
 */
export type JournalLine = JobLine | ObjectLine | EndLine;

export interface JobLine {
  readonly type: "job";
  readonly job: number;
  readonly at: number;
  readonly request: RedriveRequest;
}

/** An object that a job has left: read to its end, or not (`failure`), with `lines` of it in the log. */
export interface ObjectLine {
  readonly type: "object";
  readonly job: number;
  readonly bucket: string;
  readonly key: string;
  readonly etag: string;
  readonly bytes: number;
  readonly lines: number;
  readonly records: RedrivenRecords;
  readonly failure?: string;
}

export interface EndLine {
  readonly type: "end";
  readonly job: number;
  readonly at: number;
  readonly failure?: string;
  readonly cancelled?: true;
}

/** Some 200 bytes of file and memory an object. Error objects beyond it are beyond what anybody looks through. */
export const JOURNAL_OBJECTS_MAX = 200_000;

const LINE_FEED = 0x0a;

export class RedriveJournal {
  /** The newest line about each object, by `objectName`. */
  readonly objects = new Map<string, ObjectLine>();
  readonly jobs: JobLine[] = [];
  readonly ends = new Map<number, EndLine>();
  readonly #disk: Disk;
  readonly #path: string;
  #bytes = 0;

  private constructor(disk: Disk, path: string) {
    this.#disk = disk;
    this.#path = path;
  }

  /** Reads the file; an absent one is an empty journal. Throws `redrive-journal-damaged`. */
  static async open(disk: Disk, path: string): Promise<RedriveJournal> {
    const journal = new RedriveJournal(disk, path);
    const bytes = (await readFileWhole(disk, path)) ?? Buffer.alloc(0);
    const end = bytes.lastIndexOf(LINE_FEED) + 1;
    let at = 0;
    while (at < end) {
      const lineEnd = bytes.indexOf(LINE_FEED, at);
      const line = parseLine(bytes.subarray(at, lineEnd));
      // Of the write that a crash interrupted any part may be on disk, the line feed too.
      if (line === undefined && lineEnd + 1 < end) throw damaged(path, at);
      if (line === undefined) break;
      journal.#fold(line);
      at = lineEnd + 1;
    }
    journal.#bytes = at;
    return journal;
  }

  /** The job that began and has not ended. */
  get openJob(): JobLine | undefined {
    const last = this.jobs.at(-1);
    return last !== undefined && !this.ends.has(last.job) ? last : undefined;
  }

  /** Resolves when the line is durable. */
  async append(line: JournalLine): Promise<void> {
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    const { file, made } = await this.#openFile();
    try {
      await file.truncate(this.#bytes);
      await file.write([bytes], this.#bytes);
      await file.datasync();
    } finally {
      await file.close();
    }
    if (made) await this.#disk.syncDirectory(dirname(this.#path));
    this.#bytes += bytes.length;
    this.#fold(line);
  }

  /** Opened anew for each line: a file whose sync has failed must not be synced again under the same handle. */
  async #openFile(): Promise<{ readonly file: DiskFile; readonly made: boolean }> {
    if ((await this.#disk.stat(this.#path)) !== undefined) {
      return { file: await this.#disk.open(this.#path, "write"), made: this.#bytes === 0 };
    }
    await this.#disk.makeDirectory(dirname(this.#path));
    return { file: await this.#disk.open(this.#path, "create"), made: true };
  }

  #fold(line: JournalLine): void {
    if (line.type === "job") this.jobs.push(line);
    else if (line.type === "end") this.ends.set(line.job, line);
    else this.objects.set(objectName(line), line);
  }
}

/** One string per object, equal for equal objects. */
export function objectName({ bucket, key }: { readonly bucket: string; readonly key: string }): string {
  return `${bucket}/${key}`;
}

function parseLine(bytes: Buffer): JournalLine | undefined {
  try {
    const value: JournalLine | null = JSON.parse(bytes.toString("utf8"));
    return value !== null && ["job", "object", "end"].includes(value.type) ? value : undefined;
  } catch {
    return undefined;
  }
}

function damaged(path: string, at: number): LakehoseError {
  const message = `The journal of redrives ${path} is damaged at byte ${at}. Restore it from a backup; without it, a redrive would deliver what is delivered already`;
  return new LakehoseError("redrive-journal-damaged", message);
}
