import type { Command } from "commander";
import type { JsonObject } from "../../std/json.ts";
import type { CliContext } from "../cli-context.ts";
import { CliError } from "../cli-error.ts";
import type { CliCommand } from "../command.ts";
import { type Connection, connectionOf } from "../connection.ts";
import { print, table } from "../output.ts";
import { ARCHIVE_OPTIONS, type ArchiveFlags } from "../replay/archive-flags.ts";
import { watchJob } from "../watch-job.ts";

/** Of a replay of the log or of objects of the lake, which the server does. */
interface ReplayFlags {
  readonly delivery?: string;
  readonly from?: string;
  readonly to?: string;
  readonly fromOffset?: string;
  readonly toOffset?: string;
  readonly objects?: string;
  readonly objectsBucket?: string;
  readonly stage?: string;
  readonly into?: string;
  readonly intoBucket?: string;
  readonly detach?: boolean;
  readonly list?: boolean;
  readonly cancel?: string;
}

/** What is read here of a replay; all of it is printed with `--json`. */
interface Replay {
  readonly id: string;
  readonly state: string;
  readonly source: { readonly type: string; readonly from: number; readonly to?: number };
  readonly target: { readonly bucket?: string; readonly prefix: string };
  readonly counters?: { readonly delivered: number; readonly errored: number };
  readonly running?: { readonly read: number; readonly counters: { readonly delivered: number } };
  readonly problem?: string;
}

/**
 * One word for two things that differ in what they read: with `--stream` records of an archive go to a stream as if they
 * happened now; without, the server delivers again what a stream had before. Options of the one are refused with the other.
 */
export const replayCommand: CliCommand = {
  name: "replay",
  add: (program, context) => {
    const command = program
      .command("replay")
      .description(
        "send an archive to a stream at the pace of its events (--stream), or deliver again what a stream had",
      )
      .argument("<source>", "with --stream: file, folder, pattern or s3://bucket/prefix; without: name of the stream")
      .addHelpText("after", EXAMPLES);
    for (const [flags, description] of ARCHIVE_OPTIONS) command.option(flags, `archive: ${description}`);
    for (const [flags, description] of LOG_OPTIONS) command.option(flags, `stream: ${description}`);
    command.action((source: string, flags: ReplayFlags & ArchiveFlags, command: Command) => {
      const isArchive = flags.stream !== undefined;
      refuseOptions(command, isArchive ? LOG_OPTIONS : ARCHIVE_OPTIONS, isArchive);
      return isArchive ? runArchive(source, flags, command, context) : run(source, flags, command, context);
    });
  },
};

type OptionTexts = readonly (readonly [flags: string, description: string])[];

const LOG_OPTIONS: OptionTexts = [
  ["--delivery <id>", "whose processors, format and target; by default the stream's first delivery"],
  ["--from <time>", "records that arrived at or after this time, such as 2026-07-13T08:00:00Z"],
  ["--to <time>", "records that arrived before this time"],
  ["--from-offset <offset>", "records from this offset on"],
  ["--to-offset <offset>", "records below this offset"],
  ["--objects <prefix>", "read the objects below this prefix back instead of the log"],
  ["--objects-bucket <bucket>", "bucket of those objects"],
  ["--stage <stage>", "where records of objects enter: processors or delivery"],
  ["--into <prefix>", "prefix to write to; by default replay/ID/ before the delivery's own"],
  ["--into-bucket <bucket>", "bucket to write to"],
  ["--detach", "return once the replay has begun"],
  ["--list", "show the stream's replays instead"],
  ["--cancel <id>", "call a replay off instead"],
];

const EXAMPLES = `
An archive:  lakehose replay trips/ --stream trips --time-field dropoff_datetime --speedup 3600
A stream:    lakehose replay trips --from 2026-07-13T08:00:00Z --to 2026-07-13T09:00:00Z`;

