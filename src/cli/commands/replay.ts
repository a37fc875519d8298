import type { Command } from "commander";
import type { JsonObject } from "../../std/json.ts";
import type { CliContext } from "../cli-context.ts";
import { CliError } from "../cli-error.ts";
import type { CliCommand } from "../command.ts";
import { type Connection, connectionOf } from "../connection.ts";
import { print, table } from "../output.ts";
import { watchJob } from "../watch-job.ts";

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

export const replayCommand: CliCommand = {
  name: "replay",
  add: (program, context) => {
    program
      .command("replay")
      .description("deliver again what the log still holds, or what lies in the lake")
      .argument("<stream>")
      .option("--delivery <id>", "whose processors, format and target; by default the stream's first delivery")
      .option("--from <time>", "records that arrived at or after this time, such as 2026-07-13T08:00:00Z")
      .option("--to <time>", "records that arrived before this time")
      .option("--from-offset <offset>", "records from this offset on")
      .option("--to-offset <offset>", "records below this offset")
      .option("--objects <prefix>", "read the objects below this prefix back instead of the log")
      .option("--objects-bucket <bucket>", "bucket of those objects")
      .option("--stage <stage>", "where records of objects enter: processors or delivery")
      .option("--into <prefix>", "prefix to write to; by default replay/ID/ before the delivery's own")
      .option("--into-bucket <bucket>", "bucket to write to")
      .option("--detach", "return once the replay has begun")
      .option("--list", "show the stream's replays instead")
      .option("--cancel <id>", "call a replay off instead")
      .action((name: string, flags: ReplayFlags, command: Command) => run(name, flags, command, context));
  },
};

async function run(name: string, flags: ReplayFlags, command: Command, context: CliContext): Promise<void> {
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
