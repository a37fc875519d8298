import { Worker } from "node:worker_threads";
import type { Mutation } from "./mutations.ts";
import type { SimulationReport } from "./simulation.ts";
import type { WorkerTask } from "./worker.ts";

export interface SeedRun {
  readonly seeds: number;
  readonly failed: readonly { readonly seed: number; readonly failures: readonly string[] }[];
  /** How often each thing has happened over all seeds. */
  readonly counts: ReadonlyMap<string, number>;
}

export interface SeedRunOptions {
  readonly first: number;
  readonly seeds: number;
  readonly threads: number;
  readonly mutation?: Mutation;
  /** Ends the run once so many seeds have failed. */
  readonly failuresMax: number;
  readonly onReport?: (report: SimulationReport, done: number) => void;
}

/** A seed that takes this long is stuck in a loop that never waits. */
const SEED_MS_MAX = 60_000;

/** Runs seeds side by side, each thread one at a time. */
export async function runSeeds(options: SeedRunOptions): Promise<SeedRun> {
  const { first, seeds, threads, failuresMax, onReport } = options;
  const failed: { seed: number; failures: readonly string[] }[] = [];
  const counts = new Map<string, number>();
  let next = first;
  let done = 0;
  const take = () => (next < first + seeds && failed.length < failuresMax ? next++ : undefined);
  const note = (report: SimulationReport) => {
    done++;
    for (const [name, count] of Object.entries(report.counts)) counts.set(name, (counts.get(name) ?? 0) + count);
    if (report.failures.length > 0) failed.push(report);
    onReport?.(report, done);
  };
  await Promise.all(Array.from({ length: threads }, () => runThread(options.mutation, take, note)));
  failed.sort((a, b) => a.seed - b.seed);
  return { seeds: done, failed, counts };
}

async function runThread(
  mutation: Mutation | undefined,
  take: () => number | undefined,
  note: (report: SimulationReport) => void,
): Promise<void> {
  let worker: Worker | undefined;
  for (let seed = take(); seed !== undefined; seed = take()) {
    worker ??= startWorker(mutation);
    const report = await reportOf(worker, seed);
    note(report);
    if (!report.stuck) continue;
    await worker.terminate();
    worker = undefined;
  }
  await worker?.terminate();
}

function startWorker(mutation: Mutation | undefined): Worker {
  const workerData: WorkerTask = mutation === undefined ? {} : { mutation };
  return new Worker(new URL("./worker.ts", import.meta.url), { workerData, stdout: false });
}

/** A seed that never ends, or that ends its thread, has failed too. */
function reportOf(worker: Worker, seed: number): Promise<SimulationReport & { readonly stuck?: boolean }> {
  return new Promise((resolve) => {
    const settle = (report: SimulationReport & { readonly stuck?: boolean }) => {
      clearTimeout(timer);
      worker.removeAllListeners();
      resolve(report);
    };
    const broken = (what: string) => settle({ seed, failures: [what], counts: {}, stuck: true });
    const timer = setTimeout(() => broken(`no end within ${SEED_MS_MAX} ms`), SEED_MS_MAX);
    worker.once("message", settle);
    worker.once("error", (error) => broken(`the thread failed: ${String(error)}`));
    worker.once("exit", (code) => broken(`the thread ended with ${code}`));
    worker.postMessage(seed);
  });
}
