import { LakehoseError } from "../model/errors.ts";

/**
 * What may be wrong with a call: `not-found`, `invalid`, `running` (a run is under way or queued), `in-use` (other jobs
 * wait for this one), `limit-exceeded`. Why a run was ended: `cancelled`, `timed-out`, `server-stopped`. `work-failed`: what
 * a run did went wrong by itself.
 */
export type JobErrorCode =
  | "not-found"
  | "invalid"
  | "running"
  | "in-use"
  | "limit-exceeded"
  | "cancelled"
  | "timed-out"
  | "server-stopped"
  | "work-failed";

export class JobError extends LakehoseError {
  override readonly name = "JobError";

  constructor(code: JobErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}
