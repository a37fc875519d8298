import { LifecycleError, type LifecycleErrorCode } from "../../jobs/lifecycle/lifecycle-error.ts";
import { ObjectStoreError, type ObjectStoreErrorCode } from "../../storage/object-store.ts";
import { type RefusalReason, RefusedError } from "../protocol/http.ts";
import { AddressExpiredError, ClockSkewError } from "../protocol/sigv4.ts";
import { WireError, type WireErrorCode } from "../protocol/wire-error.ts";

/** Codes of S3 that are answered here, with their HTTP status. */
export const S3_STATUS = {
  AccessDenied: 403,
  AuthorizationHeaderMalformed: 400,
  BadDigest: 400,
  BucketAlreadyOwnedByYou: 409,
  BucketNotEmpty: 409,
  ConditionalRequestConflict: 409,
  EntityTooLarge: 400,
  EntityTooSmall: 400,
  IncompleteBody: 400,
  InternalError: 500,
  InvalidAccessKeyId: 403,
  InvalidArgument: 400,
  InvalidBucketName: 400,
  InvalidDigest: 400,
  InvalidPart: 400,
  InvalidPartNumber: 416,
  InvalidPartOrder: 400,
  InvalidRange: 416,
  InvalidRequest: 400,
  InvalidStorageClass: 400,
  InvalidTag: 400,
  InvalidURI: 400,
  KeyTooLongError: 400,
  MalformedXML: 400,
  MetadataTooLarge: 400,
  MethodNotAllowed: 405,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  NoSuchLifecycleConfiguration: 404,
  NoSuchUpload: 404,
  NotImplemented: 501,
  NotModified: 304,
  PreconditionFailed: 412,
  RequestTimeTooSkewed: 403,
  RequestTimeout: 400,
  ServiceUnavailable: 503,
  SignatureDoesNotMatch: 403,
  SlowDown: 503,
  XAmzContentSHA256Mismatch: 400,
} as const;

export type S3ErrorCode = keyof typeof S3_STATUS;

/** A failure as S3 tells it. */
export class S3Error extends Error {
  override readonly name = "S3Error";
  readonly code: S3ErrorCode;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: S3ErrorCode,
    message: string,
    options: ErrorOptions & { readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message, options);
    this.code = code;
    this.status = S3_STATUS[code];
    this.headers = options.headers ?? {};
  }
}

/** S3's view of a failure; `undefined` for one that nobody foresaw. */
export function s3ErrorOf(error: unknown): S3Error | undefined {
  if (error instanceof S3Error) return error;
  if (error instanceof ClockSkewError) return new S3Error("RequestTimeTooSkewed", error.message, { cause: error });
  if (error instanceof AddressExpiredError) return new S3Error("AccessDenied", "Request has expired", { cause: error });
  const code = codeOf(error);
  return code && new S3Error(code, (error as Error).message, { cause: error });
}

function codeOf(error: unknown): S3ErrorCode | undefined {
  if (error instanceof LifecycleError) return LIFECYCLE_CODES[error.code as LifecycleErrorCode];
  if (error instanceof ObjectStoreError) return STORE_CODES[error.code as ObjectStoreErrorCode];
  if (error instanceof WireError) return WIRE_CODES[error.code];
  if (error instanceof RefusedError) return REFUSAL_CODES[error.reason];
  return undefined;
}

const STORE_CODES: Partial<Record<ObjectStoreErrorCode, S3ErrorCode>> = {
  exists: "PreconditionFailed",
  conflict: "ConditionalRequestConflict",
  "not-found": "NoSuchKey",
  "no-such-bucket": "NoSuchBucket",
  "no-such-upload": "NoSuchUpload",
  denied: "AccessDenied",
  throttled: "SlowDown",
  unavailable: "ServiceUnavailable",
  "unknown-outcome": "InternalError",
  "invalid-key": "InvalidArgument",
  "disk-full": "SlowDown",
  rejected: "InvalidBucketName",
};

const LIFECYCLE_CODES: Partial<Record<LifecycleErrorCode, S3ErrorCode>> = {
  invalid: "InvalidArgument",
  "nothing-to-do": "InvalidRequest",
};

const WIRE_CODES: Partial<Record<WireErrorCode, S3ErrorCode>> = {
  AccessDeniedException: "AccessDenied",
  IncompleteSignatureException: "AuthorizationHeaderMalformed",
  InvalidSignatureException: "SignatureDoesNotMatch",
  MissingAuthenticationTokenException: "AccessDenied",
  UnrecognizedClientException: "InvalidAccessKeyId",
};

const REFUSAL_CODES: Readonly<Record<RefusalReason, S3ErrorCode>> = {
  "body-too-large": "EntityTooLarge",
  "body-broken": "IncompleteBody",
  "encoding-unsupported": "InvalidArgument",
  overloaded: "SlowDown",
  "timed-out": "RequestTimeout",
  "forbidden-host": "AccessDenied",
  "forbidden-origin": "AccessDenied",
  internal: "InternalError",
};
