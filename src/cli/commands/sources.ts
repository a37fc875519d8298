import type { Command } from "commander";
import type { SourceStatus } from "../../sources/sources.ts";
import type { CliContext } from "../cli-context.ts";
import type { CliCommand } from "../command.ts";
import { connectionOf } from "../connection.ts";
import { print, table } from "../output.ts";

export const sourcesCommand: CliCommand = {
  name: "sources",
  add: (program, context) => {
    const sources = program
      .command("sources")
      .description("what streams are fed from, beside what producers put there");
    sources
      .command("list")
      .description("all sources: how they stand, what they have read")
      .action((_: object, command: Command) => list(command, context));
    sources
      .command("show")
      .description("one source: its counters, its measures, and why it waits")
      .argument("<source>")
      .action((name: string, _: object, command: Command) => show(name, command, context));
  },
};

async function list(command: Command, context: CliContext): Promise<void> {
  const connection = connectionOf(command, context);
  const { sources } = (await connection.admin("GET", "/api/sources").finally(() => connection.close())) as unknown as {
    sources: readonly SourceStatus[];
  };
  print(context, command, sources, (all) =>
    all.length === 0
      ? ["There are no sources yet. Declare some in the sources: section of the configuration."]
      : table(
          ["source", "kind", "stream", "state", "records", "bytes", "again", ""],
          all.map(({ name, kind, stream, state, records, bytes, duplicates, failure }) => [
            name,
            kind,
            stream,
            state,
            records,
            bytes,
            duplicates,
            state === "waiting" || state === "starting" ? (failure?.message.split("\n")[0] ?? "") : "",
          ]),
        ),
  );
}

async function show(name: string, command: Command, context: CliContext): Promise<void> {
  const connection = connectionOf(command, context);
  const source = (await connection
    .admin("GET", `/api/sources/${encodeURIComponent(name)}`)
    .finally(() => connection.close())) as unknown as SourceStatus;
  print(context, command, source, lines);
}

function lines({ counters, measures, failure, warning, ...status }: SourceStatus): string[] {
  const { name, kind, upstream, stream, state, since, records, bytes, duplicates } = status;
  return [
    `${name} (${kind}) reads ${upstream} into ${stream}: ${state} since ${new Date(since).toISOString()}`,
    `${records.toLocaleString("en-US")} records, ${bytes.toLocaleString("en-US")} bytes, handed over again and not stored twice: ${duplicates.toLocaleString("en-US")}`,
    ...(failure === undefined
      ? []
      : [`${failure.failures} failures in a row; the last: ${failure.code}: ${failure.message}`]),
    ...(warning === undefined ? [] : [`Warning: ${warning.code}: ${warning.message}`]),
    ...table(
      ["", ""],
      Object.entries({ ...counters, ...measures }).map(([key, value]) => [key, value]),
    ).slice(1),
  ];
}
