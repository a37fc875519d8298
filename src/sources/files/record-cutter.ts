import { type PackedRecords, packRecords } from "../../model/records.ts";
import type { RecordShape } from "./file-flow.ts";

/** What a piece of a file holds. */
export interface Cut {
  readonly records: PackedRecords;
  /** Place in the file where `records.bytes` begins, when they are bytes of the file. */
  readonly fileStart: number;
  /** Place in the file behind each record, when the records were made over. */
  readonly fileEnds?: Float64Array;
  /** Bytes of the piece that need not be read again. */
  readonly consumed: number;
  /** All of the file before this place is in records, was in earlier ones, or is left out on purpose. */
  readonly settledTo: number;
  readonly cutRecords: number;
  readonly leftOut: number;
}

export interface CutEnd {
  /** Nothing follows: what is left is a record, also without a line feed. */
  readonly final: boolean;
  /** Nothing has followed for long: whole lines are a record, though the next might belong to them. */
  readonly quiet: boolean;
}

const LINE_FEED = 0x0a;

/** Records of one cut: bounds the index of ends for files of empty lines. */
const RECORDS_PER_CUT = 16_384;

const scratch = new Uint32Array(RECORDS_PER_CUT);

/**
 * Finds the records in the bytes of one file, piece after piece. While records are plain lines nobody looks at them: the result
 * is a view on the piece, and an index made by native searches for line feeds. Everything else (conversions, records that
 * are too long, footers) makes the records over one by one.
 *
 * A line that is too long is not held: its first bytes are kept, and the rest is passed over up to its line feed. Until
 * that has come nothing is settled, so that a reader that starts again finds the same record.
 */
export class RecordCutter {
  readonly #shape: RecordShape;
  #headerLinesLeft: number;
  /** Head and place of a record that is too long and whose end has not come. */
  #long: { readonly head: Buffer; readonly start: number } | undefined;

  constructor(shape: RecordShape, { atStart }: { readonly atStart: boolean }) {
    this.#shape = shape;
    this.#headerLinesLeft = atStart ? shape.skipHeaderLines : 0;
  }

  /** `bytes` stand at `base` in the file, behind all that was consumed before. */
  cut(bytes: Buffer, base: number, end: CutEnd): Cut {
    let at = this.#skipHeader(bytes);
    if (this.#headerLinesLeft > 0) return nothing(at, 0);
    const first = this.#long;
    if (first !== undefined) {
      const lineEnd = bytes.indexOf(LINE_FEED, at);
      if (lineEnd === -1 && !end.final) return nothing(bytes.length, first.start);
      at = lineEnd === -1 ? bytes.length : lineEnd + 1;
      this.#long = undefined;
    }
    const found = this.#findEnds(bytes, at, end);
    const head = first && { record: first.head, fileEnd: base + at };
    const last = found.count === 0 ? at : (scratch[found.count - 1] ?? at);
    const isPlain = head === undefined && !found.tooLong && this.#isPlain;
    const cut = isPlain ? plainCut(bytes, base, at, found.count) : this.#madeOver(bytes, base, at, found.count, head);
    const rest = bytes.length - last;
    if (found.count === RECORDS_PER_CUT || rest <= this.#shape.recordBytesMax) {
      return { ...cut, consumed: last, settledTo: base + last };
    }
    this.#long = { head: this.#shorten(bytes.subarray(last)), start: base + last };
    return { ...cut, consumed: bytes.length, settledTo: base + last };
  }

  get #isPlain(): boolean {
    return this.#shape.convert === undefined && this.#shape.footerPattern === undefined;
  }

