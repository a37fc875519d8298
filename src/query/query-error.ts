import { LakehoseError } from "../model/errors.ts";

/**
 * `syntax`: nobody could read it. `unsupported`: understood, and not done here; the message names the construct.
 * `not-found`, `already-exists`: a database, table or partition. `data`: the files or the values in them are not what the
 * statement needs. `result-store`: the bucket for results takes none. `limit-exceeded`: a limit of `query-limits.ts`, which the message names. `busy`: too many wait already.
 */
export type QueryErrorCode =
  | "syntax"
  | "unsupported"
  | "not-found"
  | "already-exists"
  | "data"
  | "result-store"
  | "limit-exceeded"
  | "busy"
  | "cancelled";

export class QueryError extends LakehoseError {
  override readonly name = "QueryError";

  constructor(code: QueryErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, { ...options, retriable: code === "busy" });
  }
}

export function unsupported(construct: string, advice?: string): QueryError {
  return new QueryError("unsupported", `${construct} is not supported${advice === undefined ? "" : `: ${advice}`}`);
}
