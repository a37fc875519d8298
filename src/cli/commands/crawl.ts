import type { Command } from "commander";
import type { JsonObject } from "../../std/json.ts";
import type { CliContext } from "../cli-context.ts";
import { CliError } from "../cli-error.ts";
import type { CliCommand } from "../command.ts";
import { connectionOf } from "../connection.ts";
import { print, table } from "../output.ts";
import { watchJob } from "../watch-job.ts";

interface CrawlFlags {
  readonly database: string;
  readonly tablePrefix?: string;
  readonly oneTable?: boolean;
  readonly csvHeader?: string;
  readonly update?: string;
  readonly delete?: string;
  readonly detach?: boolean;
}

interface CrawledTable {
  readonly database: string;
  readonly name: string;
  readonly change: string;
  readonly format: string;
  readonly compression: string;
  readonly columns: number;
  readonly partitions: Readonly<Record<string, number>>;
  readonly warnings: readonly string[];
}

/** What is read here of a crawl; all of it is printed with `--json`. */
interface Crawl {
  readonly id: string;
  readonly state: string;
  readonly failure?: string;
  readonly progress: { readonly listed: number; readonly chosen: number; readonly sampled: number };
  readonly report?: {
    readonly tables: readonly CrawledTable[];
    readonly objects: { readonly listed: number; readonly sampled: number; readonly broken: number };
    readonly broken: readonly { readonly key: string; readonly reason: string }[];
    readonly incomplete: readonly string[];
    readonly warnings: readonly string[];
  };
}

export const crawlCommand: CliCommand = {
  name: "crawl",
  add: (program, context) => {
    program
      .command("crawl")
      .description("make tables of files that somebody else wrote, or bring them up to date")
      .argument("<location...>", "such as s3://bucket/folder/")
      .requiredOption("--database <name>", "where the tables go; made when it is not there")
      .option("--table-prefix <prefix>", "before the name of each table")
      .option("--one-table", "each location is one table, whatever is below")
      .option("--csv-header <rule>", "detect, present or absent: whether first lines have the names of the columns")
      .option("--update <policy>", "tables that have changed: update or log")
      .option("--delete <policy>", "tables and partitions without files: deprecate, log or delete")
      .option("--detach", "return once the crawl has begun")
      .action((locations: string[], flags: CrawlFlags, command: Command) => run(locations, flags, command, context));
  },
};

async function run(
  locations: readonly string[],
  { detach, oneTable, database, tablePrefix, csvHeader, update, delete: remove }: CrawlFlags,
  command: Command,
  context: CliContext,
): Promise<void> {
  const grouping = oneTable === true ? "location" : undefined;
  // Through JSON: options that nobody gave are gone.
  const body: JsonObject = JSON.parse(
    JSON.stringify({ locations, database, tablePrefix, grouping, csvHeader, update, delete: remove }),
  );
  const connection = connectionOf(command, context);
  try {
    const started = (await connection.admin("POST", "/api/crawls", body)) as unknown as Crawl;
    if (detach === true) return print(context, command, started, ({ id }) => [`Crawl ${id} has begun.`]);
    const crawl = await watchJob<Crawl>(context, {
      label: `crawl ${started.id}`,
      unit: "objects",
      read: async () => (await connection.admin("GET", `/api/crawls/${started.id}`)) as unknown as Crawl,
      progress: ({ progress }) => ({ total: progress.chosen, done: progress.sampled }),
    });
    print(context, command, crawl, lines);
    if (crawl.state !== "done")
      throw new CliError(`The crawl is ${crawl.state}: ${crawl.failure ?? "no reason is known"}`);
  } finally {
    connection.close();
  }
}

/** Warnings of one table that are shown to people; `--json` has all. */
const WARNINGS_SHOWN_MAX = 10;

function lines({ report }: Crawl): readonly string[] {
  if (report === undefined) return [];
  const { objects, tables, broken, incomplete, warnings } = report;
  const rows = tables.map(({ database, name, change, format, compression, columns, partitions }) => {
    return [`${database}.${name}`, change, format, compression, columns, partitionsText(partitions)];
  });
  return [
    ...(rows.length === 0 ? [] : table(["table", "", "format", "compression", "columns", "partitions"], rows)),
    `${objects.listed} objects were listed, ${objects.sampled} looked at, ${objects.broken} broken.`,
    ...broken.map(({ key, reason }) => `  ${key}: ${reason}`),
    ...incomplete.map((reason) => `It is not all: ${reason}`),
    ...warnings.map((warning) => `Warning: ${warning}`),
    ...tables.flatMap(({ name, warnings: own }) => {
      const more = own.length - WARNINGS_SHOWN_MAX;
      const shown = own.slice(0, WARNINGS_SHOWN_MAX).map((warning) => `Warning: ${name}: ${warning}`);
      return more > 0 ? [...shown, `Warning: ${name}: ${more} more, see --json`] : shown;
    }),
  ];
}

function partitionsText(partitions: Readonly<Record<string, number>>): string {
  const counts = Object.entries(partitions).filter(([, count]) => count > 0);
  return counts.map(([what, count]) => `${count} ${what}`).join(", ");
}
