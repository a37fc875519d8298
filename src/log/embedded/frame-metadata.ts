import type { RecordOrigin } from "../../model/records.ts";
import { splitDigests } from "./message-memory.ts";

/**
 * What a records frame carries beside its records: fields of type (u16), length (u32) and value, little-endian, in any
 * order. Unknown types are skipped, so that a later version may add some.
 */
export interface FrameMetadata {
  /** Digest of the retry key, 16 bytes. */
  readonly retryDigest?: Buffer;
  readonly answer?: Uint8Array;
  readonly source?: { readonly id: string; readonly position: Uint8Array };
  /** Digests of message ids, 16 bytes each. */
  readonly messages?: readonly Buffer[];
  readonly onlyDelivery?: string;
  readonly origin?: RecordOrigin;
  /** Where several calls share a frame: those that brought metadata. */
  readonly calls?: readonly FramedCall[];
}

/** A call that shares its frame with others. */
export interface FramedCall {
  /** Its records in the frame. */
  readonly firstRecord: number;
  readonly recordCount: number;
  /** What its frame would carry if it were alone. */
  readonly metadata: Buffer;
}

const FIELD_TYPES = { retryDigest: 1, answer: 2, source: 3, onlyDelivery: 4, origin: 5, call: 6, messages: 7 } as const;

const FIELD_HEADER_BYTES = 6;
const CALL_HEAD_BYTES = 8;
const UID_BYTES = 16;
const ORIGIN_STAGES = ["processors", "delivery"] as const;

export function encodeMetadata(metadata: FrameMetadata): Buffer {
  const { retryDigest, answer, source, messages, onlyDelivery, origin } = metadata;
  const fields: Buffer[] = [];
  if (retryDigest !== undefined) fields.push(field(FIELD_TYPES.retryDigest, retryDigest));
  if (answer !== undefined) fields.push(field(FIELD_TYPES.answer, answer));
  if (source !== undefined) fields.push(field(FIELD_TYPES.source, encodeSource(source)));
  if (messages !== undefined) fields.push(field(FIELD_TYPES.messages, Buffer.concat(messages)));
  if (onlyDelivery !== undefined) fields.push(field(FIELD_TYPES.onlyDelivery, Buffer.from(onlyDelivery)));
  if (origin !== undefined) fields.push(field(FIELD_TYPES.origin, encodeOrigin(origin)));
  return fields.length === 0 ? NOTHING : Buffer.concat(fields);
}

const NOTHING = Buffer.alloc(0);

/** First record (u32), count (u32), metadata of the call. */
export function encodeCall(firstRecord: number, recordCount: number, metadata: Uint8Array): Buffer {
  const head = Buffer.alloc(FIELD_HEADER_BYTES + CALL_HEAD_BYTES);
  head.writeUInt16LE(FIELD_TYPES.call, 0);
  head.writeUInt32LE(CALL_HEAD_BYTES + metadata.byteLength, 2);
  head.writeUInt32LE(firstRecord, FIELD_HEADER_BYTES);
  head.writeUInt32LE(recordCount, FIELD_HEADER_BYTES + 4);
  return Buffer.concat([head, metadata]);
}

function decodeCall(value: Buffer): FramedCall {
  const metadata = value.subarray(CALL_HEAD_BYTES);
  return { firstRecord: value.readUInt32LE(0), recordCount: value.readUInt32LE(4), metadata };
}

export function decodeMetadata(bytes: Buffer): FrameMetadata {
  let metadata: FrameMetadata = {};
  const calls: FramedCall[] = [];
  for (let at = 0; at + FIELD_HEADER_BYTES <= bytes.length; ) {
    const type = bytes.readUInt16LE(at);
    const length = bytes.readUInt32LE(at + 2);
    const value = bytes.subarray(at + FIELD_HEADER_BYTES, at + FIELD_HEADER_BYTES + length);
    if (type === FIELD_TYPES.call) calls.push(decodeCall(value));
    else metadata = { ...metadata, ...decodeField(type, value) };
    at += FIELD_HEADER_BYTES + length;
  }
  return calls.length === 0 ? metadata : { ...metadata, calls };
}

function decodeField(type: number, value: Buffer): FrameMetadata {
  if (type === FIELD_TYPES.retryDigest) return { retryDigest: value };
  if (type === FIELD_TYPES.answer) return { answer: value };
  if (type === FIELD_TYPES.source) return { source: decodeSource(value) };
  if (type === FIELD_TYPES.messages) return { messages: splitDigests(value) };
  if (type === FIELD_TYPES.onlyDelivery) return { onlyDelivery: value.toString() };
  if (type === FIELD_TYPES.origin) return { origin: decodeOrigin(value) };
  return {};
}

function field(type: number, value: Uint8Array): Buffer {
  const header = Buffer.alloc(FIELD_HEADER_BYTES);
  header.writeUInt16LE(type, 0);
  header.writeUInt32LE(value.byteLength, 2);
  return Buffer.concat([header, value]);
}

/** Length of the id (u16), id, position. */
function encodeSource({ id, position }: NonNullable<FrameMetadata["source"]>): Buffer {
  const name = Buffer.from(id);
  const length = Buffer.alloc(2);
  length.writeUInt16LE(name.length);
  return Buffer.concat([length, name, position]);
}

function decodeSource(bytes: Buffer): NonNullable<FrameMetadata["source"]> {
  const positionAt = 2 + bytes.readUInt16LE(0);
  return { id: bytes.toString("utf8", 2, positionAt), position: bytes.subarray(positionAt) };
}

/**
 * Stage (1 byte), stream uid (16), count (4), then offsets and arrivals as 64-bit floats, exact for whole numbers up to
 * 2^53; not a number = none. Behind them pieces (u32 each), where one is not the first of its record.
 */
function encodeOrigin(origin: RecordOrigin): Buffer {
  const count = origin.offsets.length;
  const pieces = origin.pieces?.some((piece) => piece > 0) ? origin.pieces : [];
  const bytes = Buffer.alloc(1 + UID_BYTES + 4 + count * 16 + pieces.length * 4);
  bytes.writeUInt8(ORIGIN_STAGES.indexOf(origin.stage), 0);
  bytes.write(origin.streamUid, 1, UID_BYTES, "hex");
  bytes.writeUInt32LE(count, 1 + UID_BYTES);
  const numbersAt = 1 + UID_BYTES + 4;
  for (const [index, number] of [...origin.offsets, ...origin.arrivalsMs].entries()) {
    bytes.writeDoubleLE(number ?? Number.NaN, numbersAt + index * 8);
  }
  for (const [index, piece] of pieces.entries()) bytes.writeUInt32LE(piece, numbersAt + count * 16 + index * 4);
  return bytes;
}

function decodeOrigin(bytes: Buffer): RecordOrigin {
  const count = bytes.readUInt32LE(1 + UID_BYTES);
  const numbersAt = 1 + UID_BYTES + 4;
  const piecesAt = numbersAt + count * 16;
  const numbers = Array.from({ length: count * 2 }, (_, index) => bytes.readDoubleLE(numbersAt + index * 8));
  return {
    streamUid: bytes.toString("hex", 1, 1 + UID_BYTES),
    offsets: numbers.slice(0, count).map((offset) => (Number.isNaN(offset) ? undefined : offset)),
    arrivalsMs: numbers.slice(count),
    ...(bytes.length > piecesAt ? { pieces: piecesIn(bytes.subarray(piecesAt)) } : {}),
    stage: ORIGIN_STAGES[bytes.readUInt8(0)] ?? "processors",
  };
}

function piecesIn(bytes: Buffer): number[] {
  return Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readUInt32LE(index * 4));
}
