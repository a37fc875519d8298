import { isUtf8 } from "node:buffer";
import type { Command } from "commander";
import { FunctionHost } from "../../functions/function-host.ts";
import { listFunctions } from "../../functions/list-functions.ts";
import { partitionKeysOf, triedRows } from "../../processors/lambda/tried-rows.ts";
import { type TriedRecord, tryFunction } from "../../processors/lambda/try-function.ts";
import type { Outcome } from "../../processors/processor.ts";
import {
  type Configuration,
  type ConfigurationFlags,
  loadConfiguration,
} from "../../server/configuration/load-configuration.ts";
import { dataFolder } from "../../server/data-folder.ts";
import { handlerEnvironment } from "../../server/hosted-functions.ts";
import { systemClock } from "../../std/clock.ts";
import { systemRandom } from "../../std/random.ts";
import { readLines } from "../../std/read-lines.ts";
import type { EventCatalogue } from "../../telemetry/events.ts";
import type { Telemetry } from "../../telemetry/telemetry.ts";
import type { CliContext } from "../cli-context.ts";
import { CliError } from "../cli-error.ts";
import type { CliCommand } from "../command.ts";
import { openInput } from "../open-input.ts";
import { print, table, wantsJson } from "../output.ts";

interface InvokeFlags extends ConfigurationFlags {
  readonly file: string;
  readonly newline: boolean;
  readonly fanOut?: boolean;
}

type Output = EventCatalogue["function.outputWritten"];

const CONFIG_OPTION = ["--config <file>", "configuration file, YAML (LAKEHOSE_CONFIG)"] as const;
const DATA_OPTION = ["--data <folder>", "data folder (LAKEHOSE_DATA; default lakehose-data)"] as const;

/** Works on the configuration and the data folder themselves: no server has to run, and one that does is not asked. */
export const functionsCommand: CliCommand = {
  name: "functions",
  add: (program, context) => {
    const functions = program.command("functions").description("try and list functions that transform records");
    functions
      .command("list")
      .description("what can be called, and where it runs")
      .option(...CONFIG_OPTION)
      .option(...DATA_OPTION)
      .action((flags: ConfigurationFlags, command: Command) => list(flags, command, context));
    functions
      .command("invoke")
      .description("call a function with records, one a line, as a stream would")
      .argument("<name>", "name or ARN of the function")
      .option("--file <file>", 'file with the records; "-" for standard input', "-")
      .option("--no-newline", "send lines without their line feed")
      .option("--fan-out", "one record may become many")
      .option(...CONFIG_OPTION)
      .option(...DATA_OPTION)
      .addHelpText("after", "\nExample: lakehose functions invoke enrich --file events.ndjson")
      .action((name: string, flags: InvokeFlags, command: Command) => invoke(name, flags, command, context));
  },
};

async function list(flags: ConfigurationFlags, command: Command, context: CliContext): Promise<void> {
  const configuration = loadConfiguration(flags, context.environment);
  const directory = dataFolder(configuration.data).functions;
  const found = await listFunctions(directory, configuration.functions);
  print(context, command, found, (all) => {
    if (all.length === 0) return [`No functions: the configuration names none, and ${directory} holds none.`];
    const rows = all.map(({ name, target, where, runtime, handler, problem }) => {
      return [name, target, runtime ?? "", handler ?? "", problem ?? where];
    });
    return table(["name", "target", "runtime", "handler", "where"], rows);
  });
}

