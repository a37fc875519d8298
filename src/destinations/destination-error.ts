import { LakehoseError } from "../model/errors.ts";

/**
 * A delivery attempt that did not prove its effect. `foreign-object`: the name is taken by something that is not this
 * parcel; never retried, never overwritten. `logCode` is the code of AWS's delivery logs (reference 8.3), `S3.AccessDenied`.
 */
export class DestinationError extends LakehoseError {
  override readonly name = "DestinationError";
  readonly logCode: string;
  /** The attempt had no clear answer: what it sent may have arrived. */
  readonly isDoubtful: boolean;
  /** The target asks for a wait of this long before the next attempt, milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: string,
    message: string,
    options: ErrorOptions & {
      readonly retriable: boolean;
      readonly logCode?: string;
      readonly isDoubtful?: boolean;
      readonly retryAfterMs?: number;
    },
  ) {
    super(code, message, options);
    this.isDoubtful = options.isDoubtful ?? false;
    this.retryAfterMs = options.retryAfterMs;
    this.logCode = options.logCode ?? "InternalError";
  }
}
