import { join } from "node:path";
import type { JobComponents, JobRun } from "../job-kind.ts";
import type { RewritingRun } from "./rewriting-world.ts";

const MINUTE_MS = 60_000;

/** Lets a run work in a folder of its own, which is gone when it ends, however it ends. */
export async function runInWorld<T>(
  components: JobComponents,
  run: JobRun,
  graceMinutes: number,
  work: (run: RewritingRun) => Promise<T>,
): Promise<T> {
  const { disk, temporaryDirectory } = components;
  const directory = join(temporaryDirectory, run.runId);
  await disk.makeDirectory(directory);
  try {
    return await work({
      ...components,
      origin: `job ${run.jobName}`,
      graceMs: graceMinutes * MINUTE_MS,
      directory,
      signal: run.signal,
      log: (line) => run.log(line),
      progress: (done, total) => run.progress(done, total),
    });
  } finally {
    await disk.removeDirectory(directory);
  }
}
