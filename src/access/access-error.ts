import { LakehoseError } from "../model/errors.ts";

/**
 * - `wrong-credentials`: no such user, or another password; nobody is told which.
 * - `too-many-attempts`: failures came too fast; `retryAfterMs` says when the next attempt is looked at.
 * - `busy`: more passwords are being checked than the machine can.
 * - `not-configured`: this way of signing in is not there.
 * - `flow-unknown`: the provider sent somebody back who did not set out from here, or long ago, or a second time.
 * - `provider-failed`: the provider cannot be reached, refuses, or says what cannot be proved.
 * - `no-role`: the provider knows the person, and none of their groups has a role.
 */
export type AccessErrorCode =
  | "wrong-credentials"
  | "too-many-attempts"
  | "busy"
  | "not-configured"
  | "flow-unknown"
  | "provider-failed"
  | "no-role";

export class AccessError extends LakehoseError {
  override readonly name = "AccessError";
  declare readonly code: AccessErrorCode;
  readonly retryAfterMs: number;

  constructor(code: AccessErrorCode, message: string, options: ErrorOptions & { readonly retryAfterMs?: number } = {}) {
    super(code, message, { ...options, retriable: code === "too-many-attempts" || code === "busy" });
    this.retryAfterMs = options.retryAfterMs ?? 0;
  }
}
