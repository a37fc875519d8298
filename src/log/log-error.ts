import { LakehoseError } from "../model/errors.ts";

/**
 * `append-failed`: the records are not in the log and never will be (the disk is full, a sync failed); tell the producer
 * to try again. `closed`: the log takes nothing any more. `offset-released`: a reader asked for what is gone.
 * `damaged`: acknowledged data is missing or changed; the stream must not start. `too-large`: does not fit a frame.
 * `outcome-unknown`: whether the records survive a restart cannot be said; drop the connection unanswered and stop.
 * `foreign`: files of another stream or incarnation. `key-missing`: encrypted under a key that is not configured.
 */
export type LogErrorCode =
  | "append-failed"
  | "outcome-unknown"
  | "closed"
  | "offset-released"
  | "damaged"
  | "too-large"
  | "foreign"
  | "key-missing";

export class LogError extends LakehoseError {
  override readonly name = "LogError";
  constructor(code: LogErrorCode, message: string, options: ErrorOptions & { readonly retriable?: boolean } = {}) {
    super(code, message, options);
  }
}
