import assert from "node:assert/strict";
import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { LakehoseError } from "../../src/model/errors.ts";
import { type PackedRecords, recordAt, recordCount } from "../../src/model/records.ts";
import { type FileFlow, FLOW_DEFAULTS } from "../../src/sources/files/file-flow.ts";
import { type FilePosition, identityKey } from "../../src/sources/files/file-position.ts";
import type { FileEvent, FileProgress, FileSink } from "../../src/sources/files/file-sink.ts";
import { Tailer } from "../../src/sources/files/tailer.ts";
import { systemClock } from "../../src/std/clock.ts";
import { seededRandom } from "../../src/std/random.ts";

export interface TailerWorldOptions {
  readonly pattern?: string;
  readonly initialPosition?: FileFlow["initialPosition"];
  readonly bufferAgeMs?: number;
  readonly pollMs?: number;
  readonly finishedAfterMs?: number;
}

/** Real files in a folder of their own, a tailer on them, and a sink that keeps what it is given across restarts. */
export class TailerWorld {
  readonly folder: string;
  readonly sink = new KeepingSink();
  readonly events: FileEvent[] = [];
  readonly #options: TailerWorldOptions;
  #tailer: Tailer | undefined;
  #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  private constructor(folder: string, options: TailerWorldOptions) {
    this.folder = folder;
    this.#options = options;
  }

  static async make(t: TestContext, options: TailerWorldOptions = {}): Promise<TailerWorld> {
    const world = new TailerWorld(await mkdtemp(join(tmpdir(), "lakehose-tailer-")), options);
    t.after(async () => {
      world.sink.refuse(false);
      await world.stop().catch(() => undefined);
      await rm(world.folder, { recursive: true, force: true });
    });
    return world;
  }

  get tailer(): Tailer {
    assert.ok(this.#tailer !== undefined, "the tailer was started");
    return this.#tailer;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  async write(name: string, text: string): Promise<void> {
    await writeFile(this.path(name), text);
  }

  async append(name: string, text: string): Promise<void> {
    await appendFile(this.path(name), text);
  }

  /** Rejects with what the tailer ends with. */
  start(): Promise<void> {
    const { pattern = "app.log*", initialPosition = "START_OF_FILE", bufferAgeMs = 0, pollMs = 5 } = this.#options;
    const flow: FileFlow = {
      ...FLOW_DEFAULTS,
      filePattern: this.path(pattern),
      stream: "logs",
      initialPosition,
      bufferAgeMs,
      pollMs,
      retryMaxMs: 20,
      retryFirstMs: 5,
      limits: { records: 500, bytes: 4 * 1024 * 1024 },
      records: {
        skipHeaderLines: 0,
        recordBytesMax: 1_024_000,
        truncatedRecordTerminator: Buffer.from("\n"),
        aggregatedRecordBytes: 0,
      },
    };
    const { finishedAfterMs } = this.#options;
    this.#tailer = new Tailer({
      flow,
      sink: this.sink,
      clock: systemClock,
      random: seededRandom(1),
      observe: (event) => this.events.push(event),
      ...(finishedAfterMs !== undefined && { finishedAfterMs }),
    });
    this.#stop = new AbortController();
    this.#running = this.#tailer.run(this.#stop.signal, new AbortController().signal);
    this.#running.catch(() => undefined);
    return this.#running;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async restart(): Promise<void> {
    await this.stop();
    this.start();
  }

  /** The tailer has looked at everything that is there now. */
  async looked(): Promise<void> {
    const { rounds } = this.tailer.status();
    await this.until(() => this.tailer.status().rounds >= rounds + 2);
  }

  /** At least so many files were found since the world was made. */
  isFollowing(files: number): boolean {
    return this.events.filter(({ kind }) => kind === "file-found").length >= files;
  }

  async followed(name: string): Promise<void> {
    await this.until(() => this.events.some((event) => event.kind === "file-found" && event.path === this.path(name)));
  }

  async until(condition: () => boolean): Promise<void> {
    const deadline = performance.now() + 10_000;
    while (!condition()) {
      assert.ok(performance.now() < deadline, `still waiting; records: ${this.sink.records.slice(-5).join("")}`);
      await sleep(5);
    }
  }

  /** These records come, in this order, and no others. */
  async expect(wanted: readonly string[]): Promise<void> {
    await this.until(() => this.sink.records.length >= wanted.length);
    await sleep(30);
    assert.deepEqual(this.sink.records, wanted);
  }

  /** The same in whatever order. */
  async expectSet(wanted: readonly string[]): Promise<void> {
    await this.until(() => this.sink.records.length >= wanted.length);
    await sleep(30);
    assert.deepEqual([...this.sink.records].sort(), [...wanted].sort());
  }
}

/** A sink in memory that can refuse, break, and die in the middle of a batch as a process does. */
class KeepingSink implements FileSink {
  readonly records: string[] = [];
  readonly appends: string[][] = [];
  /** Also those that were not acknowledged. */
  readonly begun: string[][] = [];
  refusals = 0;
  #positions: Map<string, FilePosition> | undefined;
  #refuses = false;
  #broken: Error | undefined;
  #appendsLeft = Number.POSITIVE_INFINITY;

  refuse(refuses: boolean): void {
    this.#refuses = refuses;
  }

  break(error: Error): void {
    this.#broken = error;
  }

  /** After so many appends the next one is begun and its answer never comes. */
  dieAfter(appends: number): void {
    this.#appendsLeft = appends;
  }

  async positions(): Promise<readonly FilePosition[] | undefined> {
    return this.#positions && [...this.#positions.values()];
  }

  async append(records: PackedRecords, { from, position }: FileProgress): Promise<void> {
    if (this.#broken !== undefined) throw this.#broken;
    if (this.#refuses) {
      this.refusals++;
      throw new LakehoseError("slow-down", "Slow down.", { retriable: true });
    }
    const texts = Array.from({ length: recordCount(records) }, (_, index) => recordAt(records, index).toString());
    this.begun.push(texts);
    if (this.#appendsLeft-- === 0) {
      const known = this.#positions?.get(identityKey(position));
      assert.equal(known?.offset ?? 0, from, "a batch begins where the last one ended");
      const begun = { ...position, offset: from, fingerprint: known?.fingerprint ?? EMPTY, batchEnd: position.offset };
      await this.remember([begun]);
      throw new Error("the process died");
    }
    await this.remember([position]);
    if (texts.length > 0) this.appends.push(texts);
    this.records.push(...texts);
  }

  async remember(positions: readonly FilePosition[]): Promise<void> {
    this.#positions ??= new Map();
    for (const position of positions) this.#positions.set(identityKey(position), position);
  }
}

const EMPTY = { headBytes: 0, head: "e3b0c44298fc1c14", mark: "e3b0c44298fc1c14" };
