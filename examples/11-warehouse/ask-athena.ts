import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
} from "@aws-sdk/client-athena";
import type { Row } from "../query.ts";
import { until } from "./until.ts";

export type Athena = AthenaClient;

/** Queries through the AWS SDK; only the endpoint is ours. */
export async function withAthena<T>(endpoint: string, work: (athena: Athena) => Promise<T>): Promise<T> {
  const credentials = { accessKeyId: "any", secretAccessKey: "any" };
  const athena = new AthenaClient({ endpoint, region: "us-east-1", credentials });
  return work(athena).finally(() => athena.destroy());
}

/** Runs a statement over the shop's database to its end: rows by the names of their columns, cells as Athena's texts. */
export async function ask(athena: Athena, sql: string): Promise<Row[]> {
  const QueryExecutionContext = { Database: "shop" };
  const { QueryExecutionId } = await athena.send(
    new StartQueryExecutionCommand({ QueryString: sql, QueryExecutionContext }),
  );
  await end(athena, QueryExecutionId);
  const { ResultSet } = await athena.send(new GetQueryResultsCommand({ QueryExecutionId }));
  const [names = [], ...rows] = (ResultSet?.Rows ?? []).map(({ Data = [] }) => Data.map((cell) => cell.VarCharValue));
  return rows.map((cells) => Object.fromEntries(names.map((name, column) => [name, cells[column]])));
}

async function end(athena: Athena, QueryExecutionId: string | undefined): Promise<void> {
  await until("the query has ended", async () => {
    const { QueryExecution } = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId }));
    const { State = "", StateChangeReason } = QueryExecution?.Status ?? {};
    if (State === "FAILED" || State === "CANCELLED") throw new Error(`The query is ${State}: ${StateChangeReason}`);
    return State === "SUCCEEDED";
  });
}
