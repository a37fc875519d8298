import { stat } from "node:fs/promises";
import type { Command } from "commander";
import { systemClock } from "../../std/clock.ts";
import { systemRandom } from "../../std/random.ts";
import { readLines } from "../../std/read-lines.ts";
import type { CliContext } from "../cli-context.ts";
import { CliError } from "../cli-error.ts";
import type { CliCommand } from "../command.ts";
import { connectionOf } from "../connection.ts";
import { openInput } from "../open-input.ts";
import { bytesText, print } from "../output.ts";
import { startProgress } from "../progress.ts";
import { putRecords } from "../put-records.ts";

interface PutFlags {
  readonly whole?: boolean;
  readonly newline: boolean;
}

export const putCommand: CliCommand = {
  name: "put",
  add: (program, context) => {
    program
      .command("put")
      .description("send records to a stream, one a line")
      .argument("<stream>", "name of the stream")
      .argument("[file]", 'file to read; "-" for standard input', "-")
      .option("--whole", "the whole file is one record")
      .option("--no-newline", "send lines without their line feed")
      .addHelpText("after", "\nExample: lakehose put clicks events.ndjson")
      .action((stream: string, file: string, flags: PutFlags, command: Command) =>
        put(stream, file, flags, command, context),
      );
  },
};

async function put(
  stream: string,
  file: string,
  flags: PutFlags,
  command: Command,
  context: CliContext,
): Promise<void> {
  const total = file === "-" ? 0 : await fileBytes(file);
  const input = openInput(file, context.stdin);
  const connection = connectionOf(command, context);
  const progress = startProgress(context, `Sending to ${stream}`, total, total > 0 ? "bytes" : "records");
  try {
    const records = flags.whole === true ? wholeInput(input) : linesToSend(input, flags.newline);
    const counted = countBytes(records, (bytes) => (total > 0 ? progress.advance(bytes) : undefined));
    const summary = await putRecords(connection.firehose, counted, {
      stream,
      clock: systemClock,
      random: systemRandom,
      signal: context.signal,
      onAccepted: (count) => (total > 0 ? undefined : progress.advance(count)),
    });
    progress.stop();
    print(context, command, { stream, ...summary }, ({ records, bytes, resent }) => [
      `${records.toLocaleString("en-US")} records (${bytesText(bytes)}) accepted by ${stream}${resent > 0 ? `, ${resent} of them after a refusal` : ""}.`,
    ]);
  } finally {
    progress.stop();
    connection.close();
  }
}

async function fileBytes(file: string): Promise<number> {
  const found = await stat(file).catch((error: Error) => {
    throw new CliError(`Cannot read ${file}: ${error.message}`, { cause: error });
  });
  return found.size;
}

async function* wholeInput(input: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of input) chunks.push(chunk);
  yield Buffer.concat(chunks);
}

/** Empty lines are not records. */
async function* linesToSend(input: AsyncIterable<Uint8Array>, newline: boolean): AsyncGenerator<Buffer> {
  for await (const line of readLines(input)) {
    const end = line.at(-1) === 10 ? line.length - 1 : line.length;
    if (end > 0) yield newline ? line : line.subarray(0, end);
  }
}

async function* countBytes(records: AsyncIterable<Buffer>, onBytes: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const record of records) {
    onBytes(record.byteLength);
    yield record;
  }
}