async function invoke(name: string, flags: InvokeFlags, command: Command, context: CliContext): Promise<void> {
  const configuration = loadConfiguration(flags, context.environment);
  const output: Output[] = [];
  const json = wantsJson(command);
  const show = (line: Output) => {
    if (json) output.push(line);
    else context.stderr.write(`${name} ${line.channel}| ${line.line}\n`);
  };
  const functions = hostOf(configuration, context, outputTelemetry(show));
  const from = systemClock.monotonic();
  const tried: TriedRecord[] = [];
  try {
    const { accountId } = configuration;
    const arn = `arn:aws:firehose:us-east-1:${accountId}:deliverystream/functions-invoke`;
    const results = tryFunction(linesOf(openInput(flags.file, context.stdin), flags.newline), {
      functions,
      functionArn: name,
      stream: { uid: "functions-invoke", name: "functions-invoke", arn, region: "us-east-1" },
      fanOut: flags.fanOut === true,
      clock: systemClock,
      random: systemRandom,
      signal: context.signal,
    });
    for await (const records of results) {
      tried.push(...records);
      if (!json) for (const record of records) context.stdout.write(`${resultLines(record).join("\n")}\n`);
    }
  } finally {
    // What is left of the output comes with the end of the processes.
    await functions.close();
  }
  const summary = { function: name, ...countsOf(tried), durationMs: Math.round(systemClock.monotonic() - from) };
  if (json) {
    const lines = output.map(({ invocationId, channel, line }) => ({ invocationId, channel, line }));
    print(context, command, { ...summary, results: tried.flatMap(triedRows), output: lines }, () => []);
  } else {
    const { records, kept, dropped, rejected, durationMs } = summary;
    context.stdout.write(
      `${records} records: ${kept} kept, ${dropped} dropped, ${rejected} rejected; ${durationMs} ms\n`,
    );
  }
  if (summary.rejected > 0) {
    throw new CliError(`${summary.rejected} of ${summary.records} records would go to the error output`);
  }
}

function hostOf(configuration: Configuration, context: CliContext, telemetry: Telemetry): FunctionHost {
  const { host, port, tls, accessKeys, accountId, functions, data } = configuration;
  const { environment } = context;
  const [key] = accessKeys;
  const url = environment.LAKEHOSE_ENDPOINT ?? `${tls === undefined ? "http" : "https"}://${host}:${port}`;
  const credentials = {
    AWS_ACCESS_KEY_ID: key?.accessKeyId ?? environment.AWS_ACCESS_KEY_ID ?? "lakehose",
    AWS_SECRET_ACCESS_KEY: key?.secretAccessKey ?? environment.AWS_SECRET_ACCESS_KEY ?? "lakehose",
  };
  return new FunctionHost({
    directory: dataFolder(data).functions,
    targets: functions,
    region: "us-east-1",
    accountId,
    environment: () => handlerEnvironment({ url, credentials }),
    clock: systemClock,
    random: systemRandom,
    telemetry,
  });
}

/** Of all events, what the function prints. */
function outputTelemetry(show: (line: Output) => void): Telemetry {
  return {
    emit: (event, fields) => {
      if (event === "function.outputWritten") show(fields as Output);
    },
  };
}

async function* linesOf(input: AsyncIterable<Uint8Array>, newline: boolean): AsyncGenerator<Buffer> {
  for await (const line of readLines(input)) {
    const end = line.at(-1) === 10 ? line.length - 1 : line.length;
    if (end > 0) yield newline ? line : line.subarray(0, end);
  }
}

function countsOf(tried: readonly TriedRecord[]) {
  const outcomes = tried.flatMap((record) => record.outcomes);
  const count = (result: Outcome["result"]) => outcomes.filter((outcome) => outcome.result === result).length;
  return { records: tried.length, kept: count("kept"), dropped: count("dropped"), rejected: count("rejected") };
}

function resultLines({ record, outcomes }: TriedRecord): readonly string[] {
  return outcomes.map((outcome) => {
    if (outcome.result === "dropped") return `${record} dropped`;
    if (outcome.result === "rejected") return `${record} rejected ${outcome.code}: ${outcome.message}`;
    const keys = Object.entries(partitionKeysOf(outcome) ?? {}).map(([name, value]) => ` ${name}=${value}`);
    return `${record} kept${keys.join("")} ${shown(outcome.bytes)}`;
  });
}

function shown(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString().trimEnd() : `base64:${bytes.toString("base64")}`;
}
