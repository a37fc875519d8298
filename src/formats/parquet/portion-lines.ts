import { BufferPool } from "../../std/buffer-pool.ts";
import type { Spill } from "./spill.ts";

/**
 * The lines of one portion of records. Most records are lines as they lie there, and those that stand side by side leave
 * as one piece; others are copied to where they can be made into lines. Each line ends in a line feed before it is
 * looked at, because that stops every proof.
 */
export class PortionLines {
  readonly #records: Buffer;
  readonly #recordCount: number;
  readonly #spill: Spill;
  readonly #pieces: Buffer[] = [];
  /** What of `#run` waits to become a piece. */
  #run: Buffer;
  #runStart = 0;
  #runEnd = 0;
  #copies: Buffer | undefined;
  #copiesUsed = 0;

  constructor(spill: Spill, records: Buffer, recordCount: number) {
    this.#spill = spill;
    this.#records = records;
    this.#recordCount = recordCount;
    this.#run = records;
  }

  /** A record as a line, without the white space around it. Until it is kept, the next one may take its place. */
  lineOf(start: number, end: number): Line {
    const records = this.#records;
    const isLine = records[end - 1] === LINE_FEED && records[end - 2] === CLOSE_BRACE && records[start] === OPEN_BRACE;
    if (isLine && end + SLACK_BYTES <= records.length) return { bytes: records, start, end: end - 1 };
    return this.#copyOf(start, end);
  }

  keep({ bytes, start, end }: Line): void {
    if (bytes !== this.#run || start !== this.#runEnd) {
      this.#closeRun();
      this.#run = bytes;
      this.#runStart = start;
    }
    this.#runEnd = end + 1;
    if (bytes === this.#copies) this.#copiesUsed = end + 1;
    this.#spill.count(end + 1 - start);
  }

  append(line: string): void {
    this.#closeRun();
    const bytes = Buffer.from(`${line}\n`);
    this.#pieces.push(bytes);
    this.#spill.count(bytes.length);
  }

  /** Everything that was kept and appended, in order; no more may come. */
  take(): readonly Buffer[] {
    this.#closeRun();
    return this.#pieces;
  }

  /** Call it when nobody looks at the pieces any more. */
  release(): void {
    if (this.#copies !== undefined) copyBuffers.giveBack(this.#copies);
  }

  #copyOf(from: number, to: number): Line {
    const source = this.#records;
    let start = from;
    let end = to;
    while (end > start && isBlank(source[end - 1])) end--;
    while (start < end && isBlank(source[start])) start++;
    this.#copies ??= copyBuffers.take(source.length + this.#recordCount + SLACK_BYTES);
    source.copy(this.#copies, this.#copiesUsed, start, end);
    const lineEnd = this.#copiesUsed + end - start;
    this.#copies[lineEnd] = LINE_FEED;
    return { bytes: this.#copies, start: this.#copiesUsed, end: lineEnd };
  }

  #closeRun(): void {
    if (this.#runEnd > this.#runStart) this.#pieces.push(this.#run.subarray(this.#runStart, this.#runEnd));
    this.#runStart = this.#runEnd;
  }
}

export interface Line {
  readonly bytes: Buffer;
  readonly start: number;
  /** Place of its line feed. */
  readonly end: number;
}

/** So that the few bytes which a proof looks ahead are always there. */
const SLACK_BYTES = 64;

const LINE_FEED = 0x0a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Those of all encoders of the process together. */
const copyBuffers = new BufferPool(16 * 1024 * 1024);

/** White space of JSON; anything else around a record is for the reader of rows to refuse. */
function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === LINE_FEED || byte === 0x0d || byte === 0x09;
}
