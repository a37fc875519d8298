import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Command } from "commander";
import { reasonOf } from "../../model/errors.ts";
import { parseAgentConfiguration } from "../../sources/files/agent-configuration.ts";
import { CheckpointFile } from "../../sources/files/checkpoint-file.ts";
import type { FileFlow } from "../../sources/files/file-flow.ts";
import type { FileEvent } from "../../sources/files/file-sink.ts";
import { systemClock } from "../../std/clock.ts";
import { systemRandom } from "../../std/random.ts";
import { type FlowStatus, runAgent } from "../agent/run-agent.ts";
import type { CliContext } from "../cli-context.ts";
import { CliError } from "../cli-error.ts";
import type { CliCommand } from "../command.ts";
import { connectionOf } from "../connection.ts";
import { bytesText, print, table } from "../output.ts";

interface AgentFlags {
  readonly config: string;
  readonly stream?: string;
  readonly checkpoints?: string;
}

export const agentCommand: CliCommand = {
  name: "agent",
  add: (program, context) => {
    program
      .command("agent")
      .description("follow growing files and send their lines, with the configuration of the Kinesis Agent")
      .option("--config <file>", "the agent.json", "/etc/aws-kinesis/agent.json")
      .option("--stream <name>", "send all flows to this stream")
      .option(
        "--checkpoints <file>",
        "where it keeps how far it has come; default: checkpointFile, or beside agent.json",
      )
      .addHelpText("after", "\nExample: lakehose agent --config agent.json --endpoint http://127.0.0.1:4573")
      .action((flags: AgentFlags, command: Command) => agent(flags, command, context));
  },
};

async function agent(flags: AgentFlags, command: Command, context: CliContext): Promise<void> {
  const path = resolve(flags.config);
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw new CliError(`Cannot read the agent's configuration: ${reasonOf(error)}`, { cause: error });
  });
  const configuration = parseAgentConfiguration(text, { folder: dirname(path), stream: flags.stream });
  for (const note of configuration.notes) context.stderr.write(`${note}\n`);
  const checkpointPath = flags.checkpoints ?? configuration.checkpointFile ?? `${path}.checkpoints`;
  const checkpoints = new CheckpointFile(resolve(dirname(path), checkpointPath));
  const { endpoint, credentials } = configuration;
  const connection = connectionOf(command, context, { endpoint, credentials });
  try {
    const flows = await runAgent({
      configuration,
      connection,
      checkpoints,
      clock: systemClock,
      random: systemRandom,
      signal: context.signal,
      observe: (flow, event) => tell(context, flow, event),
      report: (statuses) => showStatus(context, statuses),
    });
    if (context.stderr.isTTY === true) context.stderr.write("\n");
    print(context, command, { endpoint: connection.endpoint, flows }, ({ flows: shown }) =>
      table(
        ["files", "stream", "records", "bytes", "left"],
        shown.map(({ filePattern, stream, records, bytes, lagBytes }) => {
          return [filePattern, stream, records, bytesText(bytes), bytesText(lagBytes)];
        }),
      ),
    );
  } finally {
    connection.close();
    await checkpoints.close();
  }
}

/** One line that is written over, for people who watch. */
function showStatus({ stderr }: CliContext, flows: readonly FlowStatus[]): void {
  if (stderr.isTTY !== true) return;
  const sum = (of: (flow: FlowStatus) => number) => flows.reduce((total, flow) => total + of(flow), 0);
  const count = (value: number) => value.toLocaleString("en-US");
  const sent = `${count(sum(({ records }) => records))} records (${bytesText(sum(({ bytes }) => bytes))}) sent`;
  stderr.write(
    `\r\u001b[2K${count(sum(({ files }) => files))} files  ${sent}  ${bytesText(sum(({ lagBytes }) => lagBytes))} left`,
  );
}

function tell({ stderr }: CliContext, { stream }: FileFlow, event: FileEvent): void {
  const text = eventText(event);
  if (text !== undefined) stderr.write(`${stderr.isTTY === true ? "\r\u001b[2K" : ""}${stream}: ${text}\n`);
}

/** What is told; files that go as they should are not. */
function eventText(event: FileEvent): string | undefined {
  switch (event.kind) {
    case "file-found":
      return `${event.path} is followed from byte ${event.offset}.`;
    case "file-truncated":
      return `${event.path} was emptied after ${event.offset} bytes; ${event.copy === undefined ? "no copy of it was found" : `${event.copy} is its copy`}.`;
    case "file-unreadable":
      return `${event.path} cannot be read: ${event.reason}`;
    case "range-lost":
      return `Bytes ${event.from} to ${event.to} of ${event.path} are gone; whether they were accepted is not known.`;
    case "records-cut":
      return `${event.records} records of ${event.path} were longer than a record may be, and were cut.`;
    case "records-left-out":
      return `${event.records} records of ${event.path} did not fit their conversion, and were left out.`;
    case "append-refused":
      return `${event.path} waits ${Math.round(event.waitMs)} ms: ${event.reason}`;
    default:
      return undefined;
  }
}
