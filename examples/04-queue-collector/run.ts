import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Lakehose, start } from "lakehose";
import { Athena } from "../athena.ts";
import { tableLines } from "../query.ts";
import { folderLines, readObjects } from "../read-lake.ts";
import { expectEqual, print } from "../run-example.ts";
import { folderOf, type GameEvent, gameEvents } from "./game-events.ts";
import { Queue } from "./queue.ts";

/**
 * Events of games, collected from an SQS queue by a machine that dies, and by another one that takes over its volume: see
 * README.md beside this file.
 *
 *     npm run servers -- run elasticmq -- npx node examples/04-queue-collector/run.ts [--keep]
 */
const EVENTS = 20_000;
const FOLDER = import.meta.dirname;
const CONFIG = join(FOLDER, "lakehose.yaml");
const MAIN = join(FOLDER, "..", "..", "bin", "lakehose.mjs");

const EVENTS_TABLE = `
  CREATE EXTERNAL TABLE events (id int, player string)
  PARTITIONED BY (dt string, type string, sub_type string)
  ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
  STORED AS SEQUENCEFILE LOCATION 's3://lake/events/'`;

const BY_FOLDER = `
  SELECT dt, type, sub_type, count(*) AS events, count(DISTINCT id) AS ids, count(DISTINCT player) AS players
  FROM events GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`;

await main();

async function main(): Promise<void> {
  const { LAKEHOSE_TEST_ELASTICMQ: endpoint } = process.env;
  if (endpoint === undefined) throw new Error("Expected an SQS server: npm run servers -- run elasticmq -- npx node …");
  // As the AWS SDK looks for them; the configuration is the one for AWS.
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_SQS: endpoint,
    AWS_ACCESS_KEY_ID: "any",
    AWS_SECRET_ACCESS_KEY: "any",
  });
  const keep = process.argv.includes("--keep");
  const machines = await mkdtemp(join(tmpdir(), "lakehose-example-"));
  const queue = await Queue.create("game-events");
  try {
    await collect(queue, machines);
    if (keep) print(`The files stay in ${machines}`);
  } finally {
    await queue.delete();
    if (!keep) await rm(machines, { recursive: true, force: true });
  }
}

async function collect(queue: Queue, machines: string): Promise<void> {
  const events = gameEvents(EVENTS);
  await queue.send(events.map((event) => JSON.stringify(event)));
  print(`${EVENTS} events in the queue.`);

  const volume = join(machines, "one");
  await killWhileCollecting(queue, volume, machines);
  print(`The first machine is gone while it collects.`);

  // The volume is attached to another machine.
  const attached = join(machines, "two");
  await rename(volume, attached);
  const lakehose = await start({ config: CONFIG, data: attached });
  try {
    await untilEmpty(queue);
    await printCounters(lakehose);
    await lakehose.flush("game-events");
    const objects = await readObjects(join(attached, "buckets", "lake"));
    print("The bucket:", ...folderLines(objects), "");
    await compare(lakehose, events);
  } finally {
    await lakehose.close();
  }
}

/** A whole process, because it dies as one that loses its power: SIGKILL. What it has put elsewhere goes with the rest. */
async function killWhileCollecting(queue: Queue, data: string, temporary: string): Promise<void> {
  const child = spawn(process.execPath, [MAIN, "up", "--config", CONFIG, "--data", data, "--port", "0"], {
    stdio: "ignore",
    env: { ...process.env, TMPDIR: temporary },
  });
  const ended = once(child, "exit");
  await Promise.race([untilBelow(queue, EVENTS * 0.8), failWhenEnded(child)]);
  child.kill("SIGKILL");
  await ended;
}

async function failWhenEnded(child: ChildProcess): Promise<never> {
  const [code] = await once(child, "exit");
  throw new Error(`The first machine ended by itself, with ${code}`);
}

async function untilBelow(queue: Queue, count: number): Promise<void> {
  while ((await queue.count()) > count) await sleep(5);
}

async function untilEmpty(queue: Queue): Promise<void> {
  while ((await queue.count()) > 0) await sleep(200);
}

async function printCounters(lakehose: Lakehose): Promise<void> {
  const source = await fetch(`${lakehose.url}/api/sources/game-events`);
  const { counters, measures } = (await source.json()) as SourceStatus;
  print(
    "The second machine's counters:",
    ...Object.entries(counters).map(([name, count]) => `  ${name}  ${count}`),
    `  batchEfficiencyPercent  ${measures.batchEfficiencyPercent?.toFixed(1)}`,
    "",
  );
  expectEqual("messages that could not be deleted", counters.deleteFailures ?? 0, 0);
}

interface SourceStatus {
  readonly counters: Readonly<Record<string, number>>;
  readonly measures: Readonly<Record<string, number>>;
}

async function compare(lakehose: Lakehose, events: readonly GameEvent[]): Promise<void> {
  const athena = new Athena(lakehose.url, "games");
  try {
    await athena.run(EVENTS_TABLE);
    await athena.run("MSCK REPAIR TABLE events");
    const rows = await athena.run(BY_FOLDER);
    print("Events by accounting day in Los Angeles, type and sub_type:", ...tableLines(rows));
    const counted = rows.map(({ dt, type, sub_type, events, ids }) => [
      `events/dt=${dt}/type=${type}/sub_type=${sub_type}`,
      events,
      ids,
    ]);
    expectEqual("the events of each folder, each once", counted, expectedCounts(events));
  } finally {
    athena.close();
  }
}

function expectedCounts(events: readonly GameEvent[]): unknown[] {
  const counts = new Map<string, number>();
  for (const event of events) counts.set(folderOf(event), (counts.get(folderOf(event)) ?? 0) + 1);
  return [...counts]
    .map(([folder, count]) => [folder, count, count])
    .sort(([one], [other]) => ((one ?? "") < (other ?? "") ? -1 : 1));
}
