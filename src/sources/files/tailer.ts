import { reasonOf } from "../../model/errors.ts";
import type { Clock } from "../../std/clock.ts";
import type { Random } from "../../std/random.ts";
import { soughtOf } from "./copies.ts";
import { type DrainContext, drainFile, handOn } from "./drain-file.ts";
import type { FileFlow } from "./file-flow.ts";
import { parseFilePattern } from "./file-pattern.ts";
import { POSITION_TTL_MS } from "./file-position.ts";
import type { FileEvent, FileSink, RememberOptions } from "./file-sink.ts";
import { FolderWatch } from "./folder-watch.ts";
import type { FollowedFile } from "./followed-file.ts";
import { FollowedFiles } from "./followed-files.ts";
import { filesIn, statFiles } from "./list-files.ts";

export interface TailerOptions {
  readonly flow: FileFlow;
  readonly sink: FileSink;
  readonly clock: Clock;
  readonly random: Random;
  readonly observe?: (event: FileEvent) => void;
  /** Files that are read at a time. Default 4. */
  readonly filesAtOnce?: number;
  /** A file whose name is gone and that has not grown for so long has ended. Default 60,000. */
  readonly finishedAfterMs?: number;
}

export interface TailerStatus {
  readonly files: number;
  /** Looks at all names and sizes. */
  readonly rounds: number;
  readonly records: number;
  readonly bytes: number;
  /** Bytes that are in files and not yet acknowledged. */
  readonly lagBytes: number;
}

/** With more files than this a second, each is looked at less often: looking must not become the work. */
const LOOKS_PER_SECOND_MAX = 2_000;

/** Signs of life of positions, so that the time after which they are forgotten begins again. */
const REMEMBER_EVERY_MS = 60 * 60 * 1000;

/**
 * Follows the files of one flow, whatever becomes of them, and hands their records to a sink.
 *
 * Constraints. A line comes once: not again after a restart, a rename, or in a copy that rotation leaves behind. The disk has to
 * be looked at, since nobody tells: a round looks at names and sizes, and files with news are read beside it, so that a
 * sink that stands still does not keep new files from being found and opened. What is open can be read to its end, also when
 * its name is gone.
 *
 * Round.       1. List folders that changed, look at all names that match.
 *              2. Unknown files: by position, as the copy of another, or as new (followed-files.ts).
 *              3. Files whose name is gone: read on through what is open, until they are quiet for long.
 *              4. Whoever grew, shrank, or has records that are old enough is read (drain-file.ts).
 *
 * Rotation.    Renamed: the same file by its inode, wherever its name went. New: read from its start. Emptied in place: what was
 *              not yet read of it is looked for in a copy, which is read first.
 *
 * Restart.     Positions of the sink, each compared with the bytes that are there now. One that no name leads to is
 *              looked for in its folder; one whose file was rewritten, in a copy.
 */
export class Tailer {
  readonly #options: TailerOptions;
  readonly #files: FollowedFiles;
  readonly #watch: FolderWatch;
  readonly #finishedAfterMs: number;
  /** Those that are to be read, in the order in which they asked. */
  readonly #waiting = new Set<FollowedFile>();
  readonly #draining = new Set<Promise<void>>();
  readonly #context: DrainContext;
  readonly #ended = new AbortController();
  #failure: unknown;
  #rememberedAt = 0;
  #rounds = 0;

