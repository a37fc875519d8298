/**
 * Records stay packed from the socket to the object: one buffer with all their bytes one after another and an index of
 * where each ends. An object per record exists only where user code needs one (design rule 2 of the hot path).
 */
export interface PackedRecords {
  /** All record bytes, one after another, nothing between them. */
  readonly bytes: Buffer;
  /** `ends[i]` is where record `i` ends in `bytes`; it starts where the one before it ends (the first at 0). */
  readonly ends: Uint32Array;
  /** CRC-32 of `bytes`, where somebody has looked at all of them already. */
  readonly crc?: number | undefined;
}

/** Records of one log partition with consecutive offsets, the unit that travels. Never changed once made. */
export interface Batch extends PackedRecords {
  readonly partition: number;
  /** Offset of the first record; record `i` has `firstOffset + i`. */
  readonly firstOffset: number;
  /** When Lakehose accepted them, milliseconds since 1970. Never falls along the log of a partition. */
  readonly arrivalMs: number;
  /** Present on records that were redriven or read back from the lake: only this delivery may see them. */
  readonly onlyDelivery?: string;
  /** Present on such records too: who they were the first time. */
  readonly origin?: RecordOrigin;
}

/** The first identity of records that came back through a redrive or from the lake. */
export interface RecordOrigin {
  readonly streamUid: string;
  /** Offset of each record in its first life, in the order of the batch; one that is not known is that of this life. */
  readonly offsets: readonly (number | undefined)[];
  /** Which part of its record each was, where processors had made several of one; absent = the first of each. */
  readonly pieces?: readonly number[];
  /** Arrival of each record in its first life, milliseconds. */
  readonly arrivalsMs: readonly number[];
  /** Where they enter: before the processors, or past them. */
  readonly stage: "processors" | "delivery";
}

export function recordCount(records: PackedRecords): number {
  return records.ends.length;
}

/** Bytes of record `index`, a view and not a copy. */
export function recordAt(records: PackedRecords, index: number): Buffer {
  const start = index === 0 ? 0 : (records.ends[index - 1] ?? 0);
  return records.bytes.subarray(start, records.ends[index]);
}

/**
 * Records `from` (inclusive) to `to` (exclusive) as views on the same buffer, with an index of their own. Says of every member
 * what it is, so that a batch which takes over the slice keeps nothing of the whole.
 */
export function sliceRecords(records: PackedRecords, from: number, to: number): PackedRecords {
  const start = from === 0 ? 0 : (records.ends[from - 1] ?? 0);
  const end = to === 0 ? 0 : (records.ends[to - 1] ?? 0);
  const ends = new Uint32Array(to - from);
  for (let index = from; index < to; index++) ends[index - from] = (records.ends[index] ?? 0) - start;
  return { bytes: records.bytes.subarray(start, end), ends, crc: undefined };
}

/** When a record was accepted the first time: redriven records bring that along. */
export function arrivalOf(batch: Batch, index: number): number {
  return batch.origin?.arrivalsMs[index] ?? batch.arrivalMs;
}

/** Packs single records. For tests, tools and small numbers: the hot path fills its buffer itself. */
export function packRecords(records: readonly Uint8Array[]): PackedRecords {
  const ends = new Uint32Array(records.length);
  let end = 0;
  for (const [index, record] of records.entries()) {
    end += record.byteLength;
    ends[index] = end;
  }
  return { bytes: Buffer.concat(records), ends };
}
