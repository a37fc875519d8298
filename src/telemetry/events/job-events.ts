export interface JobEvents {
  "job.started": { job: string; kind: string; run: string; attempt: number; cause: string };
  "job.ended": {
    job: string;
    kind: string;
    run: string;
    /** succeeded, failed, cancelled, timed-out. */
    state: string;
    attempt: number;
    durationMs: number;
    /** Why it did not succeed; empty when it did. */
    message: string;
  };
  "job.skipped": { job: string; cause: string; reason: string };
  /** `job` is empty when it is about none in particular, such as on a full disk. */
  "job.refused": { job: string; reason: string };
}
