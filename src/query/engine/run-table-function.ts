import { setImmediate } from "node:timers/promises";
import type { DuckDBAppender, DuckDBResult } from "@duckdb/node-api";
import { sqlName } from "../../formats/parquet/duckdb-type.ts";
import { LakehoseError } from "../../model/errors.ts";
import { type CheckedCall, checkCall } from "../analytics/registry.ts";
import { type AddedBatch, type AddedColumn, addColumns, type NumberBatch } from "../analytics/table-function.ts";
import type { TableFunctionUse } from "../dialect/table-function-use.ts";
import { QueryError, type QueryErrorCode } from "../query-error.ts";
import { TABLE_FUNCTION_ROWS_MAX } from "../query-limits.ts";
import type { PlannedStep } from "./query-plan.ts";
import type { QuerySession } from "./session.ts";

export interface RunTableFunctionOptions {
  /** `columns`: nobody wants the rows, and none is made. */
  readonly wanted: "rows" | "columns";
  readonly signal: AbortSignal;
}

/**
 * Makes the table that stands for a call of a table function:
 *
 *     input query -> table of its rows, in their order -> numbers, batch by batch -> function -> table of added columns
 *     -> view of both tables side by side
 *
 * Both tables are DuckDB's, so that they count as memory of the query and are put aside when it is short.
 */
export async function runTableFunction(
  session: QuerySession,
  { use, searchDatabase }: Extract<PlannedStep, { readonly kind: "table-function" }>,
  { wanted, signal }: RunTableFunctionOptions,
): Promise<void> {
  const schema = sqlName(searchDatabase);
  const input = `${schema}.${sqlName(`${use.table} input`)}`;
  const rows = wanted === "rows" ? use.inputSql : `SELECT * FROM (${use.inputSql}) LIMIT 0`;
  await session.runIn(searchDatabase, `CREATE TABLE ${input} AS ${rows}`);
  await checkRows(session, use, input);
  const columns = await columnsOf(session, use, input);
  const call = await inQueryWords(() => checkCall({ ...use, ...columns }));
  const added = `${use.table} added`;
  const definitions = call.definition.addedColumns.map(
    (column) => `${sqlName(column.name.toLowerCase())} ${column.type === "double" ? "DOUBLE" : "VARCHAR"}`,
  );
  await session.run(`CREATE TABLE ${schema}.${sqlName(added)} (${definitions.join(", ")})`);
  const numbers = columns.numberColumns.map((name) => `CAST(${sqlName(name)} AS DOUBLE)`);
  const source = await session.streamIn(searchDatabase, `SELECT ${numbers.join(", ")} FROM ${input}`);
  const appender = await session.appender(searchDatabase, added);
  await inQueryWords(() => answerAll(session, call, columns.numberColumns, source, appender, signal));
  const sideBySide = `SELECT i.*, a.* FROM ${input} AS i POSITIONAL JOIN ${schema}.${sqlName(added)} AS a`;
  await session.run(`CREATE VIEW ${schema}.${sqlName(use.table)} AS ${sideBySide}`);
}

async function checkRows(session: QuerySession, { name }: TableFunctionUse, input: string): Promise<void> {
  const [count] = await session.rows(`SELECT count(*) FROM ${input}`);
  if (Number(count?.[0]) <= TABLE_FUNCTION_ROWS_MAX) return;
  const message = `${name}: its input has ${count?.[0]} rows, it may have ${TABLE_FUNCTION_ROWS_MAX}; narrow it with WHERE, or aggregate first`;
  throw new QueryError("limit-exceeded", message);
}

const NUMBER_TYPE = /^(?:U?(?:TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|FLOAT|DOUBLE|DECIMAL\(.*\))$/;

async function columnsOf(session: QuerySession, use: TableFunctionUse, input: string) {
  const described = await session.rows(`DESCRIBE ${input}`);
  const columns = described.map(([name]) => String(name));
  const numbers = described.filter(([, type]) => NUMBER_TYPE.test(String(type))).map(([name]) => String(name));
  const numberColumns = use.columns?.map((wanted) => {
    const found = numbers.find((name) => name.toLowerCase() === wanted);
    if (found !== undefined) return found;
    const other = described.find(([name]) => String(name).toLowerCase() === wanted);
    const is = other === undefined ? "there is none of that name" : `it is ${String(other[1]).toLowerCase()}`;
    throw new QueryError("data", `${use.name}: expected column ${wanted} of its input to hold numbers, but ${is}`);
  });
  return { columns, numberColumns: numberColumns ?? numbers };
}

/** Rows that are answered before others on this thread have their turn: some 5 ms. */
const ANSWERED_TOGETHER = 100;

async function answerAll(
  session: QuerySession,
  { definition, options }: CheckedCall,
  numberColumns: readonly string[],
  source: DuckDBResult,
  appender: DuckDBAppender,
  signal: AbortSignal,
): Promise<void> {
  const batches = numberBatches(session, source, signal);
  for await (const answers of addColumns(definition, options, numberColumns, batches)) {
    append(appender, definition.addedColumns, answers);
  }
  appender.closeSync();
}

async function* numberBatches(
  session: QuerySession,
  source: DuckDBResult,
  signal: AbortSignal,
): AsyncGenerator<NumberBatch> {
  for (;;) {
    const chunk = await session.guard(() => source.fetchChunk());
    if (chunk === null || chunk.rowCount === 0) return;
    const columns = chunk.getColumns() as (readonly (number | null)[])[];
    for (let from = 0; from < chunk.rowCount; from += ANSWERED_TOGETHER) {
      const rowCount = Math.min(ANSWERED_TOGETHER, chunk.rowCount - from);
      yield { rowCount, columns: columns.map((column) => column.slice(from, from + rowCount)) };
      await setImmediate();
      signal.throwIfAborted();
    }
  }
}

function append(appender: DuckDBAppender, columns: readonly AddedColumn[], answers: AddedBatch): void {
  const rowCount = answers[0]?.length ?? 0;
  for (let row = 0; row < rowCount; row++) {
    for (const index of columns.keys()) {
      const value = answers[index]?.[row] ?? null;
      if (value === null) appender.appendNull();
      else if (typeof value === "number") appender.appendDouble(value);
      else appender.appendVarchar(value);
    }
    appender.endRow();
  }
}

const CODES: Readonly<Record<string, QueryErrorCode>> = {
  "invalid-argument": "syntax",
  "forest-too-large": "limit-exceeded",
};

/** Failures of functions, in the words of queries. */
async function inQueryWords<T>(work: () => Promise<T> | T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof LakehoseError) || error instanceof QueryError) throw error;
    throw new QueryError(CODES[error.code] ?? "data", error.message, { cause: error });
  }
}
