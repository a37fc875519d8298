import { systemClock } from "../std/clock.ts";
import type { CliContext } from "./cli-context.ts";
import { startProgress } from "./progress.ts";

/** How often the server is asked how far it has come. */
const POLL_INTERVAL_MS = 200;

export interface WatchedJob<Job> {
  readonly label: string;
  readonly unit: string;
  readonly read: () => Promise<Job>;
  readonly progress: (job: Job) => { readonly total: number; readonly done: number };
}

/** Shows a bar until a job of the server is no longer running; resolves to its last state. */
export async function watchJob<Job extends { readonly state: string }>(
  context: CliContext,
  { label, unit, read, progress }: WatchedJob<Job>,
): Promise<Job> {
  let job = await read();
  while (job.state === "running" && progress(job).total === 0) job = await next(context, read);
  const bar = startProgress(context, label, progress(job).total, unit);
  try {
    for (let shown = 0; ; job = await next(context, read)) {
      const { done } = progress(job);
      bar.advance(Math.max(0, done - shown));
      shown = Math.max(shown, done);
      if (job.state !== "running") return job;
    }
  } finally {
    bar.stop();
  }
}

async function next<Job>(context: CliContext, read: () => Promise<Job>): Promise<Job> {
  await systemClock.sleep(POLL_INTERVAL_MS, context.signal);
  return read();
}
