import type { Disk, DiskFile } from "../../std/disk.ts";
import type { KeyRing } from "../../std/key-ring.ts";
import { LogError } from "../log-error.ts";
import type { Frame } from "./frame.ts";
import { cipherOf } from "./frame-cipher.ts";
import { decodeFrameHeader, type FrameHeader, type FramePlace } from "./frame-header.ts";
import { alignUp, BLOCK_BYTES, FRAME_HEADER_BYTES } from "./frame-limits.ts";
import { Segment } from "./segment.ts";
import { FrameFault, firstPlace, SegmentCursor } from "./segment-cursor.ts";
import { readHeaderBlock, type SegmentFiles } from "./segment-files.ts";
import { decodeSegmentHeader, type SegmentHeader } from "./segment-header.ts";

/**
 * Finds out what a log folder holds for certain.
 *
 * All segments but the last end where the header of their successor says. The last one is scanned. Groups are written one
 * after another, each only when the one before is durable, so a group that begins behind a place proves that everything
 * before that place was durable once. Hence, at the first byte that is not a valid frame:
 *
 *   a group begins behind it, or a witness knows more   acknowledged data is damaged: refuse
 *   nothing of ours begins behind it                    the last group is torn, it was never acknowledged: cut
 *
 * The last group that is found has no group behind it as a proof. It may live in the page cache only (the process was
 * killed, the machine went on), so it is handed back to be written again elsewhere; this file is never appended to.
 */
export interface RecoveredSegments {
  readonly segments: Segment[];
  /** Where the proven part ends: where a successor's header will say that the last segment ends. */
  readonly end: FramePlace;
  /** One past the last offset that is proven; below `end.offset` when offsets were skipped since. */
  readonly durableEnd: number;
  /** Frames behind the proven end, from the last group. */
  readonly unproven: readonly Frame[];
  /** Latest arrival in the proven part. */
  readonly arrivalMs: number;
  readonly torn: TornTail | undefined;
}

export interface TornTail {
  readonly segment: number;
  readonly fromByte: number;
  readonly bytes: number;
}

export interface RecoveryOptions {
  readonly disk: Disk;
  readonly label: string;
  readonly streamUid: string;
  readonly partition: number;
  readonly keyRing: KeyRing | undefined;
}

const SCAN_BYTES = 1024 * 1024;

export async function recoverSegments(
  files: SegmentFiles,
  numbers: readonly number[],
  options: RecoveryOptions,
): Promise<RecoveredSegments> {
  const headers: SegmentHeader[] = [];
  for (const number of numbers) headers.push(await readHeader(files, number, options));
  for (const [index, header] of headers.entries()) checkNeighbours(headers[index - 1], header, files);
  const segments = headers.map((header, index) => {
    const next = headers[index + 1];
    const cipher = cipherOf(header, options.keyRing);
    if (next === undefined) return new Segment(header, cipher);
    return new Segment(header, cipher, { validLength: next.previousValidLength, endOffset: next.previousEndOffset });
  });
  const last = segments.at(-1);
  if (last === undefined) throw new RangeError("There is no segment to recover");
  const file = await options.disk.open(files.path(last.number), "read");
  try {
    return { segments, ...(await scanLast(last, file, files.path(last.number))) };
  } finally {
    await file.close();
  }
}

async function readHeader(files: SegmentFiles, number: number, options: RecoveryOptions): Promise<SegmentHeader> {
  const path = files.path(number);
  const file = await options.disk.open(path, "read");
  let header: SegmentHeader | undefined;
  try {
    header = decodeSegmentHeader(await readHeaderBlock(file));
  } finally {
    await file.close();
  }
  if (header === undefined || header.segmentNumber !== number) {
    throw new LogError("damaged", `Log segment ${path} has no valid header; the stream must not start without it.`);
  }
  if (header.streamUid !== options.streamUid || header.partition !== options.partition) {
    throw new LogError(
      "foreign",
      `Log segment ${path} belongs to stream ${header.streamUid}, partition ${header.partition}; expected ${options.label} (${options.streamUid}, partition ${options.partition}).`,
    );
  }
  return header;
}

