import { join } from "node:path";
import { startChild } from "./harness/child.ts";
import { alternate, middle, ratio } from "./harness/rounds.ts";
import { atLeast, type Question } from "./question.ts";

const PROGRAM = join(import.meta.dirname, "references", "extract-metadata.ts");

export const extractMetadata: Question = {
  name: "extract-metadata",
  asks: "How many 1 KB records a second does one core take three partition values out of, beside JSON.parse and a hand-written closure?",
  run: async (bench) => {
    const { byHand, compiled, jq } = await alternate(bench, {
      byHand: () => measure("by-hand", bench.seconds),
      compiled: () => measure("compiled", bench.seconds),
      jq: () => measure("jq", bench.seconds),
    });
    const speed = (recordsPerSecond: number) => recordsPerSecond;
    const row = (name: string, speeds: readonly number[]) => ({ name, values: { "records/s": middle(speeds, speed) } });
    return {
      checks: [
        {
          what: "paths / JSON.parse and a hand-written closure",
          value: ratio(compiled, byHand, speed, speed),
          limit: atLeast(0.8),
        },
        { what: "paths", value: middle(compiled, speed), unit: "records/s", limit: atLeast(500_000, "goal") },
      ],
      rows: [row("JSON.parse, closure", byHand), row("paths", compiled), row("a query for jq itself", jq)],
    };
  },
};

/** Records a second, in a process of its own, so that no variant runs on what another has warmed up. */
async function measure(variant: string, seconds: number): Promise<number> {
  const child = await startChild({ args: [PROGRAM, variant, String(seconds)], ready: /took (\d+) in ([\d.]+)/ });
  const [records = Number.NaN, elapsedSeconds = Number.NaN] = child.ready.slice(1).map(Number);
  await child.kill();
  return records / elapsedSeconds;
}
