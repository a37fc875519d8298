import type { Execution } from "../../query/executions/execution.ts";
import type { JsonObject } from "../../std/json.ts";
import { ENGINE_VERSION } from "./athena-context.ts";
import { describeResultSettings } from "./result-mapping.ts";

/** QueryExecution. Times are seconds with fractions. */
export function describeExecution(execution: Execution): JsonObject {
  const { id, sql, statement, object, parameters, results, manifest } = execution;
  const location = `s3://${object.bucket}/${object.key}`;
  return {
    QueryExecutionId: id,
    Query: sql,
    StatementType: statementType(statement),
    SubstatementType: statement === "query" ? "SELECT" : statement.toUpperCase().replaceAll("-", "_"),
    ResultConfiguration: { ...describeResultSettings(results), OutputLocation: location },
    ResultReuseConfiguration: { ResultReuseByAgeConfiguration: { Enabled: false } },
    QueryExecutionContext: { Database: execution.database, Catalog: "awsdatacatalog" },
    Status: describeStatus(execution),
    Statistics: {
      ...describeTimes(execution),
      DataScannedInBytes: execution.statistics?.scannedBytes ?? 0,
      ...(manifest !== undefined && { DataManifestLocation: `s3://${manifest.bucket}/${manifest.key}` }),
      ResultReuseInformation: { ReusedPreviousResult: false },
    },
    WorkGroup: execution.workGroup,
    EngineVersion: ENGINE_VERSION,
    ...(parameters !== undefined && { ExecutionParameters: [...parameters] }),
  };
}

/** How long what took, as far as it has happened. */
export function describeTimes({ submittedAt, startedAt, endedAt }: Execution): JsonObject {
  const began = startedAt ?? endedAt;
  return {
    ...(began !== undefined && { QueryQueueTimeInMillis: began - submittedAt }),
    ...(began !== undefined && endedAt !== undefined && { EngineExecutionTimeInMillis: endedAt - began }),
    ...(endedAt !== undefined && { TotalExecutionTimeInMillis: endedAt - submittedAt }),
    ServiceProcessingTimeInMillis: 0,
  };
}

/** Rows that a statement has written. */
export function updateCountOf({ statement, statistics }: Execution): number {
  return WRITING.has(statement) ? (statistics?.rows ?? 0) : 0;
}

const WRITING = new Set(["create-table-as", "insert", "unload"]);

/** What answers rows or adds some is DML, what shows the catalog is a utility, what changes the catalog is DDL. */
function statementType(statement: string): string {
  if (["query", "explain", "insert", "unload"].includes(statement)) return "DML";
  return statement.startsWith("show-") || statement.startsWith("describe-") ? "UTILITY" : "DDL";
}

function describeStatus({ state, submittedAt, endedAt, failure }: Execution): JsonObject {
  return {
    State: state.toUpperCase(),
    SubmissionDateTime: submittedAt / 1000,
    ...(endedAt !== undefined && { CompletionDateTime: endedAt / 1000 }),
    ...(failure !== undefined && { StateChangeReason: reasonOf(state, failure) }),
    ...(failure !== undefined && state === "failed" && { AthenaError: describeError(failure) }),
  };
}

type Failure = NonNullable<Execution["failure"]>;

/** Failures open with Trino's name for their kind, which is what programs look for. */
function reasonOf(state: Execution["state"], { code, message }: Failure): string {
  return state === "failed" ? `${kindOf(code).name}: ${message}` : message;
}

function describeError(failure: Failure): JsonObject {
  const { category, type, retryable = false } = kindOf(failure.code);
  const message = reasonOf("failed", failure);
  return { ErrorCategory: category, ErrorType: type, Retryable: retryable, ErrorMessage: message };
}

interface FailureKind {
  readonly name: string;
  /** 1 the system's, 2 the user's (Athena error catalog), and the number of the error in that catalog. */
  readonly category: 1 | 2;
  readonly type: number;
  readonly retryable?: boolean;
}

const INTERNAL: FailureKind = { name: "GENERIC_INTERNAL_ERROR", category: 1, type: 200, retryable: true };

const KINDS: Readonly<Record<string, FailureKind | undefined>> = {
  syntax: { name: "SYNTAX_ERROR", category: 2, type: 1000 },
  unsupported: { name: "NOT_SUPPORTED", category: 2, type: 1000 },
  "not-found": { name: "NOT_FOUND", category: 2, type: 1000 },
  "already-exists": { name: "ALREADY_EXISTS", category: 2, type: 1000 },
  data: { name: "GENERIC_USER_ERROR", category: 2, type: 1001 },
  "result-store": { name: "GENERIC_EXTERNAL", category: 1, type: 401, retryable: true },
  "limit-exceeded": { name: "EXCEEDED_LIMIT", category: 2, type: 0 },
  busy: { name: "QUERY_QUEUE_FULL", category: 1, type: 240, retryable: true },
  "server-stopped": { name: "SERVER_SHUTTING_DOWN", category: 1, type: 100, retryable: true },
};

function kindOf(code: string): FailureKind {
  return (Object.hasOwn(KINDS, code) ? KINDS[code] : undefined) ?? INTERNAL;
}