  constructor(options: TailerOptions) {
    const { flow, sink, clock, random, observe = () => undefined } = options;
    this.#options = options;
    this.#finishedAfterMs = options.finishedAfterMs ?? 60_000;
    this.#watch = new FolderWatch(parseFilePattern(flow.filePattern), { clock, refreshMs: flow.refreshMs });
    this.#files = new FollowedFiles({
      flow,
      clock,
      observe,
      rememberTogether: (files) => this.#remember(files, { together: true }),
    });
    const counters = { records: 0, bytes: 0, gatheredBytes: 0 };
    const abandoned = new AbortController();
    this.#context = { flow, sink, clock, random, observe, counters, files: this.#files, abandoned, isStopping: false };
  }

  /**
   * Follows until `stop`; then hands on what is gathered and ends. `abandon` ends that too: what was not acknowledged by then
   * comes again at the next start. Rejects when the sink takes no more.
   */
  async run(stop: AbortSignal, abandon: AbortSignal): Promise<void> {
    const { clock, flow } = this.#options;
    const giveUp = () => this.#context.abandoned.abort(abandon.reason);
    if (abandon.aborted) giveUp();
    abandon.addEventListener("abort", giveUp, { once: true });
    const ended = AbortSignal.any([stop, this.#ended.signal]);
    try {
      await this.#begin();
      while (!ended.aborted) {
        const startedAt = clock.monotonic();
        await this.#round();
        this.#rounds++;
        const spreadMs = (this.#files.size * 1000) / LOOKS_PER_SECOND_MAX - (clock.monotonic() - startedAt);
        await clock.sleep(Math.max(flow.pollMs, spreadMs), ended).catch(() => undefined);
      }
      await this.#stop();
    } finally {
      abandon.removeEventListener("abort", giveUp);
      for (const file of this.#files) await file.close();
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  status(): TailerStatus {
    const { records, bytes } = this.#context.counters;
    let lagBytes = 0;
    for (const file of this.#files) {
      if (file.copyOf === undefined) lagBytes += Math.max(0, file.size - file.readTo) + file.gathered.bytes;
    }
    return { files: this.#files.size, rounds: this.#rounds, records, bytes, lagBytes };
  }

  /** The first look: what the sink knows is found again before anything else is read. */
  async #begin(): Promise<void> {
    const { sink, clock, flow } = this.#options;
    const positions = await sink.positions();
    const found = await statFiles(await this.#watch.paths());
    if (positions === undefined) {
      const atEnd = flow.initialPosition === "END_OF_FILE";
      for (const file of found) await this.#files.start(file, { atEnd });
      return this.#rememberAll();
    }
    const forgottenAt = clock.now() - POSITION_TTL_MS;
    this.#files.expect(positions.filter(({ seenAt }) => seenAt > forgottenAt));
    // Known ones first: what is a copy of one of them has to find it.
    for (const file of found) if (this.#files.isExpected(file)) await this.#files.discover(file);
    await this.#findMoved();
    for (const file of found) if (!this.#files.has(file)) await this.#files.discover(file);
    await this.#rememberAll();
  }

  /** Files whose names match no more may be in their folders under others. */
  async #findMoved(): Promise<void> {
    const folders = new Set(this.#files.missed.map((position) => soughtOf(position).folder));
    for (const folder of folders) {
      for (const file of await filesIn(folder)) if (this.#files.isExpected(file)) await this.#files.discoverMoved(file);
    }
  }

  async #round(): Promise<void> {
    const now = this.#options.clock.monotonic();
    const seen = new Set<FollowedFile>();
    for (const found of await statFiles(await this.#watch.paths())) {
      const file = this.#files.get(found) ?? (await this.#files.discover(found));
      if (file === undefined) continue;
      seen.add(file);
      file.path = found.path;
      if (file.missingSince !== undefined) file.isFinal = false;
      file.missingSince = undefined;
      if (file.size !== found.size) file.grownAt = now;
      file.size = found.size;
      file.modifiedAt = found.modifiedAt;
    }
    for (const file of [...this.#files]) if (!seen.has(file)) await this.#lookAtMissing(file, now);
    await this.#files.settleCopies();
    for (const file of this.#files) if (this.#hasNews(file, now)) this.#waiting.add(file);
    this.#fillSlots();
    await this.#files.closeIdle();
    if (now - this.#rememberedAt >= REMEMBER_EVERY_MS) await this.#rememberAll();
  }

  /** The name is gone from those that match: renamed elsewhere, or removed. What is open is read to its end. */
  async #lookAtMissing(file: FollowedFile, now: number): Promise<void> {
    file.missingSince ??= now;
    const { size } = file;
    await file.refreshSize();
    if (file.size !== size) file.grownAt = now;
    const quietSince = Math.max(file.missingSince, file.grownAt);
    if (file.isBusy || now - quietSince < this.#finishedAfterMs) return;
    if (file.isOpen && !file.isSettled && !file.isFinal) {
      file.isFinal = true;
      this.#waiting.add(file);
      return;
    }
    this.#options.observe?.({ kind: "file-finished", path: file.path, offset: file.readTo });
    await this.#files.drop(file);
  }

  #hasNews(file: FollowedFile, now: number): boolean {
    if (file.isBusy || file.isUndecided || file.copyOf !== undefined) return false;
    if (file.waitsFor !== undefined) {
      if (!file.waitsFor.isDrained && this.#files.has(file.waitsFor)) return false;
      file.waitsFor = undefined;
    }
    const { bufferAgeMs, records } = this.#options.flow;
    if (file.hasChanged || file.batchEnd !== undefined) return true;
    if (file.gatheredSince !== undefined && now - file.gatheredSince >= bufferAgeMs) return true;
    const isQuiet = now - file.grownAt >= bufferAgeMs;
    return records.startPattern !== undefined && isQuiet && file.size > file.readTo && !file.wasQuiet;
  }

  #fillSlots(): void {
    const most = this.#options.filesAtOnce ?? 4;
    for (const file of this.#waiting) {
      if (this.#draining.size >= most || this.#context.isStopping) return;
      this.#waiting.delete(file);
      file.isBusy = true;
      const draining: Promise<void> = this.#drain(file).finally(() => {
        file.isBusy = false;
        file.turns++;
        this.#draining.delete(draining);
        this.#fillSlots();
      });
      this.#draining.add(draining);
    }
  }

  async #drain(file: FollowedFile): Promise<void> {
    try {
      if (await drainFile(file, this.#context)) this.#waiting.add(file);
    } catch (error) {
      if (this.#context.sinkFailure === undefined) {
        this.#options.observe?.({ kind: "file-unreadable", path: file.path, reason: reasonOf(error) });
      } else this.#fail(this.#context.sinkFailure);
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#ended.abort(error);
  }

  /** Hands on what is gathered, unless that too is called off. */
  async #stop(): Promise<void> {
    this.#context.isStopping = true;
    await Promise.all(this.#draining);
    if (this.#failure !== undefined) return;
    try {
      for (const file of this.#files) await handOn(file, this.#context);
      await this.#rememberAll();
    } catch (error) {
      if (!this.#context.abandoned.signal.aborted) throw error;
    }
  }

  async #rememberAll(): Promise<void> {
    this.#rememberedAt = this.#options.clock.monotonic();
    await this.#remember(
      [...this.#files].filter((file) => file.copyOf === undefined && !file.isUndecided && file.batchEnd === undefined),
    );
  }

  async #remember(files: readonly FollowedFile[], options?: RememberOptions): Promise<void> {
    const { sink, clock } = this.#options;
    const now = clock.now();
    await sink.remember(
      files.map((file) => file.acknowledged(now)),
      options,
    );
  }
}
