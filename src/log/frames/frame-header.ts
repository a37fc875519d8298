import { crc32 } from "node:zlib";
import type { FrameKind } from "./frame.ts";
import { alignUp, BLOCK_BYTES, FRAME_ALIGNMENT_BYTES, FRAME_BYTES_MAX, FRAME_HEADER_BYTES } from "./frame-limits.ts";
import { readUint64, writeUint64 } from "./words.ts";

/** The first 96 bytes of a frame; the layout by byte offset is in `docs/internals/log-format.md`. */
export interface FrameHeader {
  readonly salt: bigint;
  /** Where the frame stands in its file. */
  readonly position: number;
  readonly baseOffset: number;
  readonly recordCount: number;
  /** Header, body and padding. */
  readonly frameBytes: number;
  /** Where the sync group of this frame starts. */
  readonly groupPosition: number;
  /** Durable end offset when the group was written: a witness for all that came before. */
  readonly durableEnd: number;
  readonly arrivalMs: number;
  readonly bodyCrc: number;
  /** Header CRC of the frame before. */
  readonly previousCrc: number;
  readonly kind: FrameKind;
  readonly flags: number;
  readonly metadataBytes: number;
  readonly indexBytes: number;
  readonly payloadBytes: number;
  /** Place in the group, from 0. */
  readonly ordinal: number;
  /** CRC of this header, the link that the next frame repeats. */
  readonly crc: number;
}

/** Bit 4 is reserved for compressed payloads. */
export const FRAME_FLAGS = { lastInGroup: 1, encrypted: 2 } as const;

/** Authentication tag behind an encrypted body. */
export const TAG_BYTES = 16;

/** The part of the header that encryption authenticates beside the body: all but the CRCs, which depend on the body. */
export const AUTHENTICATED_RANGES = [
  [8, 64],
  [72, FRAME_HEADER_BYTES],
] as const;

const MAGIC = 0x31424b4c; // "LKB1", little-endian

/** The place at which the next frame is expected, and what it has to say to be accepted there. */
export interface FramePlace {
  readonly position: number;
  readonly offset: number;
  readonly previousCrc: number;
  /** Start of the group that is under way; `undefined` when a new group starts here. */
  readonly groupPosition: number | undefined;
  readonly ordinal: number;
}

/** Writes all but the CRCs, so that the body can be sealed over the rest. */
export function encodeFrameHeader(target: Buffer, header: Omit<FrameHeader, "bodyCrc" | "crc">): void {
  target.fill(0, 0, FRAME_HEADER_BYTES);
  target.writeUInt32LE(MAGIC, 0);
  target.writeBigUInt64LE(header.salt, 8);
  writeUint64(target, header.position, 16);
  writeUint64(target, header.baseOffset, 24);
  target.writeUInt32LE(header.recordCount, 32);
  target.writeUInt32LE(header.frameBytes, 36);
  writeUint64(target, header.groupPosition, 40);
  writeUint64(target, header.durableEnd, 48);
  writeUint64(target, header.arrivalMs, 56);
  target.writeUInt32LE(header.previousCrc, 68);
  target.writeUInt16LE(header.kind, 72);
  target.writeUInt16LE(header.flags, 74);
  target.writeUInt32LE(header.metadataBytes, 76);
  target.writeUInt32LE(header.indexBytes, 80);
  target.writeUInt32LE(header.payloadBytes, 84);
  target.writeUInt16LE(header.ordinal, 88);
}

/** Completes a header with both CRCs and returns its own, the link for the next frame. */
export function sealFrameHeader(target: Buffer, bodyCrc: number): number {
  target.writeUInt32LE(bodyCrc, 64);
  const crc = crc32(target.subarray(8, FRAME_HEADER_BYTES));
  target.writeUInt32LE(crc, 4);
  return crc;
}

/** A header whose magic and CRC are right, wherever it stands; nothing is said about its place yet. */
export function decodeFrameHeader(bytes: Buffer): FrameHeader | undefined {
  if (bytes.length < FRAME_HEADER_BYTES || bytes.readUInt32LE(0) !== MAGIC) return undefined;
  const crc = bytes.readUInt32LE(4);
  if (crc !== crc32(bytes.subarray(8, FRAME_HEADER_BYTES))) return undefined;
  return {
    salt: bytes.readBigUInt64LE(8),
    position: readUint64(bytes, 16),
    baseOffset: readUint64(bytes, 24),
    recordCount: bytes.readUInt32LE(32),
    frameBytes: bytes.readUInt32LE(36),
    groupPosition: readUint64(bytes, 40),
    durableEnd: readUint64(bytes, 48),
    arrivalMs: readUint64(bytes, 56),
    bodyCrc: bytes.readUInt32LE(64),
    previousCrc: bytes.readUInt32LE(68),
    kind: bytes.readUInt16LE(72) as FrameKind,
    flags: bytes.readUInt16LE(74),
    metadataBytes: bytes.readUInt32LE(76),
    indexBytes: bytes.readUInt32LE(80),
    payloadBytes: bytes.readUInt32LE(84),
    ordinal: bytes.readUInt16LE(88),
    crc,
  };
}

/** Why a header is not the one that belongs at `place`; `undefined` when it is. Lengths are checked before use. */
export function frameMisfit(header: FrameHeader, salt: bigint, place: FramePlace, limit: number): string | undefined {
  if (header.salt !== salt) return "it belongs to an earlier use of the file";
  if (header.position !== place.position) return `it was written for byte ${header.position}`;
  if (header.baseOffset !== place.offset) return `it starts at offset ${header.baseOffset}, not ${place.offset}`;
  if (header.previousCrc !== place.previousCrc) return "it does not follow the frame before it";
  if (header.groupPosition !== (place.groupPosition ?? place.position)) return "it belongs to another sync group";
  if (header.ordinal !== place.ordinal) return `it is number ${header.ordinal} of its group, not ${place.ordinal}`;
  const tagBytes = header.flags & FRAME_FLAGS.encrypted ? TAG_BYTES : 0;
  const bodyBytes = header.metadataBytes + header.indexBytes + header.payloadBytes + tagBytes;
  if (header.frameBytes !== frameBytesOf(bodyBytes)) return "its lengths contradict each other";
  if (header.frameBytes > FRAME_BYTES_MAX) return `it claims ${header.frameBytes} bytes`;
  if (header.indexBytes !== header.recordCount * 4) return "its index does not match its record count";
  if (header.position + header.frameBytes > limit) return "it reaches beyond the end of the segment";
  return undefined;
}

/** Where the frame after `header` is expected. */
export function placeAfter(header: FrameHeader): FramePlace {
  const last = (header.flags & FRAME_FLAGS.lastInGroup) !== 0;
  const end = header.position + header.frameBytes;
  return {
    position: last ? alignUp(end, BLOCK_BYTES) : end,
    offset: header.baseOffset + header.recordCount,
    previousCrc: header.crc,
    groupPosition: last ? undefined : header.groupPosition,
    ordinal: last ? 0 : header.ordinal + 1,
  };
}

export function frameBytesOf(bodyBytes: number): number {
  return alignUp(FRAME_HEADER_BYTES + bodyBytes, FRAME_ALIGNMENT_BYTES);
}
