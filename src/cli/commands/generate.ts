import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import type { Command } from "commander";
import { generate, generators } from "../../generators/registry.ts";
import { systemClock } from "../../std/clock.ts";
import { systemRandom } from "../../std/random.ts";
import type { CliContext } from "../cli-context.ts";
import { CliError } from "../cli-error.ts";
import type { CliCommand } from "../command.ts";
import { connectionOf } from "../connection.ts";
import { bytesText, print } from "../output.ts";
import { pace } from "../pace.ts";
import { startProgress } from "../progress.ts";
import { putRecords } from "../put-records.ts";

interface GenerateFlags {
  readonly stream?: string;
  readonly file?: string;
  readonly count: number;
  readonly rate?: number;
  readonly seed: number;
  readonly badShare: number;
  readonly start?: number;
}

const COUNT_DEFAULT = 1000;

export const generateCommand: CliCommand = {
  name: "generate",
  add: (program, context) => {
    const names = generators.map(({ name }) => name).join(", ");
    program
      .command("generate")
      .description("make up events: to a stream, a file, or standard output")
      .argument("<name>", `kind of event: ${names}`)
      .option("--stream <name>", "send them to this stream")
      .option("--file <file>", "write them to this file, one a line")
      .option("--count <n>", `how many (default ${COUNT_DEFAULT}); 0 = until stopped`, wholeNumber, COUNT_DEFAULT)
      .option("--rate <n>", "events per second (default: as fast as they can)", positiveNumber)
      .option("--seed <n>", "the same seed and start give the same events (default 1)", wholeNumber, 1)
      .option("--bad-share <share>", "share of spoiled events, 0 to 1 (default 0)", share, 0)
      .option("--start <time>", "when the first event happened, ISO 8601 (default: now)", timeMs)
      .action((name: string, flags: GenerateFlags, command: Command) => run(name, flags, command, context));
  },
};

async function run(name: string, flags: GenerateFlags, command: Command, context: CliContext): Promise<void> {
  if (flags.stream !== undefined && flags.file !== undefined) {
    throw new CliError("Name one of --stream and --file; without either, events go to standard output");
  }
  const { count, rate, seed, badShare, start = systemClock.now() } = flags;
  const events = generate(name, {
    seed,
    badShare,
    startMs: start,
    ...(rate !== undefined && { intervalMs: 1000 / rate }),
  });
  const limited = take(events, count === 0 ? Number.POSITIVE_INFINITY : count, context.signal);
  const paced = rate === undefined ? limited : pace(limited, rate, systemClock, context.signal);
  if (flags.stream === undefined && flags.file === undefined) return writeLines(paced, context);
  const progress = startProgress(context, `${name} events`, count, "events");
  try {
    const counted = tap(paced, () => progress.advance(1));
    const target = flags.stream ?? flags.file ?? "";
    const summary =
      flags.stream === undefined
        ? await writeFile(counted, target)
        : await send(counted, target, rate !== undefined, command, context);
    progress.stop();
    print(context, command, { generator: name, target, ...summary }, ({ records, bytes }) => [
      `${records.toLocaleString("en-US")} ${name} events (${bytesText(bytes)}) went to ${target}.`,
    ]);
  } finally {
    progress.stop();
  }
}

async function send(
  events: AsyncIterable<Buffer>,
  stream: string,
  paced: boolean,
  command: Command,
  context: CliContext,
) {
  const connection = connectionOf(command, context);
  try {
    return await putRecords(connection.firehose, events, {
      stream,
      clock: systemClock,
      random: systemRandom,
      // At a pace, a full batch may take minutes to gather: a producer of single events sends what it has.
      ...(paced && { batchRecordsMax: 1 }),
    });
  } finally {
    connection.close();
  }
}

async function writeFile(events: AsyncIterable<Buffer>, path: string) {
  const file = createWriteStream(path);
  const done = finished(file);
  let records = 0;
  let bytes = 0;
  for await (const event of events) {
    records++;
    bytes += event.length;
    if (!file.write(event)) await Promise.race([once(file, "drain"), done]);
  }
  file.end();
  await done;
  return { records, bytes };
}

async function writeLines(events: AsyncIterable<Buffer>, context: CliContext): Promise<void> {
  for await (const event of events) context.stdout.write(event.toString("utf8"));
}

async function* take(events: Iterable<Buffer>, count: number, signal: AbortSignal): AsyncGenerator<Buffer> {
  let taken = 0;
  for (const event of events) {
    if (taken++ >= count || signal.aborted) return;
    yield event.at(-1) === 10 ? event : Buffer.concat([event, Buffer.from("\n")]);
  }
}

async function* tap(events: AsyncIterable<Buffer>, look: () => void): AsyncGenerator<Buffer> {
  for await (const event of events) {
    look();
    yield event;
  }
}

function wholeNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new CliError(`Expected a whole number from 0, got "${text}"`);
}

function positiveNumber(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new CliError(`Expected a number above 0, got "${text}"`);
}

function share(text: string): number {
  const value = Number(text);
  if (value >= 0 && value <= 1) return value;
  throw new CliError(`Expected a share from 0 to 1, got "${text}"`);
}

function timeMs(text: string): number {
  const value = Date.parse(text);
  if (Number.isFinite(value)) return value;
  throw new CliError(`Expected a time such as 2026-01-31T08:30:00Z, got "${text}"`);
}
