import { LakehoseError, reasonOf } from "../../model/errors.ts";
import { recordCount } from "../../model/records.ts";
import { backoffMs } from "../../std/backoff.ts";
import { BufferPool } from "../../std/buffer-pool.ts";
import type { Clock } from "../../std/clock.ts";
import type { Random } from "../../std/random.ts";
import type { FileFlow } from "./file-flow.ts";
import { MARK_BYTES } from "./file-position.ts";
import type { FileEvent, FileSink } from "./file-sink.ts";
import type { FollowedFile } from "./followed-file.ts";
import type { FollowedFiles } from "./followed-files.ts";
import type { FileBatch } from "./gathered-records.ts";

/** What all files of a flow share while they are read. */
export interface DrainContext {
  readonly flow: FileFlow;
  readonly sink: FileSink;
  readonly clock: Clock;
  readonly random: Random;
  readonly observe: (event: FileEvent) => void;
  readonly counters: { records: number; bytes: number; gatheredBytes: number };
  readonly files: FollowedFiles;
  /** Ends waits for the sink. */
  readonly abandoned: AbortController;
  /** Nothing more is read. */
  isStopping: boolean;
  /** Why the sink takes no more. */
  sinkFailure?: unknown;
}

/** One read. Large enough that reading is a small part of the work, and to hold the longest record. */
const PIECE_BYTES = 1024 * 1024;

/** One file keeps its place at the disk for so long while others wait. */
const PIECES_PER_TURN = 16;

/** Records that wait for their batches to fill, of all files of a flow; beyond, batches go out as they are. */
const GATHERED_BYTES_MAX = 64 * 1024 * 1024;

const pool = new BufferPool(16 * 1024 * 1024);

/** Reads a file to its end, or for a turn: then it resolves to true, and there may be more. */
export async function drainFile(file: FollowedFile, context: DrainContext): Promise<boolean> {
  const { flow, clock } = context;
  if (!(await file.open())) return false;
  file.noteLook();
  checkBatchEnd(file, context);
  const memory = pool.take(Math.max(PIECE_BYTES, flow.records.recordBytesMax + 1) + MARK_BYTES);
  try {
    for (let pieces = 0; !context.isStopping; pieces++) {
      if (pieces === PIECES_PER_TURN) return true;
      const piece = await file.read(memory);
      if (piece === "rewritten") {
        await beginAgain(file, context);
        return true;
      }
      if (piece.bytes.length === 0) break;
      if (!(await takePiece(file, piece.bytes, piece.base, context))) break;
    }
    const isOld = file.gatheredSince !== undefined && clock.monotonic() - file.gatheredSince >= flow.bufferAgeMs;
    if (isOld || file.isFinal || context.counters.gatheredBytes > GATHERED_BYTES_MAX) await handOn(file, context);
    return false;
  } finally {
    file.releasePiece();
    pool.giveBack(memory);
  }
}

/** Hands on what is gathered of a file. */
export async function handOn(file: FollowedFile, context: DrainContext): Promise<void> {
  const held = file.gathered.bytes;
  const batch = file.gathered.flush();
  file.gatheredSince = undefined;
  context.counters.gatheredBytes -= held;
  if (batch !== undefined) await send(file, batch, context);
}

/** False when nothing in the piece was a record yet: the rest of it has to come first. */
async function takePiece(file: FollowedFile, bytes: Buffer, base: number, context: DrainContext): Promise<boolean> {
  const { flow, counters, clock, observe } = context;
  const isBatchEnd = file.batchEnd !== undefined && base + bytes.length >= file.batchEnd;
  const isQuiet = clock.monotonic() - file.grownAt >= flow.bufferAgeMs;
  const cut = file.cutter.cut(bytes, base, { final: file.isFinal || isBatchEnd, quiet: isQuiet });
  file.wasQuiet = isQuiet;
  file.consume(cut.consumed, cut.settledTo);
  if (cut.cutRecords > 0) observe({ kind: "records-cut", path: file.path, records: cut.cutRecords });
  if (cut.leftOut > 0) observe({ kind: "records-left-out", path: file.path, records: cut.leftOut });
  const held = file.gathered.bytes;
  try {
    for (const batch of file.gathered.take(cut, flow.bufferAgeMs === 0)) await send(file, batch, context);
  } finally {
    counters.gatheredBytes += file.gathered.bytes - held;
  }
  if (isBatchEnd && file.readTo >= (file.batchEnd ?? 0)) {
    file.batchEnd = undefined;
    await handOn(file, context);
  }
  file.gatheredSince = file.gathered.isDue ? (file.gatheredSince ?? clock.monotonic()) : undefined;
  return cut.consumed > 0;
}

/** A batch that was under way at a crash cannot be repeated when its bytes are gone. */
function checkBatchEnd(file: FollowedFile, { observe }: DrainContext): void {
  const { batchEnd: to, readTo: from, path } = file;
  if (to === undefined || to <= file.size) return;
  observe({ kind: "range-lost", path, from, to });
  file.batchEnd = undefined;
}

/** The bytes before the place are others than those that were read: the file was emptied, and is read from its start. */
async function beginAgain(file: FollowedFile, context: DrainContext): Promise<void> {
  const { files, sink, clock, observe } = context;
  await handOn(file, context);
  const offset = file.settledTo;
  const copies = await files.beginAgain(file);
  const [copy] = copies;
  observe({ kind: "file-truncated", path: file.path, offset, copy: copy?.path });
  const kept = [...copies, file];
  await sink.remember(
    kept.map((each) => each.acknowledged(clock.now())),
    { together: true },
  );
}

async function send(file: FollowedFile, { records, from, to }: FileBatch, context: DrainContext): Promise<void> {
  const { sink, clock, random, flow, observe, counters, abandoned } = context;
  const progress = { from, position: file.position(to, clock.now()) };
  for (let attempt = 1; ; attempt++) {
    try {
      await sink.append(records, progress);
      file.acknowledge(progress.position);
      counters.records += recordCount(records);
      counters.bytes += records.bytes.length;
      return;
    } catch (error) {
      if (!(error instanceof LakehoseError && error.retriable)) {
        context.sinkFailure ??= error;
        throw error;
      }
      const waitMs = backoffMs(attempt, random, { firstMs: flow.retryFirstMs, maxMs: flow.retryMaxMs });
      observe({ kind: "append-refused", path: file.path, reason: reasonOf(error), waitMs });
      await waitOrEnd(waitMs, context, error);
      abandoned.signal.throwIfAborted();
    }
  }
}

async function waitOrEnd(waitMs: number, context: DrainContext, refusal: unknown): Promise<void> {
  try {
    await context.clock.sleep(waitMs, context.abandoned.signal);
  } catch {
    context.sinkFailure ??= refusal;
    throw refusal;
  }
}
