import type { Command } from "commander";
import { isObject } from "../../api/firehose/normalise.ts";
import { reasonOf } from "../../model/errors.ts";
import type { CliContext } from "../cli-context.ts";
import { CliError } from "../cli-error.ts";
import { CallError, type Connection, connectionOf } from "../connection.ts";
import { openInput } from "../open-input.ts";
import { print, table } from "../output.ts";
import { configurationText } from "./configuration-text.ts";
import { type Difference, differencesOf } from "./differences.ts";
import { importFile } from "./import-file.ts";
import { type Imported, type ImportedStream, type ImportedTable, type ImportNote, shownValue } from "./imported.ts";

interface ImportFlags {
  readonly parameter: Readonly<Record<string, string>>;
  readonly dryRun?: boolean;
  readonly yaml?: boolean;
}

/** What became of one stream or table; in a dry run, what would. `differs`: it is there and was left as it is. */
interface ImportResult {
  readonly name: string;
  readonly origin: string;
  readonly result: "created" | "same" | "differs" | "exists" | "refused";
  readonly reason?: string;
  readonly differences?: readonly Difference[];
}

interface ImportReport {
  readonly dryRun: boolean;
  readonly streams: readonly ImportResult[];
  readonly tables: readonly ImportResult[];
  readonly notes: readonly ImportNote[];
}

export function addImport(streams: Command, context: CliContext): void {
  streams
    .command("import")
    .description("create the streams of a template: CloudFormation, CDK, Terraform, or a description from AWS")
    .argument(
      "<file>",
      'template in YAML or JSON, "terraform show -json", or describe-delivery-stream; "-" for standard input',
    )
    .option("--parameter <name=value>", "parameter of the template, pseudo parameter, export; repeatable", addPair, {})
    .option("--dry-run", "make nothing; show what would be created and how it differs from what exists")
    .option("--yaml", "print configuration instead; no server is asked")
    .addHelpText(
      "after",
      "\nExample: lakehose streams import stack.yaml --parameter Stage=prod --parameter AWS::Region=eu-west-1",
    )
    .action((file: string, flags: ImportFlags, command: Command) => run(file, flags, command, context));
}

function addPair(pair: string, before: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const at = pair.indexOf("=");
  if (at < 1) throw new CliError(`--parameter: expected NAME=VALUE, got ${pair}`);
  return { ...before, [pair.slice(0, at)]: pair.slice(at + 1) };
}

async function run(file: string, flags: ImportFlags, command: Command, context: CliContext): Promise<void> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of openInput(file, context.stdin)) chunks.push(chunk);
  const imported = importFile(Buffer.concat(chunks).toString("utf8"), file, flags.parameter);
  if (flags.yaml === true) {
    context.stdout.write(configurationText(imported, file));
    return;
  }
  const connection = connectionOf(command, context);
  const report = await importInto(connection, imported, flags.dryRun === true).finally(() => connection.close());
  print(context, command, report, reportLines);
  const refused = [...report.tables, ...report.streams].filter(({ result }) => result === "refused");
  if (refused.length > 0) throw new CliError(`${refused.length} of ${file} could not be created; the rest was`);
  if (report.streams.length === 0) throw new CliError(`${file} has no delivery stream that can be carried over`);
}

/** Tables first: a stream that writes by one is refused where it is not there. */
async function importInto(connection: Connection, imported: Imported, dryRun: boolean): Promise<ImportReport> {
  const tables: ImportResult[] = [];
  for (const one of imported.tables) tables.push(await importTable(connection, one, dryRun));
  const streams: ImportResult[] = [];
  for (const one of imported.streams) streams.push(await importStream(connection, one, dryRun));
  return { dryRun, streams, tables, notes: imported.notes };
}

async function importStream(
  connection: Connection,
  { request, origin }: ImportedStream,
  dryRun: boolean,
): Promise<ImportResult> {
  const name = request.DeliveryStreamName;
  const described = await unlessAbsent(
    connection.aws("firehose", "Firehose_20150804.DescribeDeliveryStream", { DeliveryStreamName: name }),
  );
  const here = isObject(described) ? described.DeliveryStreamDescription : undefined;
  if (isObject(here)) {
    const differences = differencesOf(here, request);
    return { name, origin, result: differences.length === 0 ? "same" : "differs", differences };
  }
  return createdOrRefused({ name, origin }, dryRun, () =>
    connection.aws("firehose", "Firehose_20150804.CreateDeliveryStream", request),
  );
}

async function importTable(
  connection: Connection,
  { database, input, origin }: ImportedTable,
  dryRun: boolean,
): Promise<ImportResult> {
  const name = `${database}.${input.Name}`;
  const found = await unlessAbsent(
    connection.aws("glue", "AWSGlue.GetTable", { DatabaseName: database, Name: input.Name }),
  );
  if (found !== undefined) return { name, origin, result: "exists" };
  return createdOrRefused({ name, origin }, dryRun, async () => {
    await unlessThere(connection.aws("glue", "AWSGlue.CreateDatabase", { DatabaseInput: { Name: database } }));
    await connection.aws("glue", "AWSGlue.CreateTable", { DatabaseName: database, TableInput: input });
  });
}

async function createdOrRefused(
  one: { readonly name: string; readonly origin: string },
  dryRun: boolean,
  create: () => Promise<unknown>,
): Promise<ImportResult> {
  if (dryRun) return { ...one, result: "created" };
  try {
    await create();
    return { ...one, result: "created" };
  } catch (error) {
    if (error instanceof CallError) return { ...one, result: "refused", reason: reasonOf(error) };
    throw error;
  }
}

function unlessAbsent<T>(call: Promise<T>): Promise<T | undefined> {
  return unless(["ResourceNotFoundException", "EntityNotFoundException"], call);
}

function unlessThere<T>(call: Promise<T>): Promise<T | undefined> {
  return unless(["AlreadyExistsException"], call);
}

async function unless<T>(codes: readonly string[], call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof CallError && codes.includes(error.awsCode)) return undefined;
    throw error;
  }
}

function reportLines({ dryRun, streams, tables, notes }: ImportReport): readonly string[] {
  const lines = [
    ...tables.map((one) => resultLine(`table ${one.name}`, one, dryRun)),
    ...streams.flatMap((one) => [
      resultLine(one.name, one, dryRun),
      ...(one.differences ?? []).map(({ path, here, file }) => {
        return `    ${path}: ${here === undefined ? "nothing" : shownValue(here)} here, ${file === undefined ? "nothing" : shownValue(file)} in the file`;
      }),
    ]),
  ];
  if (notes.length === 0) return lines;
  return [
    ...lines,
    "",
    ...table(
      ["", "where", "what"],
      notes.map(({ kind, at, message }) => [kind, at, message]),
    ),
  ];
}

const SIGNS = { created: "+", same: "=", differs: "~", exists: "=", refused: "!" } as const;

const RESULTS = {
  created: "created",
  same: "is there, and the same",
  differs: "is there and differs; it was left as it is",
  exists: "is there; it was left as it is",
  refused: "was refused",
} as const;

function resultLine(name: string, { result, origin, reason }: ImportResult, dryRun: boolean): string {
  const what = dryRun && result === "created" ? "would be created" : RESULTS[result];
  return `${SIGNS[result]} ${name} (${origin}) ${what}${reason === undefined ? "" : `: ${reason}`}`;
}
