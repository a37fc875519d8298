import type { Command } from "commander";
import type { JsonObject } from "../../std/json.ts";
import type { CliContext } from "../cli-context.ts";
import { CliError } from "../cli-error.ts";
import type { CliCommand } from "../command.ts";
import { connectionOf } from "../connection.ts";
import { print } from "../output.ts";
import { watchJob } from "../watch-job.ts";

interface RedriveFlags {
  readonly delivery?: string;
  readonly prefix?: string;
  readonly key?: readonly string[];
  readonly bucket?: string;
  readonly stage?: string;
  readonly again?: boolean;
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
      .option("--prefix <prefix>", "read the objects below this prefix instead of the delivery's error output")
      .option("--key <key...>", "read exactly these objects")
      .option("--bucket <bucket>", "another bucket than the delivery's")
      .option("--stage <stage>", "where records enter that do not say it: processors or delivery")
      .option("--again", "read objects again that an earlier redrive has finished")
      .action((name: string, flags: RedriveFlags, command: Command) => redrive(name, flags, command, context));
  },
};

async function redrive(name: string, flags: RedriveFlags, command: Command, context: CliContext): Promise<void> {
  const connection = connectionOf(command, context);
  try {
    const path = `/api/streams/${encodeURIComponent(name)}`;
    const { key: keys, ...rest } = flags;
    // Through JSON: options that nobody gave are gone.
    const body: JsonObject = JSON.parse(JSON.stringify({ ...rest, keys }));
    const started = (await connection.admin("POST", `${path}/redrive`, pick(body))) as unknown as Redrive;
    const job = await watchJob<Redrive>(context, {
      label: "redrive",
      unit: "objects",
      read: async () => {
        const { redrives } = (await connection.admin("GET", `${path}/redrives`)) as unknown as {
          redrives: readonly Redrive[];
        };
        return redrives.find(({ id, delivery }) => id === started.id && delivery === started.delivery) ?? started;
      },
      progress: ({ objects }) => ({ total: objects.found, done: objects.done + objects.skipped + objects.failed }),
    });
    print(context, command, job, lines);
    if (job.state !== "done") throw new CliError(`The redrive is ${job.state}: ${job.failure ?? "no reason is known"}`);
  } finally {
    connection.close();
  }
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
