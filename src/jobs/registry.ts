import { compactionJob } from "./compaction/compaction-job.ts";
import { deduplicationJob } from "./deduplication/deduplication-job.ts";
import { anyKind, type JobKind } from "./job-kind.ts";

/** Every kind of job, in the order of the alphabet: one line `anyKind(compactJob),` each. */
export const jobKinds: readonly JobKind[] = [anyKind(compactionJob), anyKind(deduplicationJob)];

export function findJobKind(name: string): JobKind | undefined {
  return jobKinds.find((kind) => kind.name === name);
}
