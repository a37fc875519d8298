import { compactionJob } from "./compaction/compaction-job.ts";
import { conversionJob } from "./conversion/conversion-job.ts";
import { deduplicationJob } from "./deduplication/deduplication-job.ts";
import { exportJob } from "./export/export-job.ts";
import { anyKind, type JobKind } from "./job-kind.ts";
import { pythonJob } from "./python/python-job.ts";
import { sqlJob } from "./sql/sql-job.ts";

/** Every kind of job, in the order of the alphabet. */
export const jobKinds: readonly JobKind[] = [
  anyKind(compactionJob),
  anyKind(conversionJob),
  anyKind(deduplicationJob),
  anyKind(exportJob),
  anyKind(pythonJob),
  anyKind(sqlJob),
];
