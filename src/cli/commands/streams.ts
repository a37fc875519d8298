import { readFileSync } from "node:fs";
import {
  CreateDeliveryStreamCommand,
  type CreateDeliveryStreamCommandInput,
  DeleteDeliveryStreamCommand,
  DescribeDeliveryStreamCommand,
  type FirehoseClient,
  ListDeliveryStreamsCommand,
} from "@aws-sdk/client-firehose";
import type { Command } from "commander";
import { dryRun } from "../../server/dry-run.ts";
import { openServer } from "../../server/open-server.ts";
import { type Clock, systemClock } from "../../std/clock.ts";
import type { JsonObject } from "../../std/json.ts";
import { readLines } from "../../std/read-lines.ts";
import { yaml } from "../../std/yaml.ts";
import type { CliContext } from "../cli-context.ts";
import { CliError } from "../cli-error.ts";
import type { CliCommand } from "../command.ts";
import { type Connection, connectionOf } from "../connection.ts";
import { dryRunLines } from "../dry-run-lines.ts";
import { flushStream } from "../flush-stream.ts";
import { addImport } from "../import/import-command.ts";
import { openInput } from "../open-input.ts";
import { print, table } from "../output.ts";

interface CreateFlags {
  readonly file: string;
  readonly dryRun?: boolean;
  readonly records?: string;
}

export const streamsCommand: CliCommand = {
  name: "streams",
  add: (program, context) => {
    const streams = program
      .command("streams")
      .description("list, describe, create, import, delete and flush delivery streams");
    const within = (command: Command, work: (connection: Connection) => Promise<void>) => {
      const connection = connectionOf(command, context);
      return work(connection).finally(() => connection.close());
    };
    streams
      .command("list")
      .description("names, states and versions")
      .action((_: object, command: Command) => within(command, (connection) => list(connection, command, context)));
    streams
      .command("describe")
      .description("the whole description, as AWS gives it")
      .argument("<stream>")
      .action((name: string, _: object, command: Command) =>
        within(command, (connection) => describe(connection, name, command, context)),
      );
    streams
      .command("create")
      .description("create a stream from a CreateDeliveryStream request")
      .requiredOption("--file <file>", 'request as JSON or YAML, with or without a "lakehose:" section')
      .option("--dry-run", "make nothing; show the keys, prefixes and rejects that records would end in")
      .option("--records <file>", 'records for the dry run, one a line; "-" for standard input')
      .action((flags: CreateFlags, command: Command) =>
        flags.dryRun === true
          ? tryOut(flags, command, context)
          : within(command, (connection) => create(connection, flags.file, command, context)),
      );
    addImport(streams, context);
    streams
      .command("delete")
      .description("deliver what is left, then remove the stream")
      .argument("<stream>")
      .option("--force", "remove it even if records are left undelivered")
      .action((name: string, flags: { force?: boolean }, command: Command) =>
        within(command, (connection) => remove(connection, name, flags.force === true, command, context)),
      );
    streams
      .command("flush")
      .description("deliver everything accepted so far now; returns when it has landed")
      .argument("<stream>")
      .action((name: string, _: object, command: Command) =>
        within(command, (connection) => flush(connection, name, command, context)),
      );
  },
};

async function list(connection: Connection, command: Command, context: CliContext): Promise<void> {
  const rows = [];
  for (const name of await listNames(connection.firehose)) {
    const { DeliveryStreamDescription: found } = await connection.firehose.send(
      new DescribeDeliveryStreamCommand({ DeliveryStreamName: name }),
    );
    rows.push({
      name,
      status: found?.DeliveryStreamStatus ?? "",
      type: found?.DeliveryStreamType ?? "",
      version: found?.VersionId ?? "",
      created: found?.CreateTimestamp?.toISOString() ?? "",
    });
  }
  print(context, command, rows, (all) =>
    all.length === 0
      ? ["There are no streams yet. Make one with: lakehose streams create --file stream.yaml"]
      : table(
          ["name", "status", "type", "version", "created"],
          all.map((row) => Object.values(row)),
        ),
  );
}

