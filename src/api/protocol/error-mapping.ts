import { AccessError, type AccessErrorCode } from "../../access/access-error.ts";
import { CatalogError, type CatalogErrorCode } from "../../catalog/catalog-error.ts";
import { CrawlerError, type CrawlerErrorCode } from "../../catalog/crawler/crawler-error.ts";
import { JobError, type JobErrorCode } from "../../jobs/job-error.ts";
import { LogError, type LogErrorCode } from "../../log/log-error.ts";
import { QueryError } from "../../query/query-error.ts";
import { StreamError, type StreamErrorCode } from "../../streams/stream-error.ts";
import { type RefusalReason, RefusedError } from "./http.ts";
import { WireError, type WireErrorCode } from "./wire-error.ts";

/** What AWS's sentences name beside the fault. */
export interface ErrorContext {
  readonly accountId: string;
  /** Delivery stream that the request is about, once that is known. */
  readonly stream: string;
}

/**
 * The wire's view of a failure, or `undefined` for one that nobody foresaw: that becomes an InternalFailure whose reason
 * goes to the log and never to the client.
 */
export function wireErrorOf(error: unknown, context: ErrorContext): WireError | undefined {
  if (error instanceof WireError) return error;
  if (error instanceof StreamError) return fromStreamError(error, context);
  if (error instanceof AccessError) return new WireError(ACCESS_CODES[error.code], error.message, { cause: error });
  if (error instanceof CatalogError) return fromCatalogError(error);
  if (error instanceof CrawlerError) {
    return new WireError(CRAWLER_CODES[error.code as CrawlerErrorCode], error.message, { cause: error });
  }
  if (error instanceof QueryError) return fromQueryError(error);
  if (error instanceof JobError) {
    return new WireError(JOB_CODES[error.code as JobErrorCode], error.message, { cause: error });
  }
  if (error instanceof RefusedError) return new WireError(REFUSAL_CODES[error.reason], error.message, { cause: error });
  if (!(error instanceof LogError)) return undefined;
  const code = LOG_CODES[error.code as LogErrorCode];
  if (code === undefined) return undefined;
  const message = code === "ServiceUnavailableException" ? SLOW_DOWN : error.message;
  return new WireError(code, message, { cause: error });
}

export const SLOW_DOWN = "Slow down.";

/** The rest (damaged, foreign, …) is a fault inside. `append-failed`: the records are not in the log; try again. */
const LOG_CODES: Partial<Record<LogErrorCode, WireErrorCode>> = {
  "append-failed": "ServiceUnavailableException",
  closed: "ServiceUnavailableException",
  "too-large": "InvalidArgumentException",
};

export const REFUSAL_CODES: Readonly<Record<RefusalReason, WireErrorCode>> = {
  "body-too-large": "RequestEntityTooLargeException",
  "body-broken": "SerializationException",
  "encoding-unsupported": "UnsupportedContentEncodingException",
  overloaded: "ServiceUnavailableException",
  "timed-out": "RequestTimeoutException",
  "forbidden-host": "AccessDeniedException",
  "forbidden-origin": "AccessDeniedException",
  internal: "InternalFailure",
};

const STREAM_CODES: Readonly<Record<StreamErrorCode, WireErrorCode>> = {
  "not-found": "ResourceNotFoundException",
  "not-active": "ResourceNotFoundException",
  "already-exists": "ResourceInUseException",
  "wrong-state": "ResourceInUseException",
  "version-mismatch": "ConcurrentModificationException",
  "limit-exceeded": "LimitExceededException",
  invalid: "InvalidArgumentException",
  "slow-down": "ServiceUnavailableException",
  unavailable: "ServiceUnavailableException",
};

const ACCESS_CODES: Readonly<Record<AccessErrorCode, WireErrorCode>> = {
  "wrong-credentials": "UnrecognizedClientException",
  "too-many-attempts": "ThrottlingException",
  busy: "ThrottlingException",
  "not-configured": "InvalidArgumentException",
  "flow-unknown": "InvalidArgumentException",
  "provider-failed": "ServiceUnavailableException",
  "no-role": "AccessDeniedException",
};

