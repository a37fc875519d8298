import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import {
  AthenaClient,
  type AthenaClientConfig,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
  type StartQueryExecutionCommandInput,
} from "@aws-sdk/client-athena";
import { afterwards } from "./cleanup.ts";
import { until } from "./journey.ts";

/** Queries as programs that speak to Amazon Athena run them. */

export function athenaOf(t: TestContext, endpoint: string, more: AthenaClientConfig = {}): AthenaClient {
  const credentials = { accessKeyId: "any", secretAccessKey: "any" };
  const client = new AthenaClient({ endpoint, region: "eu-west-1", credentials, maxAttempts: 1, ...more });
  afterwards(t, () => client.destroy());
  return client;
}

type More = Omit<StartQueryExecutionCommandInput, "QueryString">;

export async function started(athena: AthenaClient, QueryString: string, more: More = {}): Promise<string> {
  const { QueryExecutionId = "" } = await athena.send(new StartQueryExecutionCommand({ QueryString, ...more }));
  return QueryExecutionId;
}

export async function execution(athena: AthenaClient, QueryExecutionId: string) {
  const { QueryExecution } = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId }));
  assert.ok(QueryExecution);
  return QueryExecution;
}

/** Runs a statement to its end. */
export async function ended(athena: AthenaClient, sql: string, more: More = {}) {
  const id = await started(athena, sql, more);
  const states = ["SUCCEEDED", "FAILED", "CANCELLED"];
  await until(async () => states.includes((await execution(athena, id)).Status?.State ?? ""));
  return execution(athena, id);
}

export async function rowsOf(athena: AthenaClient, sql: string, more: More = {}) {
  const { QueryExecutionId, Status } = await ended(athena, sql, more);
  assert.equal(Status?.State, "SUCCEEDED", Status?.StateChangeReason);
  const { ResultSet, UpdateCount } = await athena.send(new GetQueryResultsCommand({ QueryExecutionId }));
  const rows = ResultSet?.Rows?.map(({ Data = [] }) => Data.map(({ VarCharValue }) => VarCharValue));
  return { rows, columns: ResultSet?.ResultSetMetadata?.ColumnInfo ?? [], UpdateCount };
}
