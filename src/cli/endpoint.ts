import { CliError } from "./cli-error.ts";

/** Where a server is that was told nothing else. */
export const DEFAULT_ENDPOINT = "http://127.0.0.1:4573";

/** Nobody listens: the mistake made most often, so it is answered with what to do. */
export function unreachable(endpoint: string, error: unknown): CliError {
  const message = `Nothing answers at ${endpoint}. Start the server with "lakehose up", or name another one with --endpoint (LAKEHOSE_ENDPOINT).`;
  return new CliError(message, { cause: error });
}

/** True for the failures of a connection that was never made. */
export function isUnreachable(error: unknown): boolean {
  const codes = ["ECONNREFUSED", "ENOTFOUND", "EHOSTUNREACH", "ENETUNREACH"];
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (codes.includes(String((at as NodeJS.ErrnoException).code))) return true;
    if (at instanceof AggregateError && at.errors.some(isUnreachable)) return true;
  }
  return false;
}
