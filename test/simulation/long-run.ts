import { appendFile, readFile } from "node:fs/promises";
import { dullness } from "./interest.ts";
import { runSeeds, type SeedRun } from "./run-seeds.ts";

/** Seeds that are run between two lines of the file: what an interruption costs at most. */
const CHUNK_SEEDS = 500;

export interface LongRunOptions {
  /** One line of JSON per chunk that is done. Seeds that are in it already are not run again. */
  readonly file: string;
  readonly first: number;
  readonly seeds: number;
  readonly threads: number;
  readonly onFailure: (seed: number, failures: readonly string[]) => void;
  readonly onChunk: (done: number) => void;
}

/** One finished chunk, as it stands in the file. */
interface Chunk {
  readonly first: number;
  readonly seeds: number;
  readonly cpuSeconds: number;
  readonly failed: SeedRun["failed"];
  readonly counts: Readonly<Record<string, number>>;
}

/** Many seeds, in pieces that are written down as they end, so that a run goes on where it was interrupted. */
export async function longRun(options: LongRunOptions): Promise<string> {
  const { file, first, seeds, threads, onFailure, onChunk } = options;
  const chunks = await readChunks(file);
  const done = new Set(chunks.map((chunk) => chunk.first));
  for (let start = first; start < first + seeds; start += CHUNK_SEEDS) {
    if (done.has(start)) continue;
    const before = process.cpuUsage();
    const count = Math.min(CHUNK_SEEDS, first + seeds - start);
    const run = await runSeeds({ first: start, seeds: count, threads, failuresMax: Number.POSITIVE_INFINITY });
    const { user, system } = process.cpuUsage(before);
    for (const { seed, failures } of run.failed) onFailure(seed, failures);
    const cpuSeconds = Math.round((user + system) / 1e6);
    const counts = Object.fromEntries([...run.counts].sort());
    const chunk: Chunk = { first: start, seeds: run.seeds, cpuSeconds, failed: run.failed, counts };
    await appendFile(file, `${JSON.stringify(chunk)}\n`);
    chunks.push(chunk);
    onChunk(start + count - first);
  }
  return summary(chunks);
}

/** A line that was cut short by an interruption counts as not there. */
async function readChunks(file: string): Promise<Chunk[]> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  const complete = text.slice(0, text.lastIndexOf("\n") + 1);
  return complete
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Chunk);
}

/** What the result page keeps: how much was run, what went wrong on purpose, what failed. */
function summary(chunks: readonly Chunk[]): string {
  const counts = new Map<string, number>();
  for (const chunk of chunks)
    for (const [name, count] of Object.entries(chunk.counts)) counts.set(name, (counts.get(name) ?? 0) + count);
  const seeds = sum(chunks.map((chunk) => chunk.seeds));
  const failed = chunks.flatMap((chunk) => chunk.failed.map(({ seed }) => seed)).sort((a, b) => a - b);
  const lines = ranges(chunks).map(([from, to]) => `seeds ${from} to ${to}`);
  lines.push(`${seeds} seeds, ${sum(chunks.map((chunk) => chunk.cpuSeconds))} s of CPU, ${failed.length} failed`);
  if (failed.length > 0) lines.push(`failed: ${failed.join(", ")}`);
  for (const [name, count] of [...counts].sort()) lines.push(`${name.padEnd(32)} ${count}`);
  for (const dull of dullness({ seeds, counts })) lines.push(`Not interesting enough: ${dull}`);
  return `${lines.join("\n")}\n`;
}

/** Neighbouring chunks as one range. */
function ranges(chunks: readonly Chunk[]): [number, number][] {
  const joined: [number, number][] = [];
  for (const { first, seeds } of [...chunks].sort((a, b) => a.first - b.first)) {
    const last = joined.at(-1);
    if (last !== undefined && last[1] + 1 === first) last[1] = first + seeds - 1;
    else joined.push([first, first + seeds - 1]);
  }
  return joined;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
