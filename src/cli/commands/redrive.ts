import type { Command } from "commander";
import type { JsonObject } from "../../std/json.ts";
import type { CliContext } from "../cli-context.ts";
import { CliError } from "../cli-error.ts";
import type { CliCommand } from "../command.ts";
import { type Connection, connectionOf } from "../connection.ts";
import { print, table } from "../output.ts";
import { watchJob } from "../watch-job.ts";

interface RedriveFlags {
  readonly delivery?: string;
  readonly prefix?: string;
  readonly key?: readonly string[];
  readonly bucket?: string;
  readonly stage?: string;
  readonly again?: boolean;
  readonly detach?: boolean;
  readonly list?: boolean;
  readonly cancel?: string;
}

/** What is read here of a job; all of it is printed with `--json`. */
interface Redrive {
  readonly id: number;
  readonly delivery: string;
  readonly state: string;
  readonly failure?: string;
  readonly objects: {
    readonly found: number;
    readonly done: number;
    readonly skipped: number;
    readonly failed: number;
  };
  readonly records: {
    readonly redriven: number;
    readonly refused: number;
    readonly otherDelivery: number;
    readonly inDoubt: number;
  };
  readonly problems: readonly { readonly key: string; readonly reason: string }[];
}

export const redriveCommand: CliCommand = {
  name: "redrive",
  add: (program, context) => {
    program
      .command("redrive")
      .description("put the error records of one delivery back through it")
      .argument("<stream>")
      .option("--delivery <id>", "whose errors; by default the stream's first delivery")
      .option(
        "--prefix <prefix>",
        "read the objects below this prefix instead of the delivery's error output, now and before",
      )
      .option("--key <key...>", "read exactly these objects")
      .option("--bucket <bucket>", "another bucket than the delivery's")
      .option("--stage <stage>", "where records enter that do not say it: processors or delivery")
      .option("--again", "read objects again that an earlier redrive has finished")
      .option("--detach", "return once the redrive has begun")
      .option("--list", "show the stream's redrives instead")
      .option("--cancel <id>", "call a redrive off instead")
      .action((name: string, flags: RedriveFlags, command: Command) => run(name, flags, command, context));
  },
};

async function run(name: string, flags: RedriveFlags, command: Command, context: CliContext): Promise<void> {
  const connection = connectionOf(command, context);
  const path = `/api/streams/${encodeURIComponent(name)}`;
  try {
    if (flags.list === true) {
      print(context, command, await redrivesOf(connection, path), listed);
    } else if (flags.cancel !== undefined) {
      const query = flags.delivery === undefined ? "" : `?${new URLSearchParams({ delivery: flags.delivery })}`;
      const url = `${path}/redrives/${encodeURIComponent(flags.cancel)}${query}`;
      const job = (await connection.admin("DELETE", url)) as unknown as Redrive;
      print(context, command, job, (shown) => [`Redrive ${shown.id} is ${shown.state}.`, ...lines(shown)]);
    } else {
      await redrive(connection, path, flags, command, context);
    }
  } finally {
    connection.close();
  }
}

async function redrive(
  connection: Connection,
  path: string,
  flags: RedriveFlags,
  command: Command,
  context: CliContext,
): Promise<void> {
  const { key: keys, ...rest } = flags;
  // Through JSON: options that nobody gave are gone.
  const body: JsonObject = JSON.parse(JSON.stringify({ ...rest, keys }));
  const started = (await connection.admin("POST", `${path}/redrive`, pick(body))) as unknown as Redrive;
  if (flags.detach === true) {
    return print(context, command, started, ({ id }) => [`Redrive ${id} of ${started.delivery} has begun.`]);
  }
  const job = await watchJob<Redrive>(context, {
    label: `redrive ${started.id}`,
    unit: "objects",
    read: async () => {
      const redrives = await redrivesOf(connection, path);
      return redrives.find(({ id, delivery }) => id === started.id && delivery === started.delivery) ?? started;
    },
    progress: ({ objects }) => ({ total: objects.found, done: objects.done + objects.skipped + objects.failed }),
  });
  print(context, command, job, lines);
  if (job.state !== "done") throw new CliError(`The redrive is ${job.state}: ${job.failure ?? "no reason is known"}`);
}

async function redrivesOf(connection: Connection, path: string): Promise<readonly Redrive[]> {
  const answer = (await connection.admin("GET", `${path}/redrives`)) as unknown as { redrives: readonly Redrive[] };
  return answer.redrives;
}

function listed(redrives: readonly Redrive[]): string[] {
  const rows = redrives.map(({ id, delivery, state, objects, records }) => {
    return [id, delivery, state, objects.found, records.redriven];
  });
  return table(["id", "delivery", "state", "objects", "redriven"], rows);
}

const MEMBERS = ["delivery", "prefix", "keys", "bucket", "stage", "again"];

/** Global options that every command has are none of the server's business. */
function pick(body: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([member]) => MEMBERS.includes(member)));
}

function lines({ objects, records, problems, delivery }: Redrive): string[] {
  const { found, skipped, failed } = objects;
  const { redriven, refused, otherDelivery, inDoubt } = records;
  return [
    `${redriven} records went back into ${delivery}, from ${found} objects (${skipped} were done before, ${failed} could not be read to the end).`,
    ...(inDoubt > 0 ? [`${inDoubt} of them may have been delivered before.`] : []),
    ...(refused + otherDelivery > 0 ? [`Left out: ${refused} refused, ${otherDelivery} of other deliveries.`] : []),
    ...problems.map(({ key, reason }) => `  ${key}: ${reason}`),
  ];
}
