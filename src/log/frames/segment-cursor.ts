import { crc32 } from "node:zlib";
import type { BufferPool } from "../../std/buffer-pool.ts";
import { joinCrc32 } from "../../std/crc32.ts";
import type { DiskFile } from "../../std/disk.ts";
import type { Frame } from "./frame.ts";
import type { FrameCipher } from "./frame-cipher.ts";
import {
  decodeFrameHeader,
  FRAME_FLAGS,
  type FrameHeader,
  type FramePlace,
  frameMisfit,
  placeAfter,
  TAG_BYTES,
} from "./frame-header.ts";
import { BLOCK_BYTES, FRAME_HEADER_BYTES } from "./frame-limits.ts";
import type { SegmentHeader } from "./segment-header.ts";

/** A header that fits its place; the body was checked only where `Frame`s are made. */
export interface ScannedHeader {
  readonly header: FrameHeader;
  readonly place: FramePlace;
}

export interface PlacedFrame {
  readonly place: FramePlace;
  readonly frame: Frame;
}

/** All bytes of a frame. */
export interface VerifiedFrame {
  readonly bytes: Buffer;
  /** CRC-32 of its payload, where it is large and in the clear. */
  readonly payloadCrc: number | undefined;
}

/** Why there is no valid frame at `position`. */
export class FrameFault {
  readonly position: number;
  readonly reason: string;
  /** Frames of the same sync group stand before it. */
  readonly insideGroup: boolean;
  constructor(place: FramePlace, reason: string) {
    this.position = place.position;
    this.reason = reason;
    this.insideGroup = place.groupPosition !== undefined;
  }
}

/** Where the first frame of a segment is expected. */
export function firstPlace(header: SegmentHeader): FramePlace {
  return {
    position: BLOCK_BYTES,
    offset: header.baseOffset,
    previousCrc: header.previousChainCrc,
    groupPosition: undefined,
    ordinal: 0,
  };
}

/**
 * Walks the frames of one segment in order and verifies each: magic, CRCs, salt, own position, expected offset, group and
 * chain. Reads ahead in windows, out of a pool if there is one; frames are views on them.
 */
export class SegmentCursor {
  /** The next frame is expected here. */
  place: FramePlace;
  readonly #file: DiskFile;
  readonly #salt: bigint;
  readonly #limit: number;
  readonly #readAheadBytes: number;
  readonly #pool: BufferPool | undefined;
  #window: Buffer = Buffer.alloc(0);
  #windowAt = 0;

  /** `limit` is where the segment ends for certain: its valid length when that is known, else its capacity. */
  constructor(
    file: DiskFile,
    segment: SegmentHeader,
    options: { place?: FramePlace; limit: number; readAheadBytes: number; pool?: BufferPool },
  ) {
    this.#file = file;
    this.#salt = segment.salt;
    this.place = options.place ?? firstPlace(segment);
    this.#limit = options.limit;
    this.#readAheadBytes = options.readAheadBytes;
    this.#pool = options.pool;
  }

