/**
 * `npm run bench -- [NAME…] [--seconds N] [--rounds N] [--json] [--gate] [--save]`: how fast the server is, beside what it is
 * compared to. Without names every question is asked. `--gate` ends with 1 when a floor is not held; `--save` keeps each
 * answer as `bench/results/NAME.txt`.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Bench } from "./harness/bench.ts";
import { type Machine, machineText } from "./harness/machine.ts";
import { answerText } from "./harness/report.ts";
import { type Answer, isMet, type Question } from "./question.ts";
import { questions } from "./registry.ts";

const USAGE = `Usage: npm run bench -- [NAME…] [--seconds N] [--rounds N] [--json] [--gate] [--save]
${questions.map(({ name, asks }) => `  ${name.padEnd(14)}${asks}`).join("\n")}
`;

interface Arguments {
  readonly asked: readonly Question[];
  readonly seconds: number;
  readonly rounds: number;
  readonly json: boolean;
  readonly gate: boolean;
  readonly save: boolean;
}

/** Throws an Error with a sentence for what cannot be meant. */
function readArguments(args: readonly string[]): Arguments | "help" {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      seconds: { type: "string", default: "30" },
      rounds: { type: "string", default: "3" },
      json: { type: "boolean", default: false },
      gate: { type: "boolean", default: false },
      save: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  const unknown = positionals.find((name) => !questions.some((question) => question.name === name));
  if (unknown !== undefined) throw new Error(`There is no question "${unknown}"`);
  const seconds = Number(values.seconds);
  const rounds = Number(values.rounds);
  if (!(seconds > 0)) throw new Error(`--seconds has to be a number above 0, got "${values.seconds}"`);
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new Error(`--rounds has to be a whole number above 0, got "${values.rounds}"`);
  }
  const asked = questions.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  return { asked, seconds, rounds, json: values.json, gate: values.gate, save: values.save };
}

async function main({ asked, seconds, rounds, json, gate, save }: Arguments): Promise<number> {
  const print = (text: string) => void process.stdout.write(text);
  const onProgress = (text: string) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
  };
  const bench = await Bench.open({ seconds, rounds, onProgress });
  const answers: { readonly name: string; readonly answer: Answer }[] = [];
  try {
    if (!json) print(`${headText(bench.machine, seconds, rounds)}\n\n`);
    for (const question of asked) {
      const reason = question.unanswerable?.(process.env);
      if (reason !== undefined) {
        if (!json) print(`== ${question.name}: not asked; ${reason}\n\n`);
        continue;
      }
      const answer = await question.run(bench);
      onProgress("");
      answers.push({ name: question.name, answer });
      const text = answerText(question, answer);
      if (!json) print(`${text}\n`);
      if (save) await keep(question, `${headText(bench.machine, seconds, rounds)}\n\n${text}`);
    }
  } finally {
    await bench.close();
  }
  if (json) print(`${JSON.stringify({ machine: bench.machine, seconds, rounds, answers }, undefined, 2)}\n`);
  const failed = answers.flatMap(({ answer }) =>
    answer.checks.filter((check) => check.limit?.as === "floor" && !isMet(check)),
  );
  return gate && failed.length > 0 ? 1 : 0;
}

function headText(machine: Machine, seconds: number, rounds: number): string {
  return `${machineText(machine)}\nmeasured  medians of ${rounds} x ${seconds} s, variants in turn, ${new Date().toISOString().slice(0, 10)}`;
}

function keep({ name }: Question, text: string): Promise<void> {
  return writeFile(join(import.meta.dirname, "results", `${name}.txt`), text);
}

// An interrupted run leaves neither servers nor data behind: both go in the handlers of "exit".
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

function readOrExplain(args: readonly string[]): Arguments | "help" {
  try {
    return readArguments(args);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${USAGE}`);
    return process.exit(2);
  }
}

const read = readOrExplain(process.argv.slice(2));
if (read === "help") process.stdout.write(USAGE);
else process.exitCode = await main(read);
