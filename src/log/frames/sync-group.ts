import { crc32 } from "node:zlib";
import type { FrameInput } from "./frame.ts";
import type { FrameCipher } from "./frame-cipher.ts";
import {
  encodeFrameHeader,
  FRAME_FLAGS,
  type FramePlace,
  frameBytesOf,
  sealFrameHeader,
  TAG_BYTES,
} from "./frame-header.ts";
import { alignUp, BLOCK_BYTES, FRAME_HEADER_BYTES } from "./frame-limits.ts";

/** Parts up to this size are copied beside their header: one longer slice costs less than two in `writev`. */
const COPIED_BYTES_MAX = 16 * 1024;

const NOTHING = new Uint8Array(0);

export interface SyncGroupContext {
  readonly salt: bigint;
  readonly cipher: FrameCipher | undefined;
  /** Where the group starts: a block border, and the start of a group. */
  readonly place: FramePlace;
  readonly durableEnd: number;
  /** Arrival of the frame before; no later frame may have an earlier one. */
  readonly arrivalMs: number;
}

export interface SyncGroup {
  /** What is written in one go: all frames, then zeros up to the next block border. */
  readonly chunks: Uint8Array[];
  readonly bytes: number;
  /** One per input, in order. */
  readonly frames: readonly { readonly place: FramePlace; readonly arrivalMs: number }[];
  /** Where the next group starts. */
  readonly next: FramePlace;
  readonly arrivalMs: number;
}

/** Bytes that `input` takes in a segment. */
export function frameBytesFor(input: FrameInput, encrypted: boolean): number {
  const metadataBytes = input.metadata?.byteLength ?? 0;
  const bodyBytes = metadataBytes + input.ends.length * 4 + input.payload.byteLength;
  return frameBytesOf(bodyBytes + (encrypted ? TAG_BYTES : 0));
}

/**
 * Lays out frames that are written and synced together. Large payloads are never copied: they go to the disk from the
 * buffer of whoever appends; all the rest of a group is gathered in one buffer.
 */
export function encodeSyncGroup(inputs: readonly FrameInput[], context: SyncGroupContext): SyncGroup {
  const lengths = inputs.map((input) => frameBytesFor(input, context.cipher !== undefined));
  const framesBytes = lengths.reduce((sum, length) => sum + length, 0);
  const bytes = alignUp(framesBytes, BLOCK_BYTES);
  const writer = new GroupWriter(gatheredBytes(inputs, lengths) + bytes - framesBytes);
  const frames: { place: FramePlace; arrivalMs: number }[] = [];
  let place = context.place;
  let arrivalMs = context.arrivalMs;
  for (const [ordinal, input] of inputs.entries()) {
    arrivalMs = Math.max(arrivalMs, input.arrivalMs);
    frames.push({ place, arrivalMs });
    const last = ordinal === inputs.length - 1;
    const frameBytes = lengths[ordinal] ?? 0;
    const crc = writeFrame(writer, input, { ...context, place, arrivalMs, frameBytes, last });
    const end = place.position + frameBytes;
    place = {
      position: last ? context.place.position + bytes : end,
      offset: place.offset + input.ends.length,
      previousCrc: crc,
      groupPosition: last ? undefined : context.place.position,
      ordinal: last ? 0 : ordinal + 1,
    };
  }
  writer.zeros(bytes - framesBytes);
  return { chunks: writer.finish(), bytes, frames, next: place, arrivalMs };
}

/** Bytes of a group that are not written straight from the buffers of those who append. */
function gatheredBytes(inputs: readonly FrameInput[], lengths: readonly number[]): number {
  let sum = 0;
  for (const [index, input] of inputs.entries()) {
    sum += lengths[index] ?? 0;
    for (const partBytes of [input.metadata?.byteLength ?? 0, input.ends.byteLength, input.payload.byteLength]) {
      if (partBytes > COPIED_BYTES_MAX) sum -= partBytes;
    }
  }
  return sum;
}

function writeFrame(
  writer: GroupWriter,
  input: FrameInput,
  context: SyncGroupContext & { readonly frameBytes: number; readonly last: boolean },
): number {
  const { place, cipher, frameBytes } = context;
  const metadata = input.metadata ?? NOTHING;
  const index = indexOf(input);
  const header = writer.reserve(FRAME_HEADER_BYTES);
  encodeFrameHeader(header, {
    salt: context.salt,
    position: place.position,
    baseOffset: place.offset,
    recordCount: input.ends.length,
    frameBytes,
    groupPosition: place.groupPosition ?? place.position,
    durableEnd: context.durableEnd,
    arrivalMs: context.arrivalMs,
    previousCrc: place.previousCrc,
    kind: input.kind,
    flags: (context.last ? FRAME_FLAGS.lastInGroup : 0) | (cipher === undefined ? 0 : FRAME_FLAGS.encrypted),
    metadataBytes: metadata.byteLength,
    indexBytes: index.byteLength,
    payloadBytes: input.payload.byteLength,
    ordinal: place.ordinal,
  });
  const parts = [metadata, index, input.payload];
  const body = cipher === undefined ? parts : cipher.encrypt(header, place.position, parts);
  let bodyBytes = 0;
  for (const part of body) {
    bodyBytes += part.byteLength;
    writer.add(part);
  }
  let bodyCrc = (cipher === undefined ? input.bodyCrc : undefined) ?? crcOf(body);
  bodyCrc = crc32(writer.zeros(frameBytes - FRAME_HEADER_BYTES - bodyBytes), bodyCrc);
  return sealFrameHeader(header, bodyCrc);
}

/**
 * The input with the checksum of its body, where that is large. Whoever appends has just made the bytes, so they are in the
 * cache; and while a group is on its way to the disk there is time, which there is not between it and the next.
 */
export function withBodyCrc(input: FrameInput): FrameInput {
  if (input.payload.byteLength <= COPIED_BYTES_MAX) return input;
  return { ...input, bodyCrc: crcOf([input.metadata ?? NOTHING, indexOf(input), input.payload]) };
}

function indexOf({ ends }: FrameInput): Uint8Array {
  return new Uint8Array(ends.buffer, ends.byteOffset, ends.byteLength);
}

function crcOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((crc, part) => crc32(part, crc), 0);
}

/** Gathers small pieces in one buffer and lets large ones through as they are. */
class GroupWriter {
  readonly #buffer: Buffer;
  readonly #chunks: Uint8Array[] = [];
  #runStart = 0;
  #end = 0;

  constructor(bytes: number) {
    this.#buffer = Buffer.allocUnsafe(bytes);
  }

  reserve(bytes: number): Buffer {
    const reserved = this.#buffer.subarray(this.#end, this.#end + bytes);
    this.#end += bytes;
    return reserved;
  }

  add(part: Uint8Array): void {
    if (part.byteLength <= COPIED_BYTES_MAX) {
      this.reserve(part.byteLength).set(part);
      return;
    }
    this.#endRun();
    this.#chunks.push(part);
  }

  zeros(bytes: number): Buffer {
    return this.reserve(bytes).fill(0);
  }

  finish(): Uint8Array[] {
    this.#endRun();
    return this.#chunks;
  }

  #endRun(): void {
    if (this.#end > this.#runStart) this.#chunks.push(this.#buffer.subarray(this.#runStart, this.#end));
    this.#runStart = this.#end;
  }
}
