import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { Bench } from "./harness/bench.ts";
import { startChild } from "./harness/child.ts";
import { alternate, middle, ratio } from "./harness/rounds.ts";
import { type Answer, atLeast, type Check, type Question, type Row } from "./question.ts";

const PROGRAM = join(import.meta.dirname, "references", "functions.ts");
const RECORD_BYTES = [200, 1000] as const;
const USED = /took (\d+) in ([\d.]+) used ([\d.]+) and ([\d.]+)/;

export const functions: Question = {
  name: "functions",
  asks: "How many records a second get through a local function as a stream calls it, with as many processes as a function has unless told otherwise, beside its handler called bare by a loop on one core?",
  run: async (bench) => {
    const answers: Answer[] = [];
    for (const runtime of ["node", "python"] as const) {
      const reason = runtime === "python" ? withoutPython() : undefined;
      if (reason === undefined) for (const bytes of RECORD_BYTES) answers.push(await compare(bench, runtime, bytes));
      else answers.push({ checks: [], rows: [], notes: [`python: not asked; ${reason}`] });
    }
    return {
      checks: answers.flatMap(({ checks }) => checks),
      rows: answers.flatMap(({ rows }) => rows),
      notes: answers.flatMap(({ notes = [] }) => notes),
    };
  },
};

function withoutPython(): string | undefined {
  return spawnSync("python3", ["--version"]).status === 0 ? undefined : "there is no python3 on the PATH";
}

async function compare(bench: Bench, runtime: string, recordBytes: number): Promise<Answer> {
  const { bare, through } = await alternate(bench, {
    bare: () => measure(bench, "bare", runtime, recordBytes),
    through: () => measure(bench, "through", runtime, recordBytes),
  });
  const what = `${runtime}, ${recordBytes} B`;
  const check: Check = {
    what: `${what}: as a stream calls it / bare`,
    value: ratio(through, bare, recordsPerSecond, recordsPerSecond),
    limit: atLeast(0.5),
  };
  return { checks: [check], rows: [row(`${what}: bare`, bare), row(`${what}: as a stream calls it`, through)] };
}

interface Measured {
  readonly records: number;
  readonly seconds: number;
  /** Processor time of the processes that run the handler, and of the one that hands them records and takes their replies. */
  readonly functionCoreSeconds: number;
  readonly ownCoreSeconds: number;
}

const recordsPerSecond = ({ records, seconds }: Measured) => records / seconds;

function row(name: string, results: readonly Measured[]): Row {
  return {
    name,
    values: {
      "records/s": middle(results, recordsPerSecond),
      "function us/record": middle(results, (one) => (one.functionCoreSeconds / one.records) * 1e6),
      "lakehose us/record": middle(results, (one) => (one.ownCoreSeconds / one.records) * 1e6),
    },
  };
}

/** In a process of its own, so that no variant runs on what another has warmed up. */
function measure(bench: Bench, variant: string, runtime: string, recordBytes: number): Promise<Measured> {
  return bench.withFolder(async (folder) => {
    const args = [PROGRAM, variant, runtime, String(recordBytes), String(bench.seconds), folder];
    const child = await startChild({ args, ready: USED });
    await child.kill();
    const [records = Number.NaN, seconds = Number.NaN, functionCoreSeconds = Number.NaN, ownCoreSeconds = Number.NaN] =
      child.ready.slice(1).map(Number);
    return { records, seconds, functionCoreSeconds, ownCoreSeconds };
  });
}
