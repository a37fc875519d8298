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

interface ListedPartitions {
  readonly keys: readonly Column[];
  /** All that the filter keeps, also those beyond the limit. */
  readonly total: number;
  readonly partitions: readonly {
    readonly values: readonly string[];
    readonly location?: string;
    readonly createdAt: number;
  }[];
}

export const tablesCommand: CliCommand = {
  name: "tables",
  add: (program, context) => {
    const tables = program
      .command("tables")
      .description("list and describe the tables of the catalog and their partitions");
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
    tables
      .command("partitions")
      .description("partitions of a table, by their values in order")
      .argument("<database.table>")
      .option("--filter <expression>", "only those that it keeps, such as: year = 2024 and month in ('01', '02')")
      .option("--limit <count>", "at most so many", "1000")
      .action((name: string, options: PartitionOptions, command: Command) =>
        within(command, (connection) => partitions(connection, name, options, command, context)),
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
  const described = (await connection.admin("GET", pathOf(name))) as unknown as DescribedTable;
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

interface PartitionOptions {
  readonly filter?: string;
  readonly limit: string;
}

async function partitions(
  connection: Connection,
  name: string,
  { filter = "", limit }: PartitionOptions,
  command: Command,
  context: CliContext,
): Promise<void> {
  const path = `${pathOf(name)}/partitions?${new URLSearchParams({ filter, limit })}`;
  const listed = (await connection.admin("GET", path)) as unknown as ListedPartitions;
  print(context, command, listed, ({ keys, total, partitions: shown }) => {
    if (total === 0) return [filter === "" ? "It has no partitions." : "No partition fits the filter."];
    const rows = shown.map(({ values, location = "", createdAt }) => [
      ...values,
      location,
      new Date(createdAt).toISOString(),
    ]);
    const rest = total > shown.length ? [`… and ${total - shown.length} more: raise --limit, or give a --filter`] : [];
    return [...table([...keys.map((key) => key.name), "location", "created"], rows), ...rest];
  });
}

function pathOf(name: string): string {
  if (name.includes(".")) return `/api/tables/${encodeURIComponent(name)}`;
  throw new CliError(`Expected a database and a table such as sales.orders, got ${name}`);
}