function checkNeighbours(previous: SegmentHeader | undefined, header: SegmentHeader, files: SegmentFiles): void {
  if (previous === undefined) return;
  const path = files.path(header.segmentNumber);
  if (header.incarnation !== previous.incarnation) {
    throw new LogError("foreign", `Log segment ${path} is of another incarnation than the segment before it.`);
  }
  const follows =
    header.previousSegmentNumber === previous.segmentNumber &&
    header.previousValidLength <= previous.capacity &&
    header.previousEndOffset >= previous.baseOffset &&
    header.baseOffset >= header.previousEndOffset;
  if (follows) return;
  throw new LogError(
    "damaged",
    `Log segment ${path} follows segment ${header.previousSegmentNumber}, but the folder has ${previous.segmentNumber} before it: a segment with acknowledged records is missing.`,
  );
}

async function scanLast(segment: Segment, file: DiskFile, path: string): Promise<Omit<RecoveredSegments, "segments">> {
  const { header } = segment;
  const cursor = new SegmentCursor(file, header, { limit: header.capacity, readAheadBytes: SCAN_BYTES });
  let start = cursor.place;
  let group: Frame[] = [];
  let arrivalMs = header.createdAt;
  let found = await cursor.next(segment.cipher);
  for (; found !== undefined && !(found instanceof FrameFault); found = await cursor.next(segment.cipher)) {
    if (found.place.ordinal === 0) {
      arrivalMs = group.at(-1)?.arrivalMs ?? arrivalMs;
      start = found.place;
      group = [];
    }
    group.push(found.frame);
  }
  const torn = found && (await examineFault(found, file, header, path));
  segment.validLength = start.position;
  segment.endOffset = start.offset;
  const empty = start.position === firstPlace(header).position;
  const durableEnd = empty ? header.previousEndOffset : start.offset;
  return { end: start, durableEnd, unproven: group.filter((frame) => frame.ends.length > 0), arrivalMs, torn };
}

/** Torn or damaged? `undefined` when nothing of ours was being written there: the log simply ends. */
async function examineFault(
  fault: FrameFault,
  file: DiskFile,
  header: SegmentHeader,
  path: string,
): Promise<TornTail | undefined> {
  const { later, lastBlock } = await searchBehind(file, header, fault.position);
  if (later !== undefined) {
    throw new LogError(
      "damaged",
      `Log segment ${path} is damaged at byte ${fault.position}: ${fault.reason}, yet a later group at byte ${later.groupPosition} proves that acknowledged records stood there. Restore the file from a backup; the stream must not start without it.`,
    );
  }
  if (lastBlock === undefined && !fault.insideGroup) return undefined;
  const bytes = (lastBlock ?? alignUp(fault.position, BLOCK_BYTES) - BLOCK_BYTES) + BLOCK_BYTES - fault.position;
  return { segment: header.segmentNumber, fromByte: fault.position, bytes };
}

/**
 * Looks for frames of this use of the file at block borders from `position` on: where the last one stands, and whether one
 * belongs to a later group, which was written after whatever stood at `position` was durable. The salt keeps out what earlier uses of
 * the file left, and what a producer might have planted in a payload.
 */
export async function searchBehind(
  file: DiskFile,
  header: SegmentHeader,
  position: number,
): Promise<{ later: FrameHeader | undefined; lastBlock: number | undefined }> {
  let lastBlock: number | undefined;
  const start = alignUp(position, BLOCK_BYTES);
  // One window for all reads: a segment may be large, and a new one for each piece of it starts collections.
  const window = Buffer.allocUnsafe(Math.max(0, Math.min(SCAN_BYTES, header.capacity - start)));
  for (let at = start; at < header.capacity; at += SCAN_BYTES) {
    const count = await file.read(window.subarray(0, header.capacity - at), at);
    for (let within = 0; within + FRAME_HEADER_BYTES <= count; within += BLOCK_BYTES) {
      const found = decodeFrameHeader(window.subarray(within, within + FRAME_HEADER_BYTES));
      if (found === undefined || found.salt !== header.salt || found.position !== at + within) continue;
      if (found.groupPosition > position) return { later: found, lastBlock };
      lastBlock = at + within;
    }
  }
  return { later: undefined, lastBlock };
}
