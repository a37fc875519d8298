/**
 * The root of all failures that Lakehose expects. `code` is stable and names the case; `retriable` says whether the same
 * call may succeed later without anybody changing anything; the message says what was expected, what came, what to do.
 * How a failure looks on a wire is decided in `api/` alone.
 */
export class LakehoseError extends Error {
  readonly code: string;
  readonly retriable: boolean;

  constructor(code: string, message: string, options: ErrorOptions & { readonly retriable?: boolean } = {}) {
    super(message, options);
    this.name = "LakehoseError";
    this.code = code;
    this.retriable = options.retriable ?? false;
  }
}

/** What to tell people about anything that was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
