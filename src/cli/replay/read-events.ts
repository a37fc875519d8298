import { ByteSource } from "../../formats/compression/byte-source.ts";
import { decompress } from "../../formats/compression/decompress.ts";
import { LakehoseError } from "../../model/errors.ts";
import type { ArchiveFile } from "./archive-file.ts";
import { csvRecords } from "./csv-records.ts";
import { parquetRecords } from "./parquet-records.ts";
import { textLines } from "./text-lines.ts";
import type { TimeField } from "./time-field.ts";

export const ARCHIVE_FORMATS = ["ndjson", "csv", "parquet"] as const;
export type ArchiveFormat = (typeof ARCHIVE_FORMATS)[number];

/** What becomes of a record without a time: it goes with the record before it, it is left out, or the file is damaged. */
export const UNTIMED_CHOICES = ["send", "skip", "stop"] as const;
export type UntimedChoice = (typeof UNTIMED_CHOICES)[number];

export interface ReadOptions {
  readonly field: TimeField;
  /** Absent: by the name of the file, but for Parquet, which its content tells. */
  readonly format?: ArchiveFormat | undefined;
  /** Absent: a tab in `.tsv`, else a comma. */
  readonly delimiter?: string | undefined;
  readonly untimed: UntimedChoice;
  /** Whether a record keeps the line feed behind it. */
  readonly newline: boolean;
}

/** Some records of one file, in its order. */
export interface EventRun {
  readonly records: readonly Buffer[];
  readonly timesMs: readonly number[];
  /** How many of its lines showed no time, whether they are among the records or left out. */
  readonly untimed: number;
}

/** A file in which the first so many records show no time has it under another name. */
const LEADING_UNTIMED_MAX = 1000;

/** As much of a record as a message shows. */
const SHOWN_BYTES_MAX = 120;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BLANK = 0x20;

/**
 * The records of one file, each with the time when it happened. Throws `LakehoseError`s: `damaged-object` and
 * `damaged-text` for what cannot be read on, `no-event-time` for records whose time cannot be found.
 */
export async function* readEvents(file: ArchiveFile, options: ReadOptions): AsyncGenerator<EventRun> {
  const timing = new Timing(options);
  for await (const lines of recordsIn(file, options)) {
    const run = timing.run(lines);
    if (run !== undefined) yield run;
  }
  timing.end();
}

async function* recordsIn(file: ArchiveFile, options: ReadOptions): AsyncGenerator<Buffer[]> {
  const { format, delimiter } = options;
  if (format === "parquet") return yield* parquetRecords(file);
  const plain = new ByteSource(decompress(file.open(), { outputBytesMax: Number.POSITIVE_INFINITY }));
  try {
    const isParquet = format === undefined && (await plain.peek(4)).toString("latin1") === "PAR1";
    const extension = textExtension(file.name);
    if (isParquet) yield* parquetRecords(file);
    else if (format === "csv" || (format === undefined && extension !== undefined)) {
      yield* csvRecords(chunksOf(plain), delimiter ?? (extension === "tsv" ? "\t" : ","));
    } else yield* textLines(chunksOf(plain));
  } finally {
    await plain.close();
  }
}

/** `csv` or `tsv`, also before the ending of a compression. */
function textExtension(name: string): string | undefined {
  return /\.(csv|tsv)(\.\w{1,6})?$/i.exec(name)?.[1]?.toLowerCase();
}

async function* chunksOf(source: ByteSource): AsyncGenerator<Buffer> {
  for (let chunk = await source.takeChunk(); chunk !== undefined; chunk = await source.takeChunk()) yield chunk;
}

/** Gives the lines of one file their times, from the first to the last. */
class Timing {
  readonly #options: ReadOptions;
  /** Of the last record that showed one. */
  #lastMs: number | undefined;
  /** Records from before the first time. */
  #leading: Buffer[] = [];

  constructor(options: ReadOptions) {
    this.#options = options;
  }

  run(lines: readonly Buffer[]): EventRun | undefined {
    const { field, untimed: choice, newline } = this.#options;
    const records: Buffer[] = [];
    const timesMs: number[] = [];
    let untimed = 0;
    for (const line of lines) {
      if ((line[0] ?? 0) <= BLANK && isBlank(line)) continue;
      const timeMs = field.timeOf(line);
      if (timeMs === undefined) {
        untimed++;
        if (this.#lastMs === undefined) this.#hold(line);
        if (choice === "stop") throw this.#noTime("every record", line);
        if (choice === "skip" || this.#lastMs === undefined) continue;
      } else if (this.#lastMs === undefined && choice === "send") {
        for (const held of this.#leading.splice(0)) {
          records.push(recordOf(held, newline));
          timesMs.push(timeMs);
        }
      }
      this.#lastMs = timeMs ?? this.#lastMs;
      records.push(recordOf(line, newline));
      timesMs.push(this.#lastMs as number);
    }
    return records.length === 0 && untimed === 0 ? undefined : { records, timesMs, untimed };
  }

  end(): void {
    const [first] = this.#leading;
    if (this.#lastMs === undefined && first !== undefined) throw this.#noTime("any record of the file", first);
  }

  #hold(line: Buffer): void {
    this.#leading.push(line);
    const [first] = this.#leading;
    if (this.#leading.length >= LEADING_UNTIMED_MAX && first !== undefined) {
      throw this.#noTime(`one of the first ${LEADING_UNTIMED_MAX} records`, first);
    }
  }

  #noTime(where: string, record: Buffer): LakehoseError {
    const shown = record.toString("utf8", 0, SHOWN_BYTES_MAX).trimEnd();
    const message = `Expected a time in ${this.#options.field.name} of ${where}, got ${shown}${record.length > SHOWN_BYTES_MAX ? "…" : ""}`;
    return new LakehoseError("no-event-time", message);
  }
}

function isBlank(line: Buffer): boolean {
  return line.every((byte) => byte === BLANK || byte === LINE_FEED || byte === CARRIAGE_RETURN || byte === 0x09);
}

const LINE_END = Buffer.from("\n");

/** The line as it is, with its line feed, which the last line of a file may lack; or without its end. */
function recordOf(line: Buffer, newline: boolean): Buffer {
  const ends = line[line.length - 1] === LINE_FEED;
  if (newline) return ends ? line : Buffer.concat([line, LINE_END]);
  if (!ends) return line;
  return line.subarray(0, line[line.length - 2] === CARRIAGE_RETURN ? line.length - 2 : line.length - 1);
}
