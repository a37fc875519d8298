export interface LifecycleEvents {
  "lifecycle.bucketSwept": {
    bucket: string;
    /** Looked at. */
    objects: number;
    expired: number;
    expiredBytes: number;
    transitioned: number;
    transitionedBytes: number;
    abortedUploads: number;
    /** Due, and kept because a delivery or a job needs them. */
    held: number;
    failed: number;
    /** Of the first failure; empty without one. */
    reason: string;
    durationMs: number;
  };
  "lifecycle.sweepFailed": {
    /** Empty where it was not the fault of one. */
    bucket: string;
    attempt: number;
    reason: string;
  };
}
