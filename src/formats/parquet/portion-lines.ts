import type { Spill } from "./spill.ts";

/** So that the few bytes which a proof looks ahead are always there. */
const LINE_SLACK_BYTES = 64;
const LINE_FEED = 0x0a;

export interface Line {
  readonly start: number;
  /** Place of its line feed. */
  readonly end: number;
}

/** The lines of one portion: copied first and looked at then, because the line feed at the end stops every proof. */
export class PortionLines {
  readonly bytes: Buffer;
  readonly #spill: Spill;
  readonly #others: Buffer[] = [];
  #start = 0;
  #used = 0;

  constructor(spill: Spill, bytesMax: number, linesMax: number) {
    this.#spill = spill;
    this.bytes = Buffer.allocUnsafe(bytesMax + linesMax + LINE_SLACK_BYTES);
  }

  /** Copies a record without the white space around it behind what is kept. */
  copy(source: Buffer, from: number, to: number): Line {
    let start = from;
    let end = to;
    while (end > start && isBlank(source[end - 1])) end--;
    while (start < end && isBlank(source[start])) start++;
    source.copy(this.bytes, this.#used, start, end);
    const lineEnd = this.#used + end - start;
    this.bytes[lineEnd] = LINE_FEED;
    return { start: this.#used, end: lineEnd };
  }

  keep({ start, end }: Line): void {
    this.#used = end + 1;
    this.#spill.count(this.#used - start);
  }

  append(line: string): void {
    this.#closeRun();
    const bytes = Buffer.from(`${line}\n`);
    this.#others.push(bytes);
    this.#spill.count(bytes.length);
  }

  take(): Buffer[] {
    this.#closeRun();
    return this.#others;
  }

  #closeRun(): void {
    if (this.#used > this.#start) this.#others.push(this.bytes.subarray(this.#start, this.#used));
    this.#start = this.#used;
  }
}

/** White space of JSON; anything else around a record is for the reader of rows to refuse. */
function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === LINE_FEED || byte === 0x0d || byte === 0x09;
}
