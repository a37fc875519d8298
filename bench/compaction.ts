import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import type { Bench } from "./harness/bench.ts";
import { call } from "./harness/http.ts";
import { Lakehose } from "./harness/lakehose.ts";
import { middle, ratio } from "./harness/rounds.ts";
import { atLeast, type Question } from "./question.ts";

const FILES = 10_000;
const ROWS_PER_FILE = 20;
const SPEED_UP_MIN = 20;
const POLL_MS = 20;

const DATABASE = "CREATE DATABASE IF NOT EXISTS default";
const TABLE =
  "CREATE EXTERNAL TABLE events (id bigint, kind string, amount double) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://lake/events/'";
const ASKED = "SELECT kind, count(*), sum(amount) FROM events GROUP BY kind";
const COMPACT = {
  kind: "compact",
  options: { database: "default", table: "events", minimumFiles: 2, minimumAgeMinutes: 0, graceMinutes: 0 },
};

interface Answered {
  readonly beforeSeconds: number;
  readonly afterSeconds: number;
  readonly compactionSeconds: number;
}

export const compaction: Question = {
  name: "compaction",
  asks: "How much faster does a question over 10,000 small gzip files come back once they are compacted? Each time from files that were not read before.",
  run: async (bench) => {
    const answered: Answered[] = [];
    for (let round = 0; round < bench.rounds; round++) {
      bench.progress(`round ${round + 1}`);
      answered.push(await bench.withFolder((data) => askTwice(bench, data)));
    }
    const before = ({ beforeSeconds }: Answered) => beforeSeconds;
    const after = ({ afterSeconds }: Answered) => afterSeconds;
    const seconds = (what: (one: Answered) => number) => ({ "answer s": middle(answered, what) });
    return {
      checks: [
        {
          what: "before / after",
          value: ratio(answered, answered, before, after),
          limit: atLeast(SPEED_UP_MIN, "goal"),
        },
      ],
      rows: [
        { name: `${FILES} files`, values: seconds(before) },
        { name: "compacted", values: seconds(after) },
        { name: "the compaction", values: seconds(({ compactionSeconds }) => compactionSeconds) },
      ],
    };
  },
};

async function askTwice(bench: Bench, data: string): Promise<Answered> {
  const folder = join(data, "buckets", "lake", "events");
  await writeEvents(folder);
  await bench.settle();
  const server = await Lakehose.start({ data, streams: [] });
  try {
    const run = async (sql: string) => finished(server, "queries", await send(server, "POST", "queries", { sql }));
    for (const statement of [DATABASE, TABLE]) await run(statement);
    const ask = () => run(ASKED);
    const beforeSeconds = await timed(ask);
    await send(server, "PUT", "jobs/compact", COMPACT);
    const compactionSeconds = await timed(async () =>
      finished(server, "job-runs", await send(server, "POST", "jobs/compact/runs", {})),
    );
    while ((await readdir(folder)).filter((name) => name.startsWith("events-")).length > 1) await sleep(POLL_MS);
    await bench.settle();
    return { beforeSeconds, afterSeconds: await timed(ask), compactionSeconds };
  } finally {
    await server.kill();
  }
}

async function writeEvents(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (let file = 0; file < FILES; file++) {
    const rows = Array.from({ length: ROWS_PER_FILE }, (_, row) => {
      const id = file * ROWS_PER_FILE + row;
      return JSON.stringify({ id, kind: `k${id % 7}`, amount: (id * 7919) % 1000, text: "x".repeat(id % 50) });
    });
    await writeFile(join(folder, `events-${String(file).padStart(6, "0")}.json.gz`), gzipSync(rows.join("\n")));
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
}

interface Work {
  readonly id: string;
  readonly state: string;
}

async function finished(server: Lakehose, kind: "queries" | "job-runs", begun: Work): Promise<void> {
  for (let work = begun; ; work = await send(server, "GET", `${kind}/${begun.id}`)) {
    if (work.state === "succeeded") return;
    if (["failed", "cancelled"].includes(work.state))
      throw new Error(`Expected ${kind} to succeed: ${JSON.stringify(work)}`);
    await sleep(POLL_MS);
  }
}

async function send(server: Lakehose, method: "GET" | "POST" | "PUT", path: string, content?: object): Promise<Work> {
  const text = content === undefined ? "" : JSON.stringify(content);
  const { status, body } = await call(
    method,
    `${server.url}/api/${path}`,
    { "content-type": "application/json" },
    text,
  );
  if (status !== 200) throw new Error(`${method} /api/${path} answered ${status}: ${body}`);
  return JSON.parse(body);
}
