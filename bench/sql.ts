import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Bench } from "./harness/bench.ts";
import { Duck } from "./harness/duck.ts";
import type { Lakehose } from "./harness/lakehose.ts";
import { alternate, middle } from "./harness/rounds.ts";
import { median } from "./harness/statistics.ts";
import { atMost, type Question } from "./question.ts";

const PARTITIONS = 50;
const ROWS_PER_PARTITION = 2_000_000;
const DAY = "2026-01-07";

const COLUMNS = "id bigint, amount double, kind string, note string";
const SUMS = "SELECT kind, count(*), sum(amount), max(id) FROM";

/** Fifty days of Parquet, and eight files of JSON lines, packed as a stream leaves them. */
export const sql: Question = {
  name: "sql",
  asks: "What does SQL over tables cost beside DuckDB alone on the same files: for one of 50 partitions, and for all of them?",
  run: (bench) =>
    bench.withLakehose({ streams: [] }, async (server) => {
      const duck = await Duck.open();
      try {
        const files = await makeTables(server, duck);
        return await compare(bench, server, duck, files);
      } finally {
        duck.close();
      }
    }),
};

interface Files {
  readonly day: string;
  readonly days: string;
  readonly lines: string;
}

async function compare(bench: Bench, server: Lakehose, duck: Duck, { day, days, lines }: Files) {
  const questions = {
    pruned: {
      ours: `${SUMS} days WHERE dt = '${DAY}' GROUP BY kind`,
      alone: `${SUMS} read_parquet('${day}') GROUP BY kind`,
    },
    scan: { ours: `${SUMS} days GROUP BY kind`, alone: `${SUMS} read_parquet('${days}') GROUP BY kind` },
    lines: { ours: `${SUMS} lines GROUP BY kind`, alone: `${SUMS} ${readLines(lines)} GROUP BY kind` },
  };
  // The first reading unpacks: what comes later is what people feel, and the first is told beside it.
  const firstLinesMs = await timed(() => server.query(questions.lines.ours));
  const measured = await alternate(bench, {
    lakehose: () => timesOf(bench, questions, ({ ours }) => server.query(ours)),
    duckdb: () => timesOf(bench, questions, ({ alone }) => duck.run(alone)),
  });
  const of = (variant: "lakehose" | "duckdb", name: keyof Times) => middle(measured[variant], (times) => times[name]);
  const row = (variant: "lakehose" | "duckdb") => ({
    name: variant,
    values: {
      "one day ms": of(variant, "pruned"),
      "all days ms": of(variant, "scan"),
      "JSON lines ms": of(variant, "lines"),
    },
  });
  return {
    checks: [
      {
        what: "one of 50 partitions: lakehose - DuckDB",
        unit: "ms",
        value: of("lakehose", "pruned") - of("duckdb", "pruned"),
        limit: atMost(30),
      },
      {
        what: "all partitions: lakehose / DuckDB",
        value: of("lakehose", "scan") / of("duckdb", "scan"),
        limit: atMost(1.1),
      },
      {
        what: "gzip JSON lines: lakehose / DuckDB",
        value: of("lakehose", "lines") / of("duckdb", "lines"),
        limit: atMost(1.1),
      },
    ],
    rows: [row("lakehose"), row("duckdb")],
    notes: [
      `${PARTITIONS * ROWS_PER_PARTITION} rows in Parquet, ${LINES * LINE_FILES} in JSON lines; the statement goes through the admin API and its rows come back.`,
      `JSON lines for the first time, when they are unpacked: ${firstLinesMs.toFixed(0)} ms.`,
    ],
  };
}

interface Times {
  readonly pruned: number;
  readonly scan: number;
  readonly lines: number;
}

async function timesOf<Q>(
  bench: Bench,
  questions: { readonly [Name in keyof Times]: Q },
  ask: (question: Q) => Promise<unknown>,
): Promise<Times> {
  const share = (bench.seconds * 1000) / 3;
  const middleOf = async (question: Q) => {
    const times: number[] = [];
    const until = performance.now() + share;
    while (times.length < 3 || performance.now() < until) times.push(await timed(() => ask(question)));
    return median(times);
  };
  return {
    pruned: await middleOf(questions.pruned),
    scan: await middleOf(questions.scan),
    lines: await middleOf(questions.lines),
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

const LINE_FILES = 8;
const LINES = 250_000;

async function makeTables(server: Lakehose, duck: Duck): Promise<Files> {
  const lake = join(server.data, "buckets", "lake");
  const days = join(lake, "days");
  const lines = join(lake, "lines");
  await mkdir(lines, { recursive: true });
  for (let day = 0; day < PARTITIONS; day++) {
    const folder = join(days, `dt=${new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10)}`);
    await mkdir(folder, { recursive: true });
    await duck.run(`COPY (${rows(day * ROWS_PER_PARTITION, ROWS_PER_PARTITION)}) TO '${join(folder, "1.parquet")}'`);
  }
  for (let file = 0; file < LINE_FILES; file++) {
    const path = join(lines, `${file}.json.gz`);
    await duck.run(`COPY (${rows(file * LINES, LINES)}) TO '${path}' (FORMAT json, COMPRESSION gzip)`);
  }
  await server.query("CREATE DATABASE IF NOT EXISTS default");
  await server.query(
    `CREATE EXTERNAL TABLE days (${COLUMNS}) PARTITIONED BY (dt string) STORED AS PARQUET LOCATION 's3://lake/days/'`,
  );
  await server.query("MSCK REPAIR TABLE days");
  await server.query(
    `CREATE EXTERNAL TABLE lines (${COLUMNS}) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://lake/lines/'`,
  );
  return { day: join(days, `dt=${DAY}`, "*.parquet"), days: join(days, "*", "*.parquet"), lines: join(lines, "*.gz") };
}

/** Rows that compress as events do: some columns well, some hardly. */
function rows(first: number, count: number): string {
  return `SELECT i AS id, (hash(i) % 100000) / 100.0 AS amount, 'kind-' || hash(i + 1) % 20 AS kind, md5(i::varchar) AS note FROM range(${first}, ${first + count}) t(i)`;
}

function readLines(path: string): string {
  const columns = "{id: 'BIGINT', amount: 'DOUBLE', kind: 'VARCHAR', note: 'VARCHAR'}";
  return `read_json('${path}', format = 'newline_delimited', columns = ${columns})`;
}
