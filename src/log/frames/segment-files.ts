import { join } from "node:path";
import type { Clock } from "../../std/clock.ts";
import type { Disk, DiskFile } from "../../std/disk.ts";
import { BLOCK_BYTES } from "./frame-limits.ts";
import { encodeSegmentHeader, type SegmentHeader } from "./segment-header.ts";

const SEGMENT_NAME = /^(\d{20})\.seg$/;
const SPARE_NAME = /^\d{20}\.spare$/;
const TEMPORARY_NAME = /^\d{20}\.tmp$/;

/**
 * The files of one log folder: `<number>.seg` in use, `<number>.spare` kept for reuse, `<number>.tmp` not finished.
 *
 * A file becomes a segment in this order: header written, file synced, renamed into place, folder synced; so a file named
 * `.seg` always holds a whole header. A segment is let go in this order: renamed to a spare name (or removed), folder
 * synced, and only then may its header be overwritten; so an old name never shows a new header.
 */
export class SegmentFiles {
  readonly directory: string;
  readonly #disk: Disk;
  readonly #segmentBytes: number;
  readonly #sparesMax: number;
  readonly #clock: Clock;
  #spares: string[] = [];
  /** When segments were made of late, monotonic ms: as many files may soon be wanted again. */
  #made: number[] = [];

  constructor(disk: Disk, directory: string, options: SegmentFilesOptions) {
    this.directory = directory;
    this.#disk = disk;
    this.#segmentBytes = options.segmentBytes;
    this.#sparesMax = options.sparesMax;
    this.#clock = options.clock;
  }

  path(segmentNumber: number): string {
    return join(this.directory, `${digits(segmentNumber)}.seg`);
  }

  /** Makes the folder, tidies what a crash left behind, and returns the numbers of all segments, rising. */
  async open(): Promise<number[]> {
    await this.#disk.makeDirectory(this.directory);
    const names = await this.#disk.list(this.directory);
    const spares = names.filter((name) => SPARE_NAME.test(name)).map((name) => join(this.directory, name));
    const unfinished = names.filter((name) => TEMPORARY_NAME.test(name)).map((name) => join(this.directory, name));
    for (const path of [...unfinished, ...spares.slice(this.#sparesMax)]) await this.#disk.unlink(path);
    this.#spares = spares.slice(0, this.#sparesMax);
    // What a killed process renamed may not be durable yet; nobody may build on it before it is.
    await this.#disk.syncDirectory(this.directory);
    return segmentNumbers(names);
  }

  /**
   * Makes a segment durable with its header and, where `content` is given, with what follows it. Returns the open file.
   * Nothing is visible under the segment's name before all of it is synced.
   */
  async create(
    header: SegmentHeader,
    content: readonly Uint8Array[] = [],
  ): Promise<{ file: DiskFile; recycled: boolean }> {
    const { file, path, recycled } = await this.#blank(header);
    this.#made.push(this.#clock.monotonic());
    try {
      await file.write([encodeSegmentHeader(header), ...content], 0);
      await file.datasync();
      await this.#disk.rename(path, this.path(header.segmentNumber));
      await this.#disk.syncDirectory(this.directory);
    } catch (error) {
      await file.close().catch(() => undefined);
      await this.#disk.unlink(path).catch(() => undefined);
      throw error;
    }
    return { file, recycled };
  }

  /** Lets a segment go, again after a failure if need be; `reusable` is false for files that must not be written again (a sync failed on them). */
  async retire(header: SegmentHeader, reusable: boolean): Promise<void> {
    const path = this.path(header.segmentNumber);
    if ((await this.#disk.stat(path)) === undefined) return this.#disk.syncDirectory(this.directory);
    const keep = reusable && header.capacity === this.#segmentBytes && this.#spares.length < this.#sparesWanted();
    if (!keep) {
      await this.#disk.unlink(path);
      await this.#disk.syncDirectory(this.directory);
      return;
    }
    const spare = join(this.directory, `${digits(header.segmentNumber)}.spare`);
    await this.#disk.rename(path, spare);
    await this.#disk.syncDirectory(this.directory);
    this.#spares.push(spare);
  }

  /** Removes spares of a busier time. Nothing rests on them, so no sync either. */
  async trim(): Promise<void> {
    const wanted = this.#sparesWanted();
    while (this.#spares.length > wanted) {
      const [spare = ""] = this.#spares.splice(0, 1);
      await this.#disk.unlink(spare);
    }
  }

  #sparesWanted(): number {
    const since = this.#clock.monotonic() - DEMAND_WINDOW_MS;
    this.#made = this.#made.filter((at) => at >= since);
    return Math.min(this.#sparesMax, Math.max(1, this.#made.length));
  }

  /** A file of the right length that nobody uses: a spare, or a new sparse one. */
  async #blank(header: SegmentHeader): Promise<{ file: DiskFile; path: string; recycled: boolean }> {
    const spare = header.capacity === this.#segmentBytes ? this.#spares.pop() : undefined;
    if (spare !== undefined) {
      const file = await this.#disk.open(spare, "write", APPENDED);
      if ((await file.size()) === header.capacity) return { file, path: spare, recycled: true };
      await file.close();
      await this.#disk.unlink(spare);
    }
    const path = join(this.directory, `${digits(header.segmentNumber)}.tmp`);
    await this.#disk.unlink(path);
    const file = await this.#disk.open(path, "create", APPENDED);
    await file.truncate(header.capacity);
    return { file, path, recycled: false };
  }
}

/** Groups are written one by one, each synced before the next. */
const APPENDED = { syncsEachWrite: true } as const;

/** As many spares are kept as segments were made in this time. */
const DEMAND_WINDOW_MS = 30_000;

export interface SegmentFilesOptions {
  readonly segmentBytes: number;
  readonly sparesMax: number;
  readonly clock: Clock;
}

/** Numbers of the segments among the names of a log folder, rising. */
export function segmentNumbers(names: readonly string[]): number[] {
  return names
    .flatMap((name) => SEGMENT_NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

/** Block 0 of a file; shorter when the file is. */
export async function readHeaderBlock(file: DiskFile): Promise<Buffer> {
  const block = Buffer.alloc(BLOCK_BYTES);
  return block.subarray(0, await file.read(block, 0));
}

function digits(segmentNumber: number): string {
  return String(segmentNumber).padStart(20, "0");
}
