import { createReadStream } from "node:fs";
import { readLines } from "../../std/read-lines.ts";
import { appendToFile, removeFile } from "./spill.ts";

/**
 * What it takes to find every record again, byte for byte, behind the lines that were made of it.
 *
 * One byte a record says what became of it. Of nearly all records the line is the record itself, with its line feed or
 * without; the few that were read and written anew, or had other white space around them, are kept in a file beside:
 * length (u32), number of lines (u32), the record. Records that were rejected have no line and are not kept.
 */
export class Originals {
  readonly #path: string;
  #fates: Uint8Array = new Uint8Array(64);
  #count = 0;
  #unwritten: Buffer[] = [];

  constructor(path: string) {
    this.#path = path;
  }

  get retainedBytes(): number {
    return this.#fates.length;
  }

  rejected(): void {
    this.#note(REJECTED);
  }

  /** The line of a record is the record, or the record and a line feed. */
  asLine(endsInLineFeed: boolean): void {
    this.#note(endsInLineFeed ? WITH_LINE_FEED : WITHOUT_LINE_FEED);
  }

  keep(record: Buffer, lines: number): void {
    this.#note(KEPT);
    const entry = Buffer.allocUnsafe(KEPT_HEAD_BYTES + record.length);
    entry.writeUInt32LE(record.length, 0);
    entry.writeUInt32LE(lines, 4);
    record.copy(entry, KEPT_HEAD_BYTES);
    this.#unwritten.push(entry);
  }

  async write(): Promise<void> {
    const entries = this.#unwritten;
    this.#unwritten = [];
    if (entries.length > 0) await appendToFile(this.#path, entries);
  }

  /** All records that were not rejected, by their place in the object. */
  async *read(linesPath: string): AsyncGenerator<Original> {
    const lines = readLines(createReadStream(linesPath));
    const kept = readKept(this.#path);
    try {
      for (let index = 0; index < this.#count; index++) {
        const fate = this.#fates[index];
        if (fate === REJECTED) continue;
        if (fate === KEPT) {
          const { record, lines: linesToSkip } = await next(kept);
          for (let skipped = 0; skipped < linesToSkip; skipped++) await next(lines);
          yield { index, record };
        } else {
          const line = await next(lines);
          yield { index, record: fate === WITH_LINE_FEED ? line : line.subarray(0, -1) };
        }
      }
    } finally {
      await lines.return(undefined);
      await kept.return(undefined);
    }
  }

  remove(): Promise<void> {
    return removeFile(this.#path);
  }

  #note(fate: number): void {
    if (this.#count === this.#fates.length) {
      const grown = new Uint8Array(this.#count * 2);
      grown.set(this.#fates);
      this.#fates = grown;
    }
    this.#fates[this.#count++] = fate;
  }
}

export interface Original {
  readonly index: number;
  readonly record: Buffer;
}

const REJECTED = 0;
const WITHOUT_LINE_FEED = 1;
const WITH_LINE_FEED = 2;
const KEPT = 3;

const KEPT_HEAD_BYTES = 8;

/** Asked only for what was written: the file may not exist when nothing was kept. */
async function* readKept(path: string): AsyncGenerator<{ readonly record: Buffer; readonly lines: number }> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path)) {
    rest = Buffer.concat([rest, chunk as Buffer]);
    while (rest.length >= KEPT_HEAD_BYTES) {
      const end = KEPT_HEAD_BYTES + rest.readUInt32LE(0);
      if (rest.length < end) break;
      yield { record: rest.subarray(KEPT_HEAD_BYTES, end), lines: rest.readUInt32LE(4) };
      rest = rest.subarray(end);
    }
  }
}

async function next<T>(values: AsyncGenerator<T>): Promise<T> {
  const { done, value } = await values.next();
  if (done === true) throw new Error("Expected a scratch file to hold what was written to it, it ended early");
  return value;
}
