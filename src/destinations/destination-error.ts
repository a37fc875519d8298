import { LakehoseError } from "../model/errors.ts";

/**
 * A delivery attempt that did not prove its effect. `foreign-object`: the name is taken by something that is not this
 * parcel; never retried, never overwritten. `logCode` is the code of AWS's delivery logs (reference 8.3), `S3.AccessDenied`.
 */
export class DestinationError extends LakehoseError {
  override readonly name = "DestinationError";
  readonly logCode: string;

  constructor(
    code: string,
    message: string,
    options: ErrorOptions & { readonly retriable: boolean; readonly logCode?: string },
  ) {
    super(code, message, options);
    this.logCode = options.logCode ?? "InternalError";
  }
}
