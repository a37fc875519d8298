import { generate } from "../../src/generators/registry.ts";

const START_MS = Date.parse("2020-01-20T08:00:00Z");
const END_MS = Date.parse("2020-01-20T11:00:00Z");
/** A minute in which one address asks ten times as often as everybody else together. */
const RUSH_MS = Date.parse("2020-01-20T09:47:00Z");
const RUSH_ADDRESS = "198.51.100.77";
const RUSH_LINES = 1200;

/** Three hours of a web server, each line as it was written at the end of its file. */
export function accessLines(): string[] {
  const quiet = linesFrom(START_MS, (END_MS - START_MS) / 500, 500, 2);
  const rush = linesFrom(RUSH_MS, RUSH_LINES, 60_000 / RUSH_LINES, 3);
  const before = (RUSH_MS - START_MS) / 500;
  const during = [...quiet.slice(before, before + 120), ...rush.map((line) => line.replace(/^\S+/, RUSH_ADDRESS))];
  // Lines of one second may be in any order, minutes may not.
  const timeOf = (line: string) => /\[(.*?)\]/.exec(line)?.[1] ?? "";
  during.sort((one, other) => (timeOf(one) < timeOf(other) ? -1 : 1));
  return [...quiet.slice(0, before), ...during, ...quiet.slice(before + 120)];
}

function linesFrom(startMs: number, count: number, intervalMs: number, seed: number): string[] {
  const events = generate("access-log", { seed, startMs, intervalMs });
  return Array.from({ length: count }, () => events.next().value.toString());
}
