import { join } from "node:path";
import { LakehoseError } from "../../model/errors.ts";
import type { Disk, DiskFile } from "../../std/disk.ts";
import { readFileWhole } from "../../std/write-file.ts";
import { decodeFrames, encodeFrame } from "./sample-frames.ts";
import type { Statistics, StatisticsBySeries } from "./statistics.ts";

export interface TierSettings {
  readonly name: string;
  /** Length of a period. */
  readonly stepMs: number;
  /** Time that one file covers; a whole number of steps, and of the files of finer tiers. */
  readonly fileMs: number;
  readonly keepMs: number;
  /** Of all files together; the oldest make room. */
  readonly bytesMax: number;
}

export type VisitSample = (at: number, key: string, statistics: Statistics) => void;

/**
 * Samples of one resolution in a folder of their own, a file for each stretch of time, named by its start. Frames are
 * appended without a sync: a sync would make those of the log wait, and what a crash of the machine takes is a few samples
 * that a reader does not miss (a torn end is cut when the file is opened again).
 */
export class SampleTier {
  readonly settings: TierSettings;
  readonly #disk: Disk;
  readonly #directory: string;
  /** Sizes by start. */
  readonly #files: Map<number, number>;
  #open: { readonly start: number; readonly file: DiskFile; readonly known: Map<string, number> } | undefined;

  static async open(disk: Disk, parent: string, settings: TierSettings): Promise<SampleTier> {
    const directory = join(parent, settings.name);
    await disk.makeDirectory(directory);
    const files = new Map<number, number>();
    for (const name of await disk.list(directory)) {
      const start = Number(/^(\d{15})\.samples$/.exec(name)?.[1] ?? Number.NaN);
      const stat = Number.isNaN(start) ? undefined : await disk.stat(join(directory, name));
      if (stat !== undefined) files.set(start, stat.bytes);
    }
    return new SampleTier(disk, directory, settings, files);
  }

  private constructor(disk: Disk, directory: string, settings: TierSettings, files: Map<number, number>) {
    this.#disk = disk;
    this.#directory = directory;
    this.settings = settings;
    this.#files = files;
  }

  get bytes(): number {
    return [...this.#files.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  /** From when on there are samples; `Infinity` while there are none. */
  get oldestAt(): number {
    return Math.min(Number.POSITIVE_INFINITY, ...this.#files.keys());
  }

  /** Start of the newest period on disk. */
  async newestPeriodAt(): Promise<number | undefined> {
    let newest: number | undefined;
    const start = Math.max(...this.#files.keys());
    if (this.#files.size > 0) await this.#visit(start, (at) => (newest = Math.max(newest ?? at, at)));
    return newest;
  }

  /** A sample more of each series. Rejects with a `DiskError`, or when the limit leaves no room. */
  async append(at: number, samples: StatisticsBySeries): Promise<void> {
    const start = this.#startOf(at);
    const { file, known } = await this.#openFile(start);
    const size = this.#files.get(start) ?? 0;
    const frame = encodeFrame(at, samples, known);
    try {
      await this.#makeRoom(start, frame.length);
      await file.write([frame], size);
      this.#files.set(start, size + frame.length);
    } catch (error) {
      // Part of the frame may be there, and what it names is not known to the file: opening it again mends both.
      await this.close().catch(() => undefined);
      throw error;
    }
  }

  /** Lets go of files that are older than they are kept. */
  async expire(now: number): Promise<void> {
    const { keepMs, fileMs } = this.settings;
    for (const start of this.#files.keys()) if (start + fileMs < now - keepMs) await this.#remove(start);
  }

  /** Each sample whose period starts in `[from, to)`. */
  async read(from: number, to: number, visit: VisitSample): Promise<void> {
    const first = this.#startOf(from);
    const starts = [...this.#files.keys()].filter((start) => start >= first && start < to).toSorted((a, b) => a - b);
    const inRange: VisitSample = (at, key, statistics) => at >= from && at < to && visit(at, key, statistics);
    for (const start of starts) await this.#visit(start, inRange);
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    await open?.file.close();
  }

  async #visit(start: number, visit: VisitSample): Promise<void> {
    const bytes = await readFileWhole(this.#disk, this.#pathOf(start));
    if (bytes !== undefined) decodeFrames(bytes, visit);
  }

  async #openFile(start: number) {
    if (this.#open?.start === start) return this.#open;
    await this.close();
    const path = this.#pathOf(start);
    const bytes = await readFileWhole(this.#disk, path);
    const { known, soundBytes } = decodeFrames(bytes ?? Buffer.alloc(0), () => undefined);
    const file = await this.#disk.open(path, bytes === undefined ? "create" : "write");
    this.#open = { start, file, known };
    this.#files.set(start, soundBytes);
    if (bytes !== undefined && bytes.length > soundBytes) await file.truncate(soundBytes);
    return this.#open;
  }

  async #makeRoom(current: number, bytes: number): Promise<void> {
    const { bytesMax, name } = this.settings;
    for (const start of [...this.#files.keys()].toSorted((a, b) => a - b)) {
      if (this.bytes + bytes <= bytesMax) return;
      if (start !== current) await this.#remove(start);
    }
    if (this.bytes + bytes > bytesMax) {
      const message = `The samples of ${this.settings.fileMs / 3_600_000} hours at one per ${name} need more than the ${bytesMax} bytes that are theirs: there are too many series`;
      throw new LakehoseError("metric-history-full", message);
    }
  }

  async #remove(start: number): Promise<void> {
    if (this.#open?.start === start) await this.close();
    await this.#disk.unlink(this.#pathOf(start));
    this.#files.delete(start);
  }

  #startOf(at: number): number {
    return Math.floor(at / this.settings.fileMs) * this.settings.fileMs;
  }

  #pathOf(start: number): string {
    return join(this.#directory, `${String(start).padStart(15, "0")}.samples`);
  }
}
