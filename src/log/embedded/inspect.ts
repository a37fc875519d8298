import { join } from "node:path";
import type { Disk, DiskFile } from "../../std/disk.ts";
import { FRAME_KINDS } from "../frames/frame.ts";
import { decodeFrameHeader, FRAME_FLAGS, type FrameHeader, type FramePlace } from "../frames/frame-header.ts";
import { FRAME_HEADER_BYTES } from "../frames/frame-limits.ts";
import { searchBehind } from "../frames/recovery.ts";
import { FrameFault, SegmentCursor } from "../frames/segment-cursor.ts";
import { readHeaderBlock, segmentNumbers } from "../frames/segment-files.ts";
import { decodeSegmentHeader, type SegmentHeader } from "../frames/segment-header.ts";

/** What `inspectLog` finds, in file order. Reading needs no key: bodies are checked by their checksum. */
export type InspectedItem = InspectedSegment | InspectedFrame | InspectedFault;

export interface InspectedSegment {
  readonly type: "segment";
  readonly path: string;
  readonly segment: number;
  readonly fileBytes: number;
  /** Absent when both copies in block 0 are damaged. */
  readonly header?: SegmentHeader;
  /** Where the next segment says that this one ends; absent for the last. */
  readonly sealedAt?: number;
}

export interface InspectedFrame {
  readonly type: "frame";
  readonly segment: number;
  readonly state: "valid";
  readonly position: number;
  readonly bytes: number;
  readonly kind: keyof typeof FRAME_KINDS | "unknown";
  readonly firstOffset: number;
  readonly recordCount: number;
  readonly arrivalMs: number;
  readonly groupPosition: number;
  readonly encrypted: boolean;
}

/**
 * `damaged`: acknowledged bytes are missing or changed. `torn`: the last group, never acknowledged. `foreign`: a frame of
 * an earlier use of the file, as is normal behind the end of a recycled segment.
 */
export interface InspectedFault {
  readonly type: "fault";
  readonly segment: number;
  readonly state: "damaged" | "torn" | "foreign";
  readonly position: number;
  readonly reason: string;
}

const READ_AHEAD_BYTES = 1024 * 1024;

/** Walks all segments of a log folder and says of each frame whether it is valid. Changes nothing; goes on after damage. */
export async function* inspectLog(disk: Disk, directory: string): AsyncGenerator<InspectedItem> {
  const names = await disk.list(directory);
  const paths = segmentNumbers(names).map((number) => join(directory, `${String(number).padStart(20, "0")}.seg`));
  for (const [index, path] of paths.entries()) {
    const next = paths[index + 1];
    const successor = next === undefined ? undefined : await headerOf(disk, next);
    const file = await disk.open(path, "read");
    try {
      yield* inspectSegment(file, successor);
    } finally {
      await file.close();
    }
  }
}

async function headerOf(disk: Disk, path: string): Promise<SegmentHeader | undefined> {
  const file = await disk.open(path, "read");
  try {
    return decodeSegmentHeader(await readHeaderBlock(file));
  } finally {
    await file.close();
  }
}

async function* inspectSegment(file: DiskFile, successor: SegmentHeader | undefined): AsyncGenerator<InspectedItem> {
  const header = decodeSegmentHeader(await readHeaderBlock(file));
  const segment = header?.segmentNumber ?? Number(/(\d+)\.seg$/.exec(file.path)?.[1]);
  const sealedAt = successor?.previousSegmentNumber === segment ? successor.previousValidLength : undefined;
  yield {
    type: "segment",
    path: file.path,
    segment,
    fileBytes: await file.size(),
    ...(header && { header }),
    ...(sealedAt !== undefined && { sealedAt }),
  };
  if (header === undefined) {
    yield { type: "fault", segment, state: "damaged", position: 0, reason: "neither copy of its header is whole" };
    return;
  }
  const limit = sealedAt ?? header.capacity;
  let cursor: SegmentCursor | undefined = new SegmentCursor(file, header, { limit, readAheadBytes: READ_AHEAD_BYTES });
  while (cursor !== undefined) {
    const fault: FrameFault | undefined = yield* inspectFrames(cursor, segment);
    cursor = undefined;
    if (fault === undefined) break;
    const { state, later } = await classify(file, header, fault, sealedAt);
    if (state !== undefined) yield { type: "fault", segment, state, position: fault.position, reason: fault.reason };
    if (later !== undefined && later.position < limit) {
      cursor = new SegmentCursor(file, header, { place: placeOf(later), limit, readAheadBytes: READ_AHEAD_BYTES });
    }
  }
}

async function* inspectFrames(
  cursor: SegmentCursor,
  segment: number,
): AsyncGenerator<InspectedFrame, FrameFault | undefined> {
  for (;;) {
    const scanned = await cursor.peek();
    if (scanned === undefined || scanned instanceof FrameFault) return scanned;
    const verified = await cursor.verify(scanned);
    if (verified instanceof FrameFault) return verified;
    const { header } = scanned;
    yield {
      type: "frame",
      segment,
      state: "valid",
      position: header.position,
      bytes: header.frameBytes,
      kind: kindName(header.kind),
      firstOffset: header.baseOffset,
      recordCount: header.recordCount,
      arrivalMs: header.arrivalMs,
      groupPosition: header.groupPosition,
      encrypted: (header.flags & FRAME_FLAGS.encrypted) !== 0,
    };
    cursor.skip(scanned);
  }
}

/** `state` is `undefined` where the log simply ends; `later` is where valid frames go on after damage. */
async function classify(
  file: DiskFile,
  header: SegmentHeader,
  fault: FrameFault,
  sealedAt: number | undefined,
): Promise<{ state: InspectedFault["state"] | undefined; later?: FrameHeader }> {
  const { later, lastBlock } = await searchBehind(file, header, fault.position);
  if (later !== undefined) return { state: "damaged", later };
  if (sealedAt !== undefined) return { state: "damaged" };
  if (lastBlock !== undefined) return { state: "torn" };
  const bytes = Buffer.alloc(FRAME_HEADER_BYTES);
  await file.read(bytes, fault.position);
  const found = decodeFrameHeader(bytes);
  if (found !== undefined) return { state: found.salt === header.salt ? "torn" : "foreign" };
  return { state: fault.insideGroup ? "torn" : undefined };
}

function placeOf(header: FrameHeader): FramePlace {
  return {
    position: header.position,
    offset: header.baseOffset,
    previousCrc: header.previousCrc,
    groupPosition: header.ordinal === 0 ? undefined : header.groupPosition,
    ordinal: header.ordinal,
  };
}

function kindName(kind: number): InspectedFrame["kind"] {
  for (const name of ["records", "watermark", "seal", "journal", "staging"] as const) {
    if (FRAME_KINDS[name] === kind) return name;
  }
  return "unknown";
}
