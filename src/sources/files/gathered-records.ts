import { type PackedRecords, recordAt, recordCount, sliceRecords } from "../../model/records.ts";
import type { BatchLimits } from "./file-flow.ts";
import { type Cut, fileEndOf } from "./record-cutter.ts";

/** Records of one file that travel together, and the range of the file that they stand for. */
export interface FileBatch {
  readonly records: PackedRecords;
  readonly from: number;
  readonly to: number;
}

/**
 * Gathers records of one file into batches. A batch that fills from one piece of the file is a view on that piece; only what
 * has to wait for more is copied.
 */
export class GatheredRecords {
  readonly #limits: BatchLimits;
  readonly #aggregatedBytes: number;
  #chunks: Buffer[] = [];
  #ends: number[] = [];
  #bytes = 0;
  #from: number;
  #to: number;

  constructor(limits: BatchLimits, aggregatedBytes: number, at: number) {
    this.#limits = limits;
    this.#aggregatedBytes = aggregatedBytes;
    this.#from = at;
    this.#to = at;
  }

  /** Bytes that are held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether anything is to be handed on: records, or a range that held none. */
  get isDue(): boolean {
    return this.#to > this.#from;
  }

  /** Yields what is full. A batch is looked at before the next one is asked for: it may be a view that goes. */
  *take(cut: Cut, eager: boolean): Generator<FileBatch> {
    const count = recordCount(cut.records);
    let index = 0;
    while (index < count) {
      const end = this.#ends.length === 0 && this.#aggregatedBytes === 0 ? this.#fits(cut, index) : index;
      if (end > index && (eager || end < count)) {
        const to = end === count ? cut.settledTo : fileEndOf(cut, end - 1);
        yield this.#batch(sliceRecords(cut.records, index, end), to);
        index = end;
        continue;
      }
      if (!this.#hasRoomFor(lengthOf(cut, index))) {
        const full = this.flush();
        if (full !== undefined) yield full;
        continue;
      }
      this.#add(recordAt(cut.records, index), fileEndOf(cut, index));
      index++;
    }
    this.#to = Math.max(this.#to, cut.settledTo);
    if (eager || this.#isFull()) {
      const full = this.flush();
      if (full !== undefined) yield full;
    }
  }

  /** All that was gathered, `undefined` when the file has not moved on. */
  flush(): FileBatch | undefined {
    if (!this.isDue) return undefined;
    const records = { bytes: Buffer.concat(this.#chunks, this.#bytes), ends: Uint32Array.from(this.#ends) };
    this.#chunks = [];
    this.#ends = [];
    this.#bytes = 0;
    return this.#batch(records, this.#to);
  }

  #batch(records: PackedRecords, to: number): FileBatch {
    const from = this.#from;
    this.#from = to;
    this.#to = Math.max(this.#to, to);
    return { records, from, to };
  }

  /** One past the last record that a batch from `index` on has room for; always room for one. */
  #fits(cut: Cut, index: number): number {
    const { ends } = cut.records;
    const start = index === 0 ? 0 : (ends[index - 1] ?? 0);
    const most = Math.min(ends.length, index + this.#limits.records);
    let end = index + 1;
    if ((ends[most - 1] ?? 0) - start <= this.#limits.bytes) end = most;
    else while (end < most && (ends[end] ?? 0) - start <= this.#limits.bytes) end++;
    return end;
  }

  #hasRoomFor(bytes: number): boolean {
    if (this.#ends.length === 0) return true;
    if (this.#bytes + bytes > this.#limits.bytes) return false;
    return this.#ends.length < this.#limits.records || this.#joins(bytes);
  }

  #isFull(): boolean {
    const recordsFull = this.#aggregatedBytes === 0 && this.#ends.length >= this.#limits.records;
    return recordsFull || this.#bytes >= this.#limits.bytes;
  }

  #joins(bytes: number): boolean {
    if (this.#aggregatedBytes === 0 || this.#ends.length === 0) return false;
    const start = this.#ends.at(-2) ?? 0;
    return this.#bytes - start + bytes <= this.#aggregatedBytes;
  }

  #add(record: Buffer, fileEnd: number): void {
    const joins = this.#joins(record.length);
    // A copy: the piece of the file that it lies in is read over.
    this.#chunks.push(Buffer.from(record));
    this.#bytes += record.length;
    if (joins) this.#ends[this.#ends.length - 1] = this.#bytes;
    else this.#ends.push(this.#bytes);
    this.#to = fileEnd;
  }
}

function lengthOf({ records: { ends } }: Cut, index: number): number {
  return (ends[index] ?? 0) - (index === 0 ? 0 : (ends[index - 1] ?? 0));
}
