import type { JobRun } from "../job-kind.ts";
import { type ChunkWorld, exportChunk } from "./export-chunk.ts";
import type { ExportPlan } from "./export-state.ts";
import type { ChunkTask, PlanProgress } from "./plan-progress.ts";
import { type SourceAddress, SourceSession } from "./postgresql/session.ts";

export interface ReadTask {
  readonly plan: ExportPlan;
  readonly progress: PlanProgress;
  readonly connections: number;
  readonly world: Omit<ChunkWorld, "signal">;
  readonly run: JobRun;
}

/**
 * Reads all chunks that are left, over several sessions that see what `lead` sees, which stays open meanwhile. The first
 * failure ends the others, because a run is all or nothing, and is the one to tell of.
 */
export async function readPlan(lead: SourceSession, address: SourceAddress, task: ReadTask): Promise<void> {
  const left = task.progress.todo();
  const queue = left.values();
  const failed = new AbortController();
  const signal = AbortSignal.any([task.run.signal, failed.signal]);
  failed.signal.addEventListener("abort", () => void lead.close());
  const work = async (open: () => Promise<SourceSession>) => {
    try {
      await readChunks(await open(), queue, task, signal);
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  };
  const others = Math.min(task.connections, left.length) - 1;
  const snapshot = others > 0 ? await lead.exportSnapshot() : undefined;
  const openOther = () => SourceSession.open(address, { signal, ...(snapshot !== undefined && { snapshot }) });
  const workers = [
    work(async () => lead),
    ...Array.from({ length: Math.max(0, others) }, () => openAndClose(openOther, work)),
  ];
  const results = await Promise.allSettled(workers);
  if (results.some(({ status }) => status === "rejected")) throw signal.reason;
}

async function openAndClose(
  open: () => Promise<SourceSession>,
  work: (open: () => Promise<SourceSession>) => Promise<void>,
): Promise<void> {
  let session: SourceSession | undefined;
  try {
    await work(async () => {
      session = await open();
      return session;
    });
  } finally {
    await session?.close();
  }
}

async function readChunks(
  session: SourceSession,
  queue: Iterator<ChunkTask>,
  { progress, world, run }: ReadTask,
  signal: AbortSignal,
): Promise<void> {
  for (let next = queue.next(); next.done !== true; next = queue.next()) {
    signal.throwIfAborted();
    const { chunk, name } = next.value;
    const sealed = await exportChunk(session, next.value, { ...world, signal }, (made) => progress.seal(chunk, made));
    await progress.finish(chunk, sealed);
    run.log(`${name}: ${sealed.rows} rows, ${sealed.bytes} bytes`);
  }
}