  /** The header at `place`, without moving on; `undefined` at the limit. */
  async peek(): Promise<ScannedHeader | FrameFault | undefined> {
    const { place } = this;
    if (place.position >= this.#limit) return undefined;
    const bytes = await this.#bytes(place.position, FRAME_HEADER_BYTES);
    const header = decodeFrameHeader(bytes);
    if (header === undefined) return new FrameFault(place, "there is no frame header with a valid checksum");
    const misfit = frameMisfit(header, this.#salt, place, this.#limit);
    return misfit === undefined ? { header, place } : new FrameFault(place, misfit);
  }

  /** True when even the next header needs a further read. */
  get windowIsUsedUp(): boolean {
    const { position } = this.place;
    return position < this.#windowAt || position + FRAME_HEADER_BYTES > this.#windowAt + this.#window.length;
  }

  /** Moves past a frame that `peek` has found. */
  skip(scanned: ScannedHeader): void {
    this.place = placeAfter(scanned.header);
  }

  /** True when the frame needs no further read. */
  buffered(scanned: ScannedHeader): boolean {
    const end = scanned.place.position + scanned.header.frameBytes;
    return scanned.place.position >= this.#windowAt && end <= this.#windowAt + this.#window.length;
  }

  /** All bytes of the frame that `peek` has found, if the checksum of its body is right; does not move on. */
  async verify(scanned: ScannedHeader): Promise<VerifiedFrame | FrameFault> {
    const { header, place } = scanned;
    const bytes = await this.#bytes(place.position, header.frameBytes);
    const { bodyCrc, payloadCrc } = checksumsOf(bytes, header);
    const whole = bytes.length === header.frameBytes && bodyCrc === header.bodyCrc;
    return whole ? { bytes, payloadCrc } : new FrameFault(place, "the checksum of its body is wrong");
  }

  /** Reads and verifies the whole frame that `peek` has found, and moves past it. */
  async take(scanned: ScannedHeader, cipher: FrameCipher | undefined): Promise<Frame | FrameFault> {
    const { header, place } = scanned;
    const verified = await this.verify(scanned);
    if (verified instanceof FrameFault) return verified;
    const clear = openBody(verified.bytes, header, cipher);
    if (clear === undefined) return new FrameFault(place, "its body does not decrypt");
    this.skip(scanned);
    return frameOf(header, clear, verified.payloadCrc);
  }

  /** `peek` and `take` in one: the next whole frame and its place; `undefined` at the limit. */
  async next(cipher: FrameCipher | undefined): Promise<PlacedFrame | FrameFault | undefined> {
    const scanned = await this.peek();
    if (scanned === undefined || scanned instanceof FrameFault) return scanned;
    const frame = await this.take(scanned, cipher);
    return frame instanceof FrameFault ? frame : { place: scanned.place, frame };
  }

  /** The metadata of a frame that `peek` has found, unverified but for what encloses it, without moving on. */
  async metadata(scanned: ScannedHeader, cipher: FrameCipher | undefined): Promise<Buffer> {
    const { header, place } = scanned;
    const bytes = await this.#bytes(place.position, FRAME_HEADER_BYTES + header.metadataBytes);
    const metadata = bytes.subarray(FRAME_HEADER_BYTES);
    return cipher === undefined ? metadata : cipher.decryptStart(header.position, metadata);
  }

  async #bytes(position: number, length: number): Promise<Buffer> {
    const within = position - this.#windowAt;
    if (within >= 0 && within + length <= this.#window.length) return this.#window.subarray(within, within + length);
    const wanted = Math.max(length, Math.min(this.#readAheadBytes, this.#limit - position));
    const window = this.#pool?.take(wanted) ?? Buffer.allocUnsafe(wanted);
    const count = await this.#file.read(window, position);
    this.#window = window.subarray(0, count);
    this.#windowAt = position;
    return this.#window.subarray(0, length);
  }
}

/** A large payload is looked at alone, so that whoever gets it need not look at it again for its checksum. */
function checksumsOf(frame: Buffer, header: FrameHeader): { bodyCrc: number; payloadCrc: number | undefined } {
  const encrypted = (header.flags & FRAME_FLAGS.encrypted) !== 0;
  if (encrypted || header.payloadBytes < PAYLOAD_ALONE_BYTES_MIN) {
    return { bodyCrc: crc32(frame.subarray(FRAME_HEADER_BYTES)), payloadCrc: undefined };
  }
  const payloadAt = FRAME_HEADER_BYTES + header.metadataBytes + header.indexBytes;
  const payloadEnd = payloadAt + header.payloadBytes;
  const payloadCrc = crc32(frame.subarray(payloadAt, payloadEnd));
  const beforeIt = crc32(frame.subarray(FRAME_HEADER_BYTES, payloadAt));
  const bodyCrc = crc32(frame.subarray(payloadEnd), joinCrc32(beforeIt, payloadCrc, header.payloadBytes));
  return { bodyCrc, payloadCrc };
}

/** Joining two checksums takes as long as one of 8 KiB. */
const PAYLOAD_ALONE_BYTES_MIN = 64 * 1024;

function openBody(frame: Buffer, header: FrameHeader, cipher: FrameCipher | undefined): Buffer | undefined {
  const clearBytes = header.metadataBytes + header.indexBytes + header.payloadBytes;
  const encrypted = (header.flags & FRAME_FLAGS.encrypted) !== 0;
  if (encrypted !== (cipher !== undefined)) return undefined;
  const body = frame.subarray(FRAME_HEADER_BYTES, FRAME_HEADER_BYTES + clearBytes + (encrypted ? TAG_BYTES : 0));
  return cipher === undefined ? body : cipher.decrypt(frame, header, body);
}

function frameOf(header: FrameHeader, body: Buffer, payloadCrc: number | undefined): Frame {
  const indexAt = header.metadataBytes;
  const payloadAt = indexAt + header.indexBytes;
  const ends = new Uint32Array(header.recordCount);
  new Uint8Array(ends.buffer).set(body.subarray(indexAt, payloadAt));
  return {
    kind: header.kind,
    firstOffset: header.baseOffset,
    arrivalMs: header.arrivalMs,
    metadata: body.subarray(0, indexAt),
    ends,
    payload: body.subarray(payloadAt, payloadAt + header.payloadBytes),
    payloadCrc,
  };
}
