import { join } from "node:path";
import { FRAME_KINDS, type FrameInput } from "../../log/frames/frame.ts";
import { FrameLog, type FrameLogOptions } from "../../log/frames/frame-log.ts";
import { LogError } from "../../log/log-error.ts";
import { backoffMs } from "../../std/backoff.ts";
import { Mutex } from "../../std/mutex.ts";
import { readFileWhole, writeFileDurably } from "../../std/write-file.ts";
import type { JournalRecord } from "./journal-records.ts";
import { JournalState } from "./journal-state.ts";

/**
 * The durable memory of one delivery.
 *
 * Constraints: `append` resolves when the record is on disk and folded into `state`; records fold in the order in which
 * they were appended; a torn end is cut, a damaged middle refuses to open (the frame log underneath does both).
 * Layout: generations `journal/<n>/`, each a frame log; `journal/current` names the one in force.
 * A generation that has grown is replaced by one that starts with a copy of the state: written whole, then the pointer
 * moves by rename, then the old one goes. A crash in between leaves an unnamed folder, removed at the next start.
 */
export class Journal {
  readonly state: JournalState;
  readonly #options: JournalOptions;
  #generation: number;
  #frames: FrameLog;
  #appendedBytes = 0;
  #writes = new Mutex();
  #folding: Promise<void> = Promise.resolve();

  private constructor(options: JournalOptions, generation: number, frames: FrameLog, state: JournalState) {
    this.#options = options;
    this.#generation = generation;
    this.#frames = frames;
    this.state = state;
  }

  /** Opens the generation in force and folds it. `undefined` when there has never been one. */
  static async open(options: JournalOptions): Promise<Journal | undefined> {
    const generation = await readPointer(options);
    if (generation === undefined) return undefined;
    // A killed process may have moved the pointer without living to make that durable: the other generations go after it is.
    await options.disk.syncDirectory(options.directory);
    await removeOtherGenerations(options, generation);
    const frames = await openGeneration(options, generation);
    const state = new JournalState();
    await foldAll(frames, state);
    return new Journal(options, generation, frames, state);
  }

  static async create(options: JournalOptions, first: readonly JournalRecord[]): Promise<Journal> {
    await removeOtherGenerations(options, undefined);
    const state = new JournalState();
    const frames = await writeGeneration(options, 0, first);
    for (const record of first) state.fold(record);
    await writePointer(options, 0);
    return new Journal(options, 0, frames, state);
  }

  /** Resolves when the record is durable. A full disk is waited for: a delivery without a journal must not go on. */
  async append(record: JournalRecord, signal: AbortSignal): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#appendOnce(record);
      } catch (error) {
        if (!(error instanceof LogError && error.retriable)) throw error;
        await this.#options.clock.sleep(backoffMs(attempt, this.#options.random, { maxMs: 5_000 }), signal);
      }
    }
  }

  /** Replaces a grown generation; no append runs meanwhile. */
  async compactWhenGrown(): Promise<void> {
    if (this.#appendedBytes < (this.#options.generationBytesMax ?? GENERATION_BYTES_MAX)) return;
    await this.#writes.run(async () => {
      await this.#folding;
      const next = this.#generation + 1;
      const frames = await writeGeneration(this.#options, next, this.state.snapshot());
      await writePointer(this.#options, next);
      const old = this.#frames;
      this.#frames = frames;
      this.#generation = next;
      this.#appendedBytes = 0;
      await old.close();
      await removeOtherGenerations(this.#options, next);
    });
  }

  async close(): Promise<void> {
    await this.#folding;
    await this.#frames.close();
  }

  async #appendOnce(record: JournalRecord): Promise<void> {
    const frame = encodeRecord(record, this.#options.clock.now());
    // The mutex only orders appends against a change of generation; the appends themselves share their syncs.
    const { written } = await this.#writes.run(async () => {
      const written = this.#frames.append(frame);
      const before = this.#folding;
      this.#folding = written.then(
        () => before.then(() => this.state.fold(record)),
        () => before,
      );
      this.#folding.catch(() => undefined);
      return { written: this.#folding.then(() => written) };
    });
    await written;
    this.#appendedBytes += frame.payload.byteLength;
  }
}

export interface JournalOptions
  extends Pick<
    FrameLogOptions,
    "disk" | "clock" | "random" | "telemetry" | "label" | "streamUid" | "keyRing" | "encrypted"
  > {
  readonly directory: string;
  /** Default 16 MiB. */
  readonly generationBytesMax?: number;
}

/** A generation is copied when this much was appended to it: small enough to fold in a blink at start. */
const GENERATION_BYTES_MAX = 16 * 1024 * 1024;

const JOURNAL_SEGMENT_BYTES = 1024 * 1024;

function encodeRecord(record: JournalRecord, now: number): FrameInput {
  const payload = Buffer.from(JSON.stringify(record));
  return { kind: FRAME_KINDS.journal, arrivalMs: now, ends: Uint32Array.of(payload.length), payload };
}

async function foldAll(frames: FrameLog, state: JournalState): Promise<void> {
  let position = frames.start;
  while (position < frames.end) {
    for (const frame of await frames.read(position, JOURNAL_SEGMENT_BYTES)) {
      state.fold(JSON.parse(frame.payload.toString()) as JournalRecord);
      position = frame.firstOffset + frame.ends.length;
    }
  }
}

function openGeneration(options: JournalOptions, generation: number): Promise<FrameLog> {
  const directory = generationDirectory(options, generation);
  return FrameLog.open({ ...options, directory, segmentBytes: JOURNAL_SEGMENT_BYTES, sparesMax: 0, watermark: false });
}

async function writeGeneration(
  options: JournalOptions,
  generation: number,
  records: readonly JournalRecord[],
): Promise<FrameLog> {
  await options.disk.makeDirectory(options.directory);
  await options.disk.removeDirectory(generationDirectory(options, generation));
  await options.disk.syncDirectory(options.directory);
  const frames = await openGeneration(options, generation);
  await Promise.all(records.map((record) => frames.append(encodeRecord(record, options.clock.now()))));
  return frames;
}

function generationDirectory(options: JournalOptions, generation: number): string {
  return join(options.directory, String(generation));
}

async function readPointer(options: JournalOptions): Promise<number | undefined> {
  const bytes = await readFileWhole(options.disk, join(options.directory, "current"));
  return bytes === undefined ? undefined : Number(bytes.toString());
}

async function writePointer(options: JournalOptions, generation: number): Promise<void> {
  await writeFileDurably(options.disk, join(options.directory, "current"), Buffer.from(String(generation)));
}

async function removeOtherGenerations(options: JournalOptions, keep: number | undefined): Promise<void> {
  for (const name of await options.disk.list(options.directory)) {
    if (/^\d+$/.test(name) && Number(name) !== keep) await options.disk.removeDirectory(join(options.directory, name));
  }
}
