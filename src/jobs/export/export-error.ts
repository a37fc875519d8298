import { LakehoseError } from "../../model/errors.ts";

/**
 * `invalid`: the options ask for what cannot be. `denied`: the source knows us and says no, or does not know us.
 * `not-found`: a table, column or database that is not there. `unavailable`: no connection, or one that broke: the next
 * attempt goes on where this one ended. `value`: a value that the column's type in the lake cannot hold.
 * `count-differs`: other rows came than the source counts. `failed`: anything else that the source says.
 */
export type ExportErrorCode = "invalid" | "denied" | "not-found" | "unavailable" | "value" | "count-differs" | "failed";

export class ExportError extends LakehoseError {
  override readonly name = "ExportError";

  constructor(code: ExportErrorCode, message: string, options: ErrorOptions = {}) {
    super(code, message, { ...options, retriable: code === "unavailable" });
  }
}
