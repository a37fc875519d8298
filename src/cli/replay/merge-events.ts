import { LakehoseError } from "../../model/errors.ts";
import { inTurns } from "../../std/in-turns.ts";
import { MinHeap } from "../../std/min-heap.ts";
import { ObjectStoreError } from "../../storage/object-store.ts";
import { CliError } from "../cli-error.ts";
import type { ArchiveFile } from "./archive-file.ts";
import { FileCursor } from "./file-cursor.ts";
import type { ReadOptions } from "./read-events.ts";

/** A record and when it happened. */
export interface ArchiveEvent {
  readonly timeMs: number;
  readonly record: Buffer;
}

export interface MergeOptions extends ReadOptions {
  /** Files that may be open at a time. Each may take some MiB of memory. */
  readonly openFilesMax: number;
  /** Told of a file that cannot be read on; it is left there. Throws where the replay shall end with it. */
  onDamaged(file: ArchiveFile, reason: LakehoseError): void;
  /** Told how many records showed no time. */
  onUntimed(count: number): void;
}

/** Files that are looked into at a time, to learn when they begin. */
const PEEKS_AT_ONCE = 8;

/** As few files stay open from the first look on: those on S3 need not be fetched twice. */
const STAY_OPEN_MAX = 16;

/**
 * All records of all files in the order of their times (a k-way merge), as long as each file is in that order itself.
 *
 * First each file is looked into, to learn when it begins. It is read when its time has come, so that of an archive of
 * thousands of files only those are open whose times overlap. The heap holds all files, the next record on top; a file that
 * has none at hand stands where its last one stood, because its next one may come right behind it.
 */
export async function* mergeEvents(
  files: readonly ArchiveFile[],
  options: MergeOptions,
): AsyncGenerator<readonly ArchiveEvent[]> {
  const cursors = files.map((file, order) => new FileCursor(file, order, options));
  try {
    const heap = new MinHeap<FileCursor>(isBefore);
    for (const cursor of await withRecords(cursors, options)) heap.push(cursor);
    yield* merged(heap, options);
  } finally {
    await Promise.all(cursors.map((cursor) => cursor.close()));
  }
}

async function* merged(heap: MinHeap<FileCursor>, options: MergeOptions): AsyncGenerator<readonly ArchiveEvent[]> {
  const open = new Set<FileCursor>();
  let events: ArchiveEvent[] = [];
  for (let next = heap.peek(); next !== undefined; next = heap.peek()) {
    if (next.hasRecord) {
      const { timeMs } = next;
      events.push({ timeMs, record: next.take() });
      heap.settleFirst();
      continue;
    }
    if (events.length > 0) yield events;
    events = [];
    open.add(next);
    if (open.size > options.openFilesMax) throw tooManyOpen(options.openFilesMax);
    if (await fill(next, options)) {
      heap.settleFirst();
    } else {
      heap.pop();
      open.delete(next);
    }
  }
  if (events.length > 0) yield events;
}

function isBefore(one: FileCursor, other: FileCursor): boolean {
  return one.timeMs < other.timeMs || (one.timeMs === other.timeMs && one.order < other.order);
}

/** Those whose files have records, each standing at the first one. */
async function withRecords(cursors: readonly FileCursor[], options: MergeOptions): Promise<readonly FileCursor[]> {
  const stayOpen = cursors.length <= Math.min(STAY_OPEN_MAX, options.openFilesMax);
  // What is read twice is counted once.
  const looking = stayOpen ? options : { ...options, onUntimed: () => undefined };
  const found = await inTurns(cursors, PEEKS_AT_ONCE, async (cursor) => {
    const hasRecords = await fill(cursor, looking);
    if (!stayOpen) await cursor.close();
    return hasRecords;
  });
  return cursors.filter((_, index) => found[index]);
}

async function fill(cursor: FileCursor, options: MergeOptions): Promise<boolean> {
  try {
    if (await cursor.fill(options.onUntimed)) return true;
  } catch (error) {
    if (!isDamage(error)) throw error;
    options.onDamaged(cursor.file, error);
  }
  await cursor.close();
  return false;
}

/** What lies in the file itself: another day it would be the same. */
function isDamage(error: unknown): error is LakehoseError {
  return error instanceof LakehoseError && !(error instanceof ObjectStoreError) && !(error instanceof CliError);
}

function tooManyOpen(openFilesMax: number): CliError {
  const message = `More than ${openFilesMax} files overlap in time: allow more of them with --open-files (each takes up to some MiB of memory), or replay fewer at a time`;
  return new CliError(message);
}
