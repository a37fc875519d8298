import { BATCH_BYTES_MAX, BATCH_RECORDS_MAX, RECORD_BYTES_MAX } from "../../../model/limits.ts";

/** What one put may carry; AWS's numbers unless the configuration lifts them (`limits.recordBytes`, `limits.batchBytes`). */
export interface PutLimits {
  readonly recordBytes: number;
  readonly batchBytes: number;
  readonly batchRecords: number;
}

export const AWS_PUT_LIMITS: PutLimits = {
  recordBytes: RECORD_BYTES_MAX,
  batchBytes: BATCH_BYTES_MAX,
  batchRecords: BATCH_RECORDS_MAX,
};

/** JSON around the data of a request: names, quotes, a stream name; generous, and members that are ignored fit too. */
const ENVELOPE_BYTES = 4 * 1024 * 1024;

/** Largest HTTP body worth reading: a full batch in base64, with room so that batches slightly over get a clear answer. */
export function requestBytesMax(limits: Pick<PutLimits, "recordBytes" | "batchBytes">): number {
  return Math.ceil(Math.max(limits.recordBytes, limits.batchBytes) / 3) * 4 + ENVELOPE_BYTES;
}
