import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { Lakehose, type LakehoseOptions } from "./lakehose.ts";
import type { LoadOrder } from "./load-order.ts";
import { Loader } from "./loader.ts";
import { describeMachine, type Machine } from "./machine.ts";

/** Below the checkout, so that data lies on its file system (a temporary folder is often memory); git ignores it. */
const SCRATCH = join(import.meta.dirname, "..", "..", ".lakehose");

const SETTLING_MS_MAX = 3_000;

export interface BenchOptions {
  /** Of one measurement. */
  readonly seconds: number;
  /** How often variants take turns. */
  readonly rounds: number;
  readonly onProgress: (text: string) => void;
}

/** What questions measure with: a load generator, servers on fresh folders, and the care that nothing is left behind. */
export class Bench {
  readonly seconds: number;
  readonly rounds: number;
  readonly machine: Machine;
  readonly loader = new Loader();
  readonly progress: (text: string) => void;
  readonly #scratch: string;
  readonly #onExit: () => void;
  #folders = 0;

  private constructor(options: BenchOptions, scratch: string, machine: Machine) {
    this.seconds = options.seconds;
    this.rounds = options.rounds;
    this.progress = options.onProgress;
    this.machine = machine;
    this.#scratch = scratch;
    this.#onExit = () => rmSync(scratch, { recursive: true, force: true });
    process.once("exit", this.#onExit);
  }

  static async open(options: BenchOptions): Promise<Bench> {
    await mkdir(SCRATCH, { recursive: true });
    const scratch = await mkdtemp(join(SCRATCH, "bench-"));
    return new Bench(options, scratch, await describeMachine(scratch));
  }

  /** An empty folder that is gone when `work` is done. */
  async withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
    const folder = join(this.#scratch, String(this.#folders++));
    await mkdir(folder);
    try {
      return await work(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /**
   * Before a measurement: what the one before wrote goes to the disk, and the blocks and the memory that it let go are given
   * back, which takes the system some seconds and a good part of its speed. A look of less than that waits no longer than it
   * takes.
   */
  async settle(): Promise<void> {
    await promisify(execFile)("sync");
    await setTimeout(Math.min(SETTLING_MS_MAX, this.seconds * 1_000));
  }

  /** A server on an empty folder; both are gone when `work` is done. */
  withLakehose<T>(options: Omit<LakehoseOptions, "data">, work: (server: Lakehose) => Promise<T>): Promise<T> {
    return this.withFolder(async (data) => {
      const server = await Lakehose.start({ ...options, data });
      try {
        return await work(server);
      } finally {
        await server.kill();
      }
    });
  }

  /** Full load of batches as large as AWS takes them by count: 500 x 1 KB, 131 MB of them that differ. */
  batches(target: Target, more: Partial<LoadOrder> = {}): LoadOrder {
    return {
      ...this.#order(target),
      operation: "PutRecordBatch",
      recordBytes: 1000,
      recordsPerRequest: 500,
      bodies: 256,
      connections: 32,
      ...more,
    };
  }

  /** Full load of single small records: 200 B each, over 128 connections. */
  singles(target: Target, more: Partial<LoadOrder> = {}): LoadOrder {
    return {
      ...this.#order(target),
      operation: "PutRecord",
      recordBytes: 200,
      recordsPerRequest: 1,
      bodies: 8192,
      connections: 128,
      ...more,
    };
  }

  async close(): Promise<void> {
    this.loader.close();
    process.off("exit", this.#onExit);
    await rm(this.#scratch, { recursive: true, force: true });
  }

  #order({ url, ca }: Target) {
    const windowMs = this.seconds * 1000;
    return { url, ...(ca !== undefined && { ca }), streams: [STREAM], warmUpMs: windowMs / 5, windowMs };
  }
}

/** The stream that most questions put into. */
export const STREAM = "bench";

interface Target {
  readonly url: string;
  readonly ca?: string | undefined;
}