/** As Glue has them; the messages say more than Glue's. */
const CATALOG_CODES: Readonly<Record<CatalogErrorCode, WireErrorCode>> = {
  "not-found": "EntityNotFoundException",
  "already-exists": "AlreadyExistsException",
  "version-mismatch": "ConcurrentModificationException",
  conflict: "ConcurrentModificationException",
  "limit-exceeded": "ResourceNumberLimitExceededException",
  invalid: "InvalidInputException",
};

const CRAWLER_CODES: Readonly<Record<CrawlerErrorCode, WireErrorCode>> = {
  "not-found": "EntityNotFoundException",
  "already-exists": "AlreadyExistsException",
  running: "CrawlerRunningException",
  "not-running": "CrawlerNotRunningException",
  "no-schedule": "NoScheduleException",
  "schedule-running": "SchedulerRunningException",
  "schedule-not-running": "SchedulerNotRunningException",
  "limit-exceeded": "ResourceNumberLimitExceededException",
  invalid: "InvalidInputException",
};

const JOB_CODES: Readonly<Record<JobErrorCode, WireErrorCode>> = {
  "not-found": "ResourceNotFoundException",
  invalid: "InvalidArgumentException",
  running: "ResourceInUseException",
  "in-use": "ResourceInUseException",
  "limit-exceeded": "LimitExceededException",
  // What a run ends with stays in the run; no call fails with it.
  cancelled: "InternalFailure",
  "timed-out": "InternalFailure",
  "server-stopped": "InternalFailure",
  "work-failed": "InternalFailure",
};

const ENTITY_NAMES: Readonly<Record<CatalogError["entity"], string>> = {
  database: "Database",
  table: "Table",
  version: "Table",
  partition: "Partition",
};

function fromCatalogError(error: CatalogError): WireError {
  const code = error.code as CatalogErrorCode;
  const name = ENTITY_NAMES[error.entity];
  const message = code === "already-exists" ? `${name} already exists.` : error.message;
  return new WireError(CATALOG_CODES[code], message, { cause: error });
}

/** As Athena has them: what nobody can read is told apart from what cannot be done. */
function fromQueryError(error: QueryError): WireError {
  const members =
    error.code === "busy"
      ? { Reason: "CONCURRENT_QUERY_LIMIT_EXCEEDED" }
      : {
          AthenaErrorCode:
            error.code === "syntax" || error.code === "unsupported" ? "MALFORMED_QUERY" : "INVALID_INPUT",
        };
  const code = error.code === "busy" ? "TooManyRequestsException" : "InvalidRequestException";
  return new WireError(code, error.message, { cause: error, members });
}

function fromStreamError(error: StreamError, context: ErrorContext): WireError {
  const code = error.code as StreamErrorCode;
  return new WireError(STREAM_CODES[code], streamMessage(code, error, context), { cause: error });
}

/** Texts that clients match on (reference 1.5, 1.6); where AWS has none, ours. */
function streamMessage(code: StreamErrorCode, error: StreamError, context: ErrorContext): string {
  const { stream, accountId } = context;
  const { current, specified, status, limit, names } = error.details;
  switch (code) {
    case "not-found":
      return `Firehose ${stream} under account ${accountId} not found.`;
    case "not-active":
      return `Firehose ${stream} is not active in ${accountId} account.`;
    case "already-exists":
      return `Firehose ${stream} under accountId ${accountId} already exists`;
    case "version-mismatch":
      return `Cannot update firehose: ${stream} since the current version id: ${current} and specified version id: ${specified} do not match`;
    case "wrong-state":
      return status === undefined ? error.message : `Cannot update firehose: ${stream} when it is in ${status} status`;
    case "limit-exceeded":
      return limit === undefined || names === undefined
        ? error.message
        : `You have already consumed your firehose quota of ${limit} hoses. Firehose names: [${names}]`;
    case "slow-down":
      return SLOW_DOWN;
    case "unavailable":
    case "invalid":
      return error.message;
  }
}
