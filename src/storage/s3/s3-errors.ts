import { ObjectStoreError, type ObjectStoreErrorCode } from "../object-store.ts";

/**
 * What a store's answer says about the effect. The rule for writes: only an answer that S3 gives *instead of* doing the
 * work counts as a no. Everything else (no answer, a broken connection, a gateway's 5xx, an error body under status 200)
 * is `unknown-outcome`, because the object may be there or may still come.
 */

/** Codes with one meaning whatever the operation (S3 API, "List of error codes"). */
const CODES: Readonly<Record<string, ObjectStoreErrorCode>> = {
  PreconditionFailed: "exists",
  ConditionalRequestConflict: "conflict",
  OperationAborted: "conflict",
  NoSuchKey: "not-found",
  NotFound: "not-found",
  NoSuchBucket: "no-such-bucket",
  NoSuchUpload: "no-such-upload",
  AccessDenied: "denied",
  AccountProblem: "denied",
  AllAccessDisabled: "denied",
  ExpiredToken: "denied",
  InvalidAccessKeyId: "denied",
  InvalidPayer: "denied",
  InvalidToken: "denied",
  NotSignedUp: "denied",
  RequestTimeTooSkewed: "denied",
  SignatureDoesNotMatch: "denied",
  CredentialsProviderError: "denied",
  SlowDown: "throttled",
  Throttling: "throttled",
  ThrottlingException: "throttled",
  TooManyRequests: "throttled",
  RequestLimitExceeded: "throttled",
  "KMS.RequestLimitExceeded": "throttled",
  KeyTooLongError: "invalid-key",
  // The body was damaged or cut short on its way and was refused for it.
  BadDigest: "unavailable",
  IncompleteBody: "unavailable",
  RequestTimeout: "unavailable",
  XAmzContentSHA256Mismatch: "unavailable",
};

/** The connection was never made, so nothing can have happened. */
const NOT_CONNECTED: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
]);

export interface S3Operation {
  readonly name: string;
  readonly bucket: string;
  readonly key: string;
  readonly writes: boolean;
}

export function toStoreError(error: unknown, operation: S3Operation): ObjectStoreError {
  if (error instanceof ObjectStoreError) return error;
  const { name, message, status, systemCode } = describe(error);
  const code = codeOf(name, status, systemCode, operation.writes);
  const answer = status === undefined ? "got no answer" : `was answered ${status}`;
  const text = `${operation.name} of ${operation.key || "the bucket"} in bucket ${operation.bucket} ${answer}: ${name}: ${message}`;
  const options = { cause: error, storeCode: status === 501 ? "NotImplemented" : (systemCode ?? name) };
  return new ObjectStoreError(code, status === 301 ? `${text}. Set the bucket's region` : text, options);
}

function codeOf(
  name: string,
  status: number | undefined,
  systemCode: string | undefined,
  writes: boolean,
): ObjectStoreErrorCode {
  const known = CODES[name];
  if (known) return known;
  const doubtful = writes ? "unknown-outcome" : "unavailable";
  if (status === undefined) return systemCode !== undefined && NOT_CONNECTED.has(systemCode) ? "unavailable" : doubtful;
  if (status === 412) return "exists";
  if (status === 409) return "conflict";
  if (status === 404) return "not-found";
  if (status === 401 || status === 403) return "denied";
  if (status === 429) return "throttled";
  if (status === 501) return "rejected";
  // A status below 300 with an error is an answer that could not be read.
  return status >= 500 || status < 300 ? doubtful : "rejected";
}

function describe(error: unknown) {
  const { name, message, code, $metadata } = error as {
    readonly name?: string;
    readonly message?: string;
    readonly code?: unknown;
    readonly $metadata?: { readonly httpStatusCode?: number };
  };
  return {
    name: name ?? "Error",
    message: message ?? String(error),
    status: $metadata?.httpStatusCode,
    systemCode: typeof code === "string" && /^E[A-Z_]+$/.test(code) ? code : undefined,
  };
}
