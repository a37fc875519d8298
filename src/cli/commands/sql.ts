import type { Command } from "commander";
import type { QueryExecution } from "../../query/queries.ts";
import type { JsonValue } from "../../std/json.ts";
import type { CliContext } from "../cli-context.ts";
import { CliError } from "../cli-error.ts";
import type { CliCommand } from "../command.ts";
import { type Connection, connectionOf } from "../connection.ts";
import { bytesText, table, wantsJson } from "../output.ts";

interface SqlOptions {
  readonly database: string;
  readonly csv?: boolean;
  readonly fresh?: boolean;
}

interface Page {
  readonly rows: readonly (readonly JsonValue[])[];
  readonly next?: number;
}

export const sqlCommand: CliCommand = {
  name: "sql",
  add: (program, context) => {
    program
      .command("sql")
      .description("run one SQL statement over the tables of the catalog and print its rows")
      .argument("<statement>", "such as: SELECT * FROM clicks WHERE year = '2026' LIMIT 10")
      .option("--database <name>", "where names without a database are looked for", "default")
      .option("--fresh", "count rows that are acknowledged and have not landed yet, too")
      .option("--csv", "print comma-separated values with a header")
      .action(async (sql: string, options: SqlOptions, command: Command) => {
        const connection = connectionOf(command, context);
        try {
          await run(connection, sql, options, command, context);
        } finally {
          connection.close();
        }
      });
  },
};

async function run(
  connection: Connection,
  sql: string,
  { database, csv, fresh = false }: SqlOptions,
  command: Command,
  context: CliContext,
): Promise<void> {
  const execution = await finish(connection, { sql, database, fresh }, context.signal);
  const columns = execution.columns ?? [];
  const names = columns.map(({ name }) => name);
  if (wantsJson(command)) {
    const rows: JsonValue[] = [];
    // By position: names of columns may come twice.
    for await (const page of pages(connection, execution.id)) rows.push(...page.map((row) => [...row]));
    context.stdout.write(`${JSON.stringify({ columns, rows }, null, 2)}\n`);
  } else if (csv === true) {
    if (names.length > 0) context.stdout.write(csvLine(names));
    for await (const page of pages(connection, execution.id)) context.stdout.write(page.map(csvLine).join(""));
  } else {
    const rows: string[][] = [];
    for await (const page of pages(connection, execution.id)) rows.push(...page.map((row) => row.map(cellText)));
    if (names.length > 0) context.stdout.write(`${table(names, rows).join("\n")}\n`);
    context.stderr.write(`${summary(execution)}\n`);
  }
}

/** Longer than one answer takes; then it is asked again. */
const WAIT_MS = 20_000;

/** The query when it has ended well. A signal, such as Ctrl-C, ends it on the server too. */
async function finish(
  connection: Connection,
  statement: { readonly sql: string; readonly database: string; readonly fresh: boolean },
  signal: AbortSignal,
): Promise<QueryExecution> {
  let execution = await call(connection, "POST", "/api/queries", statement);
  const path = `/api/queries/${execution.id}`;
  const onAbort = () => void connection.admin("DELETE", path).catch(() => undefined);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    while (execution.endedAt === undefined) execution = await call(connection, "GET", `${path}?waitMs=${WAIT_MS}`);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
  if (execution.failure !== undefined) throw new CliError(execution.failure.message);
  return execution;
}

async function call(connection: Connection, method: string, path: string, body?: JsonValue): Promise<QueryExecution> {
  return (await connection.admin(method, path, body)) as unknown as QueryExecution;
}

async function* pages(connection: Connection, id: string): AsyncGenerator<Page["rows"]> {
  for (let from: number | undefined = 0; from !== undefined; ) {
    const page = (await connection.admin("GET", `/api/queries/${id}/rows?from=${from}`)) as unknown as Page;
    yield page.rows;
    from = page.next;
  }
}

function cellText(value: JsonValue): string {
  if (value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** RFC 4180; a null is nothing, an empty text a pair of quotes. */
function csvLine(row: readonly JsonValue[]): string {
  const cells = row.map((value) => {
    const text = cellText(value);
    return value === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  });
  return `${cells.join(",")}\n`;
}

function summary({ statistics, submittedAt, endedAt = submittedAt }: QueryExecution): string {
  const { rows = 0, files = 0, scannedBytes = 0, partitionsRead = 0, partitionsKnown = 0 } = statistics ?? {};
  const seconds = ((endedAt - submittedAt) / 1000).toFixed(2);
  const partitions = partitionsKnown === 0 ? "" : `, ${partitionsRead} of ${partitionsKnown} partitions`;
  return `${rows} rows in ${seconds} s from ${files} files (${bytesText(scannedBytes)}${partitions})${freshness(statistics)}`;
}

function freshness(statistics: QueryExecution["statistics"]): string {
  if (statistics?.fresh === undefined) return "";
  const { bytes, complete } = statistics.fresh;
  const rest = complete ? "" : "; not all that was acknowledged is in it, because a delivery is behind";
  return `, with what has not landed (${bytesText(bytes)})${rest}`;
}