  #skipHeader(bytes: Buffer): number {
    let at = 0;
    while (this.#headerLinesLeft > 0) {
      const lineEnd = bytes.indexOf(LINE_FEED, at);
      if (lineEnd === -1) return at;
      at = lineEnd + 1;
      this.#headerLinesLeft--;
    }
    return at;
  }

  /** Writes the ends of records from `start` on into `scratch`. */
  #findEnds(bytes: Buffer, start: number, end: CutEnd): { readonly count: number; readonly tooLong: boolean } {
    const { recordBytesMax, startPattern } = this.#shape;
    let count = 0;
    let tooLong = false;
    let from = start;
    const add = (recordEnd: number) => {
      scratch[count++] = recordEnd;
      if (recordEnd - from > recordBytesMax) tooLong = true;
      from = recordEnd;
    };
    let lineEnd = bytes.indexOf(LINE_FEED, start) + 1;
    while (lineEnd > 0 && count < RECORDS_PER_CUT - 1) {
      const nextEnd = bytes.indexOf(LINE_FEED, lineEnd) + 1;
      if (startPattern === undefined) add(lineEnd);
      else if (nextEnd > 0 && beginsRecord(bytes, lineEnd, nextEnd, startPattern)) add(lineEnd);
      else if (nextEnd === 0 && (end.quiet || end.final)) add(lineEnd);
      lineEnd = nextEnd;
    }
    if (lineEnd === 0 && end.final && from < bytes.length) add(bytes.length);
    return { count, tooLong };
  }

  #madeOver(
    bytes: Buffer,
    base: number,
    start: number,
    count: number,
    head: { readonly record: Buffer; readonly fileEnd: number } | undefined,
  ): Omit<Cut, "consumed" | "settledTo"> {
    const records: Buffer[] = [];
    const fileEnds: number[] = [];
    let cutRecords = 0;
    let leftOut = 0;
    const add = (source: Buffer, fileEnd: number) => {
      const record = this.#convert(source);
      if (record === undefined) {
        leftOut++;
        return;
      }
      if (record.length > this.#shape.recordBytesMax) cutRecords++;
      records.push(record.length > this.#shape.recordBytesMax ? this.#shorten(record) : record);
      fileEnds.push(fileEnd);
    };
    if (head !== undefined) {
      add(head.record, head.fileEnd);
      cutRecords++;
    }
    let from = start;
    for (let index = 0; index < count; index++) {
      const end = scratch[index] ?? from;
      add(bytes.subarray(from, end), base + end);
      from = end;
    }
    const packed = packRecords(records);
    return { records: packed, fileStart: base + start, fileEnds: Float64Array.from(fileEnds), cutRecords, leftOut };
  }

  #convert(source: Buffer): Buffer | undefined {
    const { footerPattern, convert } = this.#shape;
    if (footerPattern?.test(source.toString("utf8").trimEnd())) return undefined;
    return convert === undefined ? source : convert(source);
  }

  #shorten(record: Buffer): Buffer {
    const { recordBytesMax, truncatedRecordTerminator: terminator } = this.#shape;
    return Buffer.concat([record.subarray(0, recordBytesMax - terminator.length), terminator]);
  }
}

function beginsRecord(bytes: Buffer, start: number, end: number, pattern: RegExp): boolean {
  pattern.lastIndex = 0;
  return pattern.test(bytes.toString("utf8", start, end));
}

function plainCut(bytes: Buffer, base: number, start: number, count: number): Omit<Cut, "consumed" | "settledTo"> {
  const ends = new Uint32Array(count);
  for (let index = 0; index < count; index++) ends[index] = (scratch[index] ?? 0) - start;
  const last = count === 0 ? start : (scratch[count - 1] ?? start);
  return { records: { bytes: bytes.subarray(start, last), ends }, fileStart: base + start, cutRecords: 0, leftOut: 0 };
}

function nothing(consumed: number, settledTo: number): Cut {
  const records = { bytes: Buffer.alloc(0), ends: new Uint32Array(0) };
  return { records, fileStart: settledTo, consumed, settledTo, cutRecords: 0, leftOut: 0 };
}

/** Place in the file behind record `index` of a cut. */
export function fileEndOf(cut: Cut, index: number): number {
  return cut.fileEnds === undefined ? cut.fileStart + (cut.records.ends[index] ?? 0) : (cut.fileEnds[index] ?? 0);
}
