import { setTimeout as sleep } from "node:timers/promises";
import {
  AthenaClient,
  type ColumnInfo,
  type Datum,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  type QueryExecution,
  StartQueryExecutionCommand,
} from "@aws-sdk/client-athena";
import type { Row } from "./query.ts";

const NUMBERS = new Set(["tinyint", "smallint", "integer", "bigint", "float", "double", "decimal"]);

/** SQL of the server, asked as programs ask Amazon Athena: start, look whether it has ended, read the first page of rows. */
export class Athena {
  readonly #client: AthenaClient;
  readonly #database: string;

  constructor(endpoint: string, database: string) {
    const credentials = { accessKeyId: "any", secretAccessKey: "any" };
    this.#client = new AthenaClient({ endpoint, region: "us-east-1", credentials });
    this.#database = database;
  }

  async run(QueryString: string): Promise<Row[]> {
    const context = { QueryExecutionContext: { Database: this.#database } };
    const { QueryExecutionId } = await this.#client.send(new StartQueryExecutionCommand({ QueryString, ...context }));
    const isQuery = (await this.#ended(QueryExecutionId)).StatementType === "DML";
    const { ResultSet } = await this.#client.send(new GetQueryResultsCommand({ QueryExecutionId }));
    const columns = ResultSet?.ResultSetMetadata?.ColumnInfo ?? [];
    // The first row of what a query answers holds the names of its columns; SHOW and DESCRIBE have no such row.
    const rows = ResultSet?.Rows?.slice(isQuery ? 1 : 0) ?? [];
    return rows.map(({ Data = [] }) => rowOf(columns, Data));
  }

  close(): void {
    this.#client.destroy();
  }

  async #ended(QueryExecutionId: string | undefined): Promise<QueryExecution> {
    for (;;) {
      const { QueryExecution = {} } = await this.#client.send(new GetQueryExecutionCommand({ QueryExecutionId }));
      const { State, StateChangeReason } = QueryExecution.Status ?? {};
      if (State === "SUCCEEDED") return QueryExecution;
      if (State === "FAILED" || State === "CANCELLED") throw new Error(`${State}: ${StateChangeReason}`);
      await sleep(50);
    }
  }
}

function rowOf(columns: readonly ColumnInfo[], data: readonly Datum[]): Row {
  return Object.fromEntries(
    columns.map(({ Name, Type }, index) => [Name, valueOfText(Type, data[index]?.VarCharValue)]),
  );
}

/** All values come as texts; null as none. */
function valueOfText(type: string | undefined, text: string | undefined): string | number | null {
  if (text === undefined) return null;
  return type !== undefined && NUMBERS.has(type) ? Number(text) : text;
}
