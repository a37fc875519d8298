import { LakehoseError } from "../model/errors.ts";

/**
 * `version-mismatch` carries both versions, `slow-down` means that the producer has to send again later, everything else
 * is for whoever manages streams.
 */
export type StreamErrorCode =
  | "not-found"
  | "not-active"
  | "already-exists"
  | "wrong-state"
  | "version-mismatch"
  | "limit-exceeded"
  | "invalid"
  | "slow-down"
  | "unavailable";

export class StreamError extends LakehoseError {
  override readonly name = "StreamError";
  readonly details: Readonly<Record<string, string>>;

  constructor(code: StreamErrorCode, message: string, details: Readonly<Record<string, string>> = {}) {
    super(code, message, { retriable: code === "slow-down" || code === "unavailable" });
    this.details = details;
  }
}

export function notFound(name: string): StreamError {
  return new StreamError("not-found", `There is no stream ${name}`);
}
