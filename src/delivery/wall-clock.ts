import type { DatePart } from "../model/prefix/date-pattern.ts";
import type { PrefixPart } from "../model/prefix/parse-expressions.ts";
import { evaluatePrefix, type PrefixTemplate } from "../model/prefix-template.ts";
import { zonedFields } from "../std/time-zone.ts";
import { previousWallClock } from "../std/wall-clock-schedule.ts";
import type { PlanRunner } from "./plan-runner.ts";

/** The signal that a calendar day is complete in the store: a name for its `_SUCCESS`, and when it was due. */
export interface DaySignal {
  readonly firedMs: number;
  /** `yyyy-MM-dd` in the zone of the names. */
  readonly day: string;
  readonly name: string;
  readonly planNumber: number;
}

/** The wall-clock roll that is owed now, if any: the schedule fires once per named instant, late rather than never. */
export function dueWallClock(runner: PlanRunner, lastFiredMs: number, nowMs: number): DaySignal | undefined {
  const { roll, naming } = runner.plan.definition;
  if (roll.at === undefined) return undefined;
  const firedMs = previousWallClock(roll.at, nowMs);
  if (firedMs <= lastFiredMs) return undefined;
  const completed = noonOfDayBefore(firedMs, naming.timeZone);
  const day = dayText(completed, naming.timeZone);
  const name = signalName(runner.naming.prefix, completed, day, naming.timeZone);
  return { firedMs, day, name, planNumber: runner.plan.number };
}

/**
 * Where the signal of a day goes: `_SUCCESS` in the folder of the day, above hours and content keys. A prefix that names
 * no day has no such folder; there the day stands in the name.
 */
function signalName(prefix: PrefixTemplate, atMs: number, day: string, timeZone: string): string {
  const stable = partsOfTheDay(prefix);
  const evaluated = evaluatePrefix(
    { ...prefix, parts: stable, implicitParts: [] },
    { atMs, timeZone, randomString: () => "" },
  );
  const folder = evaluated.slice(0, evaluated.lastIndexOf("/") + 1);
  return namesDay(stable) ? `${folder}_SUCCESS` : `${folder}_SUCCESS-${day}`;
}

/** The leading parts of a prefix that are the same for all records of one day. */
function partsOfTheDay(prefix: PrefixTemplate): PrefixPart[] {
  const stable: PrefixPart[] = [];
  for (const part of [...prefix.parts, ...prefix.implicitParts]) {
    if (part.kind === "literal") stable.push(part);
    else if (part.kind !== "timestamp") break;
    else {
      const finer = part.parts.findIndex((field) => field.kind === "field" && !DAY_OR_COARSER.includes(field.letter));
      stable.push({ kind: "timestamp", parts: finer < 0 ? part.parts : part.parts.slice(0, finer) });
      if (finer >= 0) break;
    }
  }
  return stable;
}

function namesDay(parts: readonly PrefixPart[]): boolean {
  const isDay = (field: DatePart) => field.kind === "field" && "dDEecFg".includes(field.letter);
  return parts.some((part) => part.kind === "timestamp" && part.parts.some(isDay));
}

/** Pattern letters whose value stays the same from midnight to midnight. */
const DAY_OR_COARSER = "GuyYDMLdgQqwWEecF";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** An instant inside the last whole local day before `atMs`, safe from both changes of daylight saving. */
function noonOfDayBefore(atMs: number, timeZone: string): number {
  const { hour, minute } = zonedFields(atMs, timeZone);
  return atMs - (hour * 60 + minute) * 60_000 - DAY_MS + 12 * HOUR_MS;
}

function dayText(atMs: number, timeZone: string): string {
  const { year, month, day } = zonedFields(atMs, timeZone);
  return `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}
