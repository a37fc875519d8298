import { compactionJob } from "./compaction/compaction-job.ts";
import { deduplicationJob } from "./deduplication/deduplication-job.ts";
import { anyKind, type JobKind } from "./job-kind.ts";
import { pythonJob } from "./python/python-job.ts";
import { sqlJob } from "./sql/sql-job.ts";

/** Every kind of job, in the order of the alphabet. */
export const jobKinds: readonly JobKind[] = [
  anyKind(compactionJob),
  anyKind(deduplicationJob),
  anyKind(pythonJob),
  anyKind(sqlJob),
];
