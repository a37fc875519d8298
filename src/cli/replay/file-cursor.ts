import type { ArchiveFile } from "./archive-file.ts";
import { type EventRun, type ReadOptions, readEvents } from "./read-events.ts";

/** A place in one file: which record of it comes next, and when that happened. */
export class FileCursor {
  readonly file: ArchiveFile;
  /** Place of the file by name: of records of the same time, those of earlier files come first. */
  readonly order: number;
  /** Of the next record; of the last one, or of the first of the file, while the next is not read yet. */
  timeMs = Number.NEGATIVE_INFINITY;
  readonly #options: ReadOptions;
  #runs: AsyncGenerator<EventRun> | undefined;
  #run: EventRun | undefined;
  #at = 0;

  constructor(file: ArchiveFile, order: number, options: ReadOptions) {
    this.file = file;
    this.order = order;
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#runs !== undefined;
  }

  /** Whether a record is at hand: else `fill` has to fetch some. */
  get hasRecord(): boolean {
    return this.#run !== undefined;
  }

  /** The next record, which is at hand. */
  take(): Buffer {
    const { records, timesMs } = this.#run as EventRun;
    const record = records[this.#at] as Buffer;
    this.#at++;
    if (this.#at < records.length) this.timeMs = timesMs[this.#at] as number;
    else this.#run = undefined;
    return record;
  }

  /** Reads on, and opens the file for it; false behind its last record. `untimed` is told of records without a time. */
  async fill(untimed: (count: number) => void): Promise<boolean> {
    this.#runs ??= readEvents(this.file, this.#options);
    for (;;) {
      const next = await this.#runs.next();
      if (next.done) return false;
      untimed(next.value.untimed);
      const [firstMs] = next.value.timesMs;
      if (firstMs === undefined) continue;
      this.timeMs = firstMs;
      this.#run = next.value;
      this.#at = 0;
      return true;
    }
  }

  /** Gives the file back. `fill` opens it again, from its start; `timeMs` stays what it was. */
  async close(): Promise<void> {
    const runs = this.#runs;
    this.#runs = undefined;
    this.#run = undefined;
    await runs?.return(undefined);
  }
}
