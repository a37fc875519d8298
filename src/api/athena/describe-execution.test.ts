import assert from "node:assert/strict";
import { test } from "node:test";
import type { Execution } from "../../query/executions/execution.ts";
import { describeExecution, updateCountOf } from "./describe-execution.ts";

const EXECUTION: Execution = {
  id: "one",
  sql: "select 1",
  database: "default",
  workGroup: "primary",
  statement: "query",
  results: { location: "s3://results/", encryption: { type: "sse-kms", keyArn: "key" } },
  object: { bucket: "results", key: "one.csv" },
  state: "succeeded",
  submittedAt: 1_000,
  startedAt: 1_250,
  endedAt: 2_000,
  statistics: { rows: 7, files: 1, scannedBytes: 99 },
};

test("describeExecution() tells kinds of statements apart", () => {
  const kinds = (statement: string) => {
    const { StatementType, SubstatementType } = describeExecution({ ...EXECUTION, statement });
    return [StatementType, SubstatementType, updateCountOf({ ...EXECUTION, statement })];
  };
  assert.deepEqual(kinds("query"), ["DML", "SELECT", 0]);
  assert.deepEqual(kinds("insert"), ["DML", "INSERT", 7]);
  assert.deepEqual(kinds("create-table-as"), ["DDL", "CREATE_TABLE_AS", 7]);
  assert.deepEqual(kinds("create-table"), ["DDL", "CREATE_TABLE", 0]);
  assert.deepEqual(kinds("show-tables"), ["UTILITY", "SHOW_TABLES", 0]);
  assert.deepEqual(kinds("describe-table"), ["UTILITY", "DESCRIBE_TABLE", 0]);
});

test("describeExecution() says how long what took, as far as it has happened", () => {
  const { Statistics, ResultConfiguration } = describeExecution(EXECUTION);
  assert.deepEqual(Statistics, {
    QueryQueueTimeInMillis: 250,
    EngineExecutionTimeInMillis: 750,
    TotalExecutionTimeInMillis: 1_000,
    ServiceProcessingTimeInMillis: 0,
    DataScannedInBytes: 99,
    ResultReuseInformation: { ReusedPreviousResult: false },
  });
  assert.deepEqual(ResultConfiguration, {
    OutputLocation: "s3://results/one.csv",
    EncryptionConfiguration: { EncryptionOption: "SSE_KMS", KmsKey: "key" },
  });
  const { startedAt: _, endedAt: __, statistics: ___, ...waiting } = EXECUTION;
  assert.deepEqual(describeExecution({ ...waiting, state: "queued" }).Statistics, {
    ServiceProcessingTimeInMillis: 0,
    DataScannedInBytes: 0,
    ResultReuseInformation: { ReusedPreviousResult: false },
  });
});

test("describeExecution() explains failures, also those that it does not know", () => {
  const status = (code: string) => {
    const failure = { code, message: "why" };
    const { AthenaError, StateChangeReason } = describeExecution({ ...EXECUTION, state: "failed", failure })
      .Status as Record<string, unknown>;
    return [StateChangeReason, AthenaError];
  };
  const error = (ErrorCategory: number, ErrorType: number, Retryable: boolean, ErrorMessage: string) => [
    ErrorMessage,
    { ErrorCategory, ErrorType, Retryable, ErrorMessage },
  ];
  assert.deepEqual(status("syntax"), error(2, 1000, false, "SYNTAX_ERROR: why"));
  assert.deepEqual(status("result-store"), error(1, 401, true, "GENERIC_EXTERNAL: why"));
  for (const code of ["internal", "constructor"]) {
    assert.deepEqual(status(code), error(1, 200, true, "GENERIC_INTERNAL_ERROR: why"));
  }
});
