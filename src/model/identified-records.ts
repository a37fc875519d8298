import { type PackedRecords, recordCount } from "./records.ts";

/**
 * Records with who they are, as one run of bytes: what a parcel's file holds where the target takes records one by one and
 * not as an object. A record is its stream's uid, its offset there and its piece, for ever: targets make document ids of it, and
 * an error record says it.
 *
 * Layout, per record: length of its bytes (u32 LE), piece (u32), offset (f64, exact up to 2^53), arrival (f64, ms since
 * 1970), length of a foreign uid (u8, 0 where it is the stream's own), that uid (ASCII), the bytes.
 */
export interface IdentifiedRecord extends RecordIdentity {
  /** Place in the parcel, from 0. */
  readonly index: number;
  readonly bytes: Buffer;
  readonly arrivalMs: number;
}

export interface RecordIdentity {
  /** Of the stream that accepted it first, where that was another one than the parcel's. */
  readonly streamUid?: string;
  /** In its first life: one that was redriven keeps it. */
  readonly offset: number;
  /** Which of those that the processors made of one record, from 0. */
  readonly piece: number;
}

/** Offset of each of some records, in order: a run of consecutive ones, or one for each where some are missing between. */
export type Offsets = { readonly first: number } | { readonly each: readonly number[] };

export function offsetAt(offsets: Offsets, index: number): number {
  return "first" in offsets ? offsets.first + index : (offsets.each[index] ?? Number.NaN);
}

/** Who records were in their first life, where that is not what their offsets say. One for each record. */
export type FirstIdentities = readonly RecordIdentity[];

const HEADER_BYTES = 25;

/** Writes records one after another, over any number of calls: pieces of one record are counted on from call to call. */
export class IdentityWriter {
  #lastUid: string | undefined;
  #lastOffset = -1;
  #lastBase = 0;
  #nextPiece = 0;

  /** Calls `write` for each header and each record in turn; the buffer of a header is used again after the call. */
  write(
    records: PackedRecords,
    arrivalsMs: number | readonly number[],
    { offsets, identities }: RecordIdentities,
    write: (source: Buffer, start: number, end: number) => void,
  ): void {
    const header = Buffer.alloc(HEADER_BYTES);
    let start = 0;
    for (let index = 0; index < recordCount(records); index++) {
      const end = records.ends[index] ?? start;
      const { streamUid = "", offset, piece } = identities?.[index] ?? { offset: offsetAt(offsets, index), piece: 0 };
      header.writeUInt32LE(end - start, 0);
      header.writeUInt32LE(this.#pieceOf(streamUid, offset, piece), 4);
      header.writeDoubleLE(offset, 8);
      header.writeDoubleLE(typeof arrivalsMs === "number" ? arrivalsMs : (arrivalsMs[index] ?? 0), 16);
      header.writeUInt8(streamUid.length, 24);
      write(header, 0, HEADER_BYTES);
      if (streamUid !== "") write(Buffer.from(streamUid, "latin1"), 0, streamUid.length);
      write(records.bytes, start, end);
      start = end;
    }
  }

  /** Pieces of one record follow each other. `base` is where a record that is a piece itself begins to count. */
  #pieceOf(uid: string, offset: number, base: number): number {
    const same = uid === this.#lastUid && offset === this.#lastOffset && base === this.#lastBase;
    this.#nextPiece = same ? this.#nextPiece + 1 : base;
    this.#lastUid = uid;
    this.#lastOffset = offset;
    this.#lastBase = base;
    return this.#nextPiece;
  }
}

export interface RecordIdentities {
  readonly offsets: Offsets;
  readonly identities?: FirstIdentities | undefined;
}

/** What the bytes are read from: the file of a parcel. */
export interface IdentifiedBytes {
  readonly bytes: number;
  read(start: number, length: number): Promise<Buffer>;
}

/** One read of a parcel's file. */
const READ_BYTES = 1024 * 1024;

/** The records of a parcel in order, in runs of about a mebibyte. Their bytes are views on memory of their run. */
export async function* readIdentifiedRecords(body: IdentifiedBytes): AsyncGenerator<readonly IdentifiedRecord[]> {
  let rest: Buffer = Buffer.alloc(0);
  let index = 0;
  for (let at = 0; at < body.bytes; ) {
    const next = bytesOfNext(rest);
    const wanted = next === undefined ? READ_BYTES : Math.max(READ_BYTES, next - rest.length);
    const chunk = await body.read(at, Math.min(wanted, body.bytes - at));
    if (chunk.length === 0) throw new Error(`The file of the parcel ends at byte ${at} of ${body.bytes}`);
    at += chunk.length;
    const { records, used, bytes } = parse(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]), index);
    rest = bytes.subarray(used);
    index += records.length;
    if (records.length > 0) yield records;
  }
  if (rest.length > 0) throw new Error(`The file of the parcel ends within its record ${index}`);
}

function parse(bytes: Buffer, firstIndex: number) {
  const records: IdentifiedRecord[] = [];
  let used = 0;
  for (;;) {
    const length = bytesOfNext(bytes, used);
    if (length === undefined || used + length > bytes.length) return { records, used, bytes };
    const uidBytes = bytes.readUInt8(used + 24);
    const uidAt = used + HEADER_BYTES;
    const record = {
      index: firstIndex + records.length,
      piece: bytes.readUInt32LE(used + 4),
      offset: bytes.readDoubleLE(used + 8),
      arrivalMs: bytes.readDoubleLE(used + 16),
      bytes: bytes.subarray(uidAt + uidBytes, used + length),
    };
    records.push(uidBytes === 0 ? record : { ...record, streamUid: bytes.toString("latin1", uidAt, uidAt + uidBytes) });
    used += length;
  }
}

/** `undefined` where not even the header is there. */
function bytesOfNext(bytes: Buffer, at = 0): number | undefined {
  if (bytes.length - at < HEADER_BYTES) return undefined;
  return HEADER_BYTES + bytes.readUInt8(at + 24) + bytes.readUInt32LE(at);
}
