import { AccessError } from "../../access/access-error.ts";
import type { JsonValue } from "../../std/json.ts";
import type { HttpAnswer } from "../protocol/http.ts";
import type { WireError, WireErrorCode } from "../protocol/wire-error.ts";
import type { FileAnswer } from "./endpoint.ts";

/** Where the web's status says more than AWS's 400. */
const STATUSES: Partial<Record<WireErrorCode, number>> = {
  AccessDeniedException: 403,
  ConcurrentModificationException: 409,
  EntityNotFoundException: 404,
  MissingAuthenticationTokenException: 401,
  RequestEntityTooLargeException: 413,
  RequestTimeoutException: 408,
  ResourceInUseException: 409,
  ResourceNotFoundException: 404,
  ServiceUnavailableException: 503,
  ThrottlingException: 429,
  UnknownOperationException: 404,
  UnrecognizedClientException: 401,
  InternalFailure: 500,
};

/** `{code, message}` under the status that the web expects; the codes are those of the AWS wire. */
export function adminFailure({ code, message, cause }: Pick<WireError, "code" | "message" | "cause">): HttpAnswer {
  const waitMs = cause instanceof AccessError ? cause.retryAfterMs : 0;
  const again = waitMs > 0 ? { "retry-after": String(Math.ceil(waitMs / 1000)) } : {};
  return adminAnswer(STATUSES[code] ?? 400, { code, message }, again);
}

export function fileAnswer({ name, contentType, bytes }: FileAnswer): HttpAnswer {
  const disposition = `attachment; filename="${name}"`;
  const headers = { "content-type": contentType, "content-disposition": disposition, "cache-control": "no-store" };
  return { status: 200, headers, body: bytes };
}

export function adminAnswer(status: number, body: JsonValue, more: Readonly<Record<string, string>> = {}): HttpAnswer {
  const headers = { "content-type": "application/json", "cache-control": "no-store", ...more };
  return { status, headers, body: `${JSON.stringify(body)}\n` };
}
