import { join } from "node:path";
import type { Command } from "commander";
import { type InspectedFrame, type InspectedItem, inspectLog } from "../../log/embedded/inspect.ts";
import { nodeDisk } from "../../std/node-disk.ts";
import { StreamRegistry } from "../../streams/registry.ts";
import type { CliContext } from "../cli-context.ts";
import { CliError } from "../cli-error.ts";
import type { CliCommand } from "../command.ts";
import { bytesText, wantsJson } from "../output.ts";

interface InspectFlags {
  readonly data?: string;
  readonly frames?: boolean;
}

export const logCommand: CliCommand = {
  name: "log",
  add: (program, context) => {
    const log = program.command("log").description("look at log files");
    log
      .command("inspect")
      .description("walk the segments of a stream's log and check every frame; changes nothing")
      .argument("<stream>", "name of the stream, or the folder of a log")
      .option("--data <folder>", "data folder (LAKEHOSE_DATA; default lakehose-data)")
      .option("--frames", "show each frame")
      .action((stream: string, flags: InspectFlags, command: Command) => inspect(stream, flags, command, context));
  },
};

/** Ends with an error when acknowledged bytes are damaged, so that scripts notice. */
async function inspect(stream: string, flags: InspectFlags, command: Command, context: CliContext): Promise<void> {
  const directory = await logDirectory(stream, flags, context);
  let frames: InspectedFrame[] = [];
  let damaged = 0;
  const show = (text: string) => context.stdout.write(`${text}\n`);
  const showFrames = () => {
    if (frames.length > 0) show(summaryOf(frames));
    frames = [];
  };
  for await (const item of inspectLog(nodeDisk, directory)) {
    if (item.type === "fault" && item.state === "damaged") damaged++;
    if (wantsJson(command)) show(JSON.stringify(item, textOfBigInt));
    else if (item.type === "frame" && flags.frames !== true) frames.push(item);
    else {
      showFrames();
      show(lineOf(item));
    }
  }
  showFrames();
  if (damaged > 0) throw new CliError(`${damaged} damaged places: acknowledged records are missing or changed`);
}

/** The salt of a segment has more digits than a number of JSON keeps. */
function textOfBigInt(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString(16).padStart(16, "0") : value;
}

async function logDirectory(stream: string, flags: InspectFlags, context: CliContext): Promise<string> {
  if ((await nodeDisk.list(stream)).some((name) => name.endsWith(".seg"))) return stream;
  const data = flags.data ?? context.environment.LAKEHOSE_DATA ?? "lakehose-data";
  if ((await nodeDisk.stat(join(data, "meta", "streams"))) === undefined) {
    throw new CliError(`${data} is no data folder of Lakehose; name it with --data (LAKEHOSE_DATA)`);
  }
  const registry = new StreamRegistry(nodeDisk, data);
  await registry.load();
  const found = registry.get(stream);
  if (found !== undefined) return join(data, "log", found.document.uid);
  const names = registry.list().map(({ document }) => document.name);
  throw new CliError(`There is no stream ${stream} in ${data}; there are: ${names.join(", ") || "none"}`);
}

function lineOf(item: InspectedItem): string {
  if (item.type === "segment") {
    const sealed = item.sealedAt === undefined ? "" : `, sealed at byte ${item.sealedAt}`;
    const header = item.header === undefined ? "header damaged" : `from offset ${item.header.baseOffset}`;
    return `segment ${item.segment}  ${item.path}  ${bytesText(item.fileBytes)}, ${header}${sealed}`;
  }
  if (item.type === "fault") return `  ${item.state} at byte ${item.position}: ${item.reason}`;
  const encrypted = item.encrypted ? ", encrypted" : "";
  const arrival = new Date(item.arrivalMs).toISOString();
  return `  ${item.kind} at byte ${item.position}: ${item.recordCount} from offset ${item.firstOffset}, ${bytesText(item.bytes)}, ${arrival}${encrypted}`;
}

function summaryOf(frames: readonly InspectedFrame[]): string {
  const records = frames.filter(({ kind }) => kind === "records");
  const count = records.reduce((sum, frame) => sum + frame.recordCount, 0);
  const bytes = frames.reduce((sum, frame) => sum + frame.bytes, 0);
  const first = records[0]?.firstOffset ?? 0;
  return `  ${frames.length} valid frames, ${bytesText(bytes)}: ${count.toLocaleString("en-US")} records from offset ${first}`;
}