/** An option that would say nothing is a mistake about which of the two this is. */
function refuseOptions(command: Command, options: OptionTexts, isArchive: boolean): void {
  const names = new Set(options.map(([flags]) => flags.split(" ")[0]));
  const strange = command.options.find((option) => {
    return names.has(option.long ?? "") && command.getOptionValueSource(option.attributeName()) === "cli";
  });
  if (strange === undefined) return;
  throw new CliError(
    isArchive
      ? `${strange.long} is for replays of a stream: leave --stream away for those, or ${strange.long} for an archive`
      : `${strange.long} is for replays of an archive: name the stream that it goes to with --stream`,
  );
}

async function runArchive(source: string, flags: ArchiveFlags, command: Command, context: CliContext): Promise<void> {
  const { runArchiveReplay } = await import("../replay/run-archive-replay.ts");
  return runArchiveReplay(source, flags, command, context);
}

async function run(name: string, flags: ReplayFlags, command: Command, context: CliContext): Promise<void> {
  if (name.includes("/")) throw new CliError(`${name} is no name of a stream. To replay an archive, add --stream`);
  const connection = connectionOf(command, context);
  const path = `/api/streams/${encodeURIComponent(name)}/replays`;
  try {
    if (flags.list === true) {
      print(context, command, await replaysOf(connection, path), listed);
    } else if (flags.cancel !== undefined) {
      const url = `${path}/${encodeURIComponent(flags.cancel)}`;
      print(context, command, (await connection.admin("DELETE", url)) as unknown as Replay, summary);
    } else {
      await replay(connection, path, flags, command, context);
    }
  } finally {
    connection.close();
  }
}

async function replay(
  connection: Connection,
  path: string,
  flags: ReplayFlags,
  command: Command,
  context: CliContext,
): Promise<void> {
  const started = (await connection.admin("POST", path, requestOf(flags))) as unknown as Replay;
  if (flags.detach === true) return print(context, command, started, summary);
  const job = await watchJob<Replay>(context, {
    label: `replay ${started.id}`,
    unit: "records",
    read: async () => (await replaysOf(connection, path)).find(({ id }) => id === started.id) ?? started,
    progress: ({ source, running, counters }) => ({
      total: source.to === undefined ? (running?.counters.delivered ?? 1) : source.to - source.from,
      done: running === undefined ? (counters?.delivered ?? 0) : running.counters.delivered,
    }),
  });
  print(context, command, job, summary);
  if (job.state !== "landed") throw new CliError(`The replay is ${job.state}`);
}

async function replaysOf(connection: Connection, path: string): Promise<readonly Replay[]> {
  return ((await connection.admin("GET", path)) as unknown as { replays: readonly Replay[] }).replays;
}

function requestOf(flags: ReplayFlags): JsonObject {
  const { delivery, from, to, objects, objectsBucket, stage, into, intoBucket } = flags;
  const request = {
    delivery,
    from,
    to,
    fromOffset: offsetOf(flags.fromOffset),
    toOffset: offsetOf(flags.toOffset),
    ...(objects === undefined ? {} : { objects: { prefix: objects, bucket: objectsBucket, stage } }),
    ...(into === undefined && intoBucket === undefined ? {} : { into: { prefix: into, bucket: intoBucket } }),
  };
  // Through JSON: options that nobody gave are gone.
  return JSON.parse(JSON.stringify(request));
}

function offsetOf(text: string | undefined): number | undefined {
  if (text === undefined || /^\d{1,15}$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new CliError(`An offset is a whole number, got ${text}`);
}

function summary({ id, state, target, counters, problem }: Replay): string[] {
  const place = `${target.bucket ?? ""}/${target.prefix}`;
  const counted = counters === undefined ? "" : `: ${counters.delivered} delivered, ${counters.errored} errored`;
  return [`Replay ${id} into ${place} is ${state}${counted}.`, ...(problem === undefined ? [] : [problem])];
}

function listed(replays: readonly Replay[]): string[] {
  const rows = replays.map(({ id, state, target, counters, running }) => {
    const delivered = counters?.delivered ?? running?.counters.delivered ?? 0;
    return [id, state, `${target.bucket ?? ""}/${target.prefix}`, delivered];
  });
  return table(["id", "state", "into", "delivered"], rows);
}
