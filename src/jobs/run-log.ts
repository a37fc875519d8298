import type { Clock } from "../std/clock.ts";
import type { Disk, DiskFile } from "../std/disk.ts";
import { readFileWhole } from "../std/write-file.ts";

/** What one run may write. Data belongs into the lake. */
export const RUN_LOG_BYTES_MAX = 1024 * 1024;
const LINE_CHARACTERS_MAX = 8 * 1024;

/**
 * The lines of one run, each with its time, in a file. Writing never waits and never fails: a log that cannot be written is
 * no reason for a run to fail. Beyond the size lines are counted only.
 */
export class RunLog {
  readonly #disk: Disk;
  readonly #path: string;
  readonly #clock: Clock;
  #waiting: Buffer[] = [];
  #writing: Promise<void> | undefined;
  #file: DiskFile | undefined;
  #bytes = 0;
  #position = 0;
  #leftOut = 0;

  constructor(disk: Disk, path: string, clock: Clock) {
    this.#disk = disk;
    this.#path = path;
    this.#clock = clock;
  }

  write(text: string): void {
    for (const line of text.split(/\r?\n/)) this.#append(line.slice(0, LINE_CHARACTERS_MAX));
  }

  /** Resolves once everything is in the file. */
  async close(): Promise<void> {
    if (this.#leftOut > 0) this.#push(`(${this.#leftOut} more lines are not shown)`);
    while (this.#writing !== undefined) await this.#writing;
    await this.#file?.close().catch(() => undefined);
  }

  #append(line: string): void {
    if (this.#bytes + Buffer.byteLength(line) > RUN_LOG_BYTES_MAX) this.#leftOut++;
    else this.#push(line);
  }

  #push(line: string): void {
    const bytes = Buffer.from(`${new Date(this.#clock.now()).toISOString()} ${line}\n`);
    this.#bytes += bytes.length;
    this.#waiting.push(bytes);
    this.#writing ??= this.#flush().finally(() => {
      this.#writing = undefined;
    });
  }

  async #flush(): Promise<void> {
    while (this.#waiting.length > 0) {
      const lines = this.#waiting;
      this.#waiting = [];
      await this.#writeOut(lines).catch(() => undefined);
    }
  }

  async #writeOut(lines: readonly Buffer[]): Promise<void> {
    this.#file ??= await this.#disk.open(this.#path, "create");
    await this.#file.write(lines, this.#position);
    this.#position += lines.reduce((sum, line) => sum + line.length, 0);
  }
}

/** The lines so far; none while there is no file. */
export async function readRunLog(disk: Disk, path: string): Promise<readonly string[]> {
  const bytes = await readFileWhole(disk, path);
  return bytes === undefined ? [] : bytes.toString("utf8").split("\n").slice(0, -1);
}
