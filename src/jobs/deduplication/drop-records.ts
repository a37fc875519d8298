import type { StoredFile } from "../../query/engine/location.ts";
import type { Disk } from "../../std/disk.ts";
import { FileLeftAlone } from "../rewriting/file-left-alone.ts";
import { nameOf, plainChunks } from "../rewriting/join-text.ts";
import { type PackedFile, PackedText } from "../rewriting/packed-text.ts";
import { readAhead } from "../rewriting/read-ahead.ts";
import {
  headerLinesOf,
  type TextLines,
  type TextReader,
  textLines,
  withoutByteOrderMark,
} from "../rewriting/text-lines.ts";

export interface DropRecordsOptions {
  readonly reader: TextReader;
  readonly disk: Disk;
  readonly path: string;
  /** Rows that readers find in the file. */
  readonly rows: number;
  /** Which of them go, counted from 0, rising. */
  readonly dropped: readonly number[];
  readonly plainBytesMax: number;
  readonly signal: AbortSignal;
}

/**
 * A text file without some of its records; all others keep their bytes. Rows are known by their place, so the file is left
 * alone unless it has as many records as readers find rows in it. Lines without anything on them are no records.
 */
export async function dropRecords(file: StoredFile, options: DropRecordsOptions): Promise<PackedFile> {
  const { reader, disk, path, rows, dropped, signal } = options;
  const output = await PackedText.create(disk, path);
  try {
    const headerLines = headerLinesOf(reader);
    const filter = new RecordFilter(headerLines, dropped);
    for await (const opened of readAhead([file])) {
      const lines = textLines(reader);
      for await (const chunk of withoutByteOrderMark(plainChunks(opened, output, options))) {
        signal.throwIfAborted();
        await output.write(keptOf(chunk, lines, filter));
      }
      if (!lines.isComplete) throw new FileLeftAlone(nameOf(file), "it ends in the middle of a record");
      for (const piece of lines.end()) await output.write(filter.take(piece, [piece.length - 1]));
    }
    if (filter.records !== rows) throw new FileLeftAlone(nameOf(file), miscounted(filter.records, rows));
    const made = await output.finish(disk, reader);
    if (made.lines !== filter.headerLines + rows - dropped.length) {
      throw new FileLeftAlone(nameOf(file), miscounted(made.lines - filter.headerLines, rows - dropped.length));
    }
    return made;
  } catch (error) {
    await output.discard();
    throw error;
  }
}

function keptOf(chunk: Buffer, lines: TextLines, filter: RecordFilter): readonly Buffer[] {
  const ends: { readonly piece: Buffer; readonly at: number }[] = [];
  const pieces = lines.push(chunk, (piece, at) => ends.push({ piece, at }));
  let next = 0;
  return pieces.flatMap((piece) => {
    const own: number[] = [];
    // The same bytes may come as a piece several times: line breaks that are put in are one buffer.
    for (; ends[next]?.piece === piece && (ends[next]?.at ?? 0) > (own.at(-1) ?? -1); next++)
      own.push(ends[next]?.at ?? 0);
    return filter.take(piece, own);
  });
}

/** Lets lines through but for some. */
class RecordFilter {
  /** Header lines that came. */
  headerLines = 0;
  /** Lines with something on them, behind the header. */
  records = 0;
  readonly #headerLinesMax: number;
  readonly #dropped: readonly number[];
  #nextDropped = 0;
  /** The blanks that the present line begins with; it is not known yet whether it is a record. */
  #blanks: Buffer[] = [];
  #line: "blank" | "kept" | "dropped" = "blank";

  constructor(headerLinesMax: number, dropped: readonly number[]) {
    this.#headerLinesMax = headerLinesMax;
    this.#dropped = dropped;
  }

  /** What stays of a piece of text whose line feeds at `ends` end a line. */
  take(piece: Buffer, ends: readonly number[]): readonly Buffer[] {
    const kept: Buffer[] = [];
    let from = 0;
    for (const end of ends) {
      kept.push(...this.#takePart(piece.subarray(from, end + 1)));
      this.#endLine(kept);
      from = end + 1;
    }
    if (from < piece.length) kept.push(...this.#takePart(piece.subarray(from)));
    return kept;
  }

  #takePart(part: Buffer): readonly Buffer[] {
    if (this.#line === "blank") {
      if (isBlank(part)) {
        this.#blanks.push(part);
        return [];
      }
      this.#line = this.#startLine();
    }
    const parts = [...this.#blanks.splice(0), part];
    return this.#line === "kept" ? parts : [];
  }

  #startLine(): "kept" | "dropped" {
    if (this.headerLines < this.#headerLinesMax) return "kept";
    const isDropped = this.#dropped[this.#nextDropped] === this.records;
    this.records++;
    if (!isDropped) return "kept";
    this.#nextDropped++;
    return "dropped";
  }

  #endLine(kept: Buffer[]): void {
    const blanks = this.#blanks.splice(0);
    if (this.headerLines < this.#headerLinesMax) {
      this.headerLines++;
      kept.push(...blanks);
    }
    this.#line = "blank";
  }
}

function isBlank(part: Buffer): boolean {
  return part.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d);
}

function miscounted(records: number, rows: number): string {
  return `it has ${records} records where its readers should find ${rows} rows`;
}
