import type { Command } from "commander";
import type { CliContext } from "../cli-context.ts";
import { CliError } from "../cli-error.ts";
import type { CliCommand } from "../command.ts";
import { type Connection, connectionOf } from "../connection.ts";
import { print, table } from "../output.ts";

interface ListedTable {
  readonly database: string;
  readonly name: string;
  readonly version: string;
  readonly columns: number;
  readonly updatedAt: number;
}

interface Column {
  readonly name: string;
  readonly type?: string;
  readonly comment?: string;
}

interface DescribedTable {
  readonly database: string;
  readonly name: string;
  readonly version: string;
  readonly streams: readonly string[];
  readonly partitionKeys?: readonly Column[];
  readonly storageDescriptor?: { readonly columns?: readonly Column[]; readonly location?: string };
}

export const tablesCommand: CliCommand = {
  name: "tables",
  add: (program, context) => {
    const tables = program.command("tables").description("list and describe the tables of the catalog");
    const within = (command: Command, work: (connection: Connection) => Promise<void>) => {
      const connection = connectionOf(command, context);
      return work(connection).finally(() => connection.close());
    };
    tables
      .command("list")
      .description("tables of all databases")
      .action((_: object, command: Command) => within(command, (connection) => list(connection, command, context)));
    tables
      .command("describe")
      .description("columns, partition keys and the streams that write in the form of the table")
      .argument("<database.table>")
      .action((name: string, _: object, command: Command) =>
        within(command, (connection) => describe(connection, name, command, context)),
      );
  },
};

async function list(connection: Connection, command: Command, context: CliContext): Promise<void> {
  const { tables } = (await connection.admin("GET", "/api/tables")) as unknown as { tables: readonly ListedTable[] };
  print(context, command, tables, (all) =>
    all.length === 0
      ? [
          "There are no tables yet. Make one with: aws glue create-table, or in the catalog: section of the configuration",
        ]
      : table(
          ["table", "version", "columns", "changed"],
          all.map(({ database, name, version, columns, updatedAt }) => [
            `${database}.${name}`,
            version,
            String(columns),
            new Date(updatedAt).toISOString(),
          ]),
        ),
  );
}

async function describe(connection: Connection, name: string, command: Command, context: CliContext): Promise<void> {
  if (!name.includes(".")) throw new CliError(`Expected a database and a table such as sales.orders, got ${name}`);
  const path = `/api/tables/${encodeURIComponent(name)}`;
  const described = (await connection.admin("GET", path)) as unknown as DescribedTable;
  print(context, command, described, (found) => {
    const { storageDescriptor: { columns = [], location } = {}, partitionKeys = [] } = found;
    const row = (kind: string) => (column: Column) => [column.name, column.type ?? "", kind, column.comment ?? ""];
    return [
      `${found.database}.${found.name}, version ${found.version}${location === undefined ? "" : `, at ${location}`}`,
      ...table(
        ["column", "type", "", "comment"],
        [...columns.map(row("")), ...partitionKeys.map(row("partition key"))],
      ),
      found.streams.length === 0 ? "No stream takes its columns from it." : `Streams: ${found.streams.join(", ")}`,
    ];
  });
}