async function listNames(firehose: FirehoseClient): Promise<readonly string[]> {
  const names: string[] = [];
  for (;;) {
    const after = names.at(-1);
    const page = await firehose.send(
      new ListDeliveryStreamsCommand({
        Limit: 100,
        ...(after !== undefined && { ExclusiveStartDeliveryStreamName: after }),
      }),
    );
    names.push(...(page.DeliveryStreamNames ?? []));
    if (page.HasMoreDeliveryStreams !== true || page.DeliveryStreamNames?.length === 0) return names;
  }
}

async function describe(connection: Connection, name: string, command: Command, context: CliContext): Promise<void> {
  const { DeliveryStreamDescription } = await connection.firehose.send(
    new DescribeDeliveryStreamCommand({ DeliveryStreamName: name }),
  );
  print(context, command, DeliveryStreamDescription ?? null, (value) => [JSON.stringify(value, null, 2)]);
}

async function create(connection: Connection, file: string, command: Command, context: CliContext): Promise<void> {
  const { lakehose, ...request } = readRequest(file);
  const name = request.DeliveryStreamName ?? "";
  const { DeliveryStreamARN } = await connection.firehose.send(new CreateDeliveryStreamCommand(request));
  const status = await waitForStatus(connection.firehose, name, systemClock, context.signal);
  if (lakehose !== undefined && status === "ACTIVE") {
    await connection.admin("PUT", `/api/streams/${encodeURIComponent(name)}/extensions`, lakehose);
  }
  print(context, command, { name, arn: DeliveryStreamARN, status }, (made) => [`${made.name} is ${made.status}.`]);
  if (status !== "ACTIVE") throw new CliError(`${name} could not be created: see "lakehose streams describe ${name}"`);
}

const SAMPLE_RECORD = '{"sample":true}\n';

async function tryOut(flags: CreateFlags, command: Command, context: CliContext): Promise<void> {
  const records: Buffer[] = [];
  if (flags.records === undefined) records.push(Buffer.from(SAMPLE_RECORD));
  else for await (const line of readLines(openInput(flags.records, context.stdin))) records.push(line);
  const request: JsonObject = JSON.parse(JSON.stringify(readRequest(flags.file)));
  const result = await dryRun(openServer, request, records);
  print(context, command, result, dryRunLines);
}

type StreamRequest = CreateDeliveryStreamCommandInput & { readonly lakehose?: Record<string, string | number> };

/** JSON is YAML, so one parser reads both; a file that holds a `streams:` list of one is taken too. */
function readRequest(file: string): StreamRequest {
  const document = yaml().parseDocument(readFile(file));
  const [broken] = document.errors;
  if (broken !== undefined) throw new CliError(`${file}: ${broken.message}`);
  const request = document.toJS() as StreamRequest | null;
  if (typeof request?.DeliveryStreamName === "string") return request;
  throw new CliError(`${file}: expected a CreateDeliveryStream request with a DeliveryStreamName`);
}

function readFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new CliError(`Cannot read ${file}: ${(error as Error).message}`, { cause: error });
  }
}

/** CREATING lasts well under a second here; AWS's own tools ask in the same way. */
const STATUS_POLL_MS = 50;

export async function waitForStatus(
  firehose: FirehoseClient,
  name: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<string> {
  for (;;) {
    const { DeliveryStreamDescription: found } = await firehose.send(
      new DescribeDeliveryStreamCommand({ DeliveryStreamName: name }),
    );
    const status = found?.DeliveryStreamStatus ?? "UNKNOWN";
    if (status !== "CREATING") return status;
    await clock.sleep(STATUS_POLL_MS, signal);
  }
}

async function remove(
  connection: Connection,
  name: string,
  force: boolean,
  command: Command,
  context: CliContext,
): Promise<void> {
  await connection.firehose.send(
    new DeleteDeliveryStreamCommand({ DeliveryStreamName: name, AllowForceDelete: force }),
  );
  print(context, command, { name, deleting: true, force }, () => [
    force ? `${name} is gone.` : `${name} delivers what is left and is then removed.`,
  ]);
}

async function flush(connection: Connection, name: string, command: Command, context: CliContext): Promise<void> {
  await flushStream(connection, name, context.signal);
  print(context, command, { name, flushed: true }, () => [`Everything that ${name} had accepted has landed.`]);
}
