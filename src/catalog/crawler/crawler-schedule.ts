import { reasonOf } from "../../model/errors.ts";
import { type CronSchedule, parseCron } from "../../std/cron.ts";
import type { StoredCrawler } from "./crawler-definition.ts";
import { CrawlerError } from "./crawler-error.ts";

/** Schedules that are read at a time; beyond them they are read again. */
const KNOWN_MAX = 1_000;

const known = new Map<string, CronSchedule>();

/** Throws `invalid`, with what a schedule looks like. */
export function readSchedule(text: string): CronSchedule {
  const found = known.get(text);
  if (found !== undefined) return found;
  try {
    const schedule = parseCron(text);
    if (known.size >= KNOWN_MAX) known.clear();
    known.set(text, schedule);
    return schedule;
  } catch (error) {
    throw new CrawlerError("invalid", reasonOf(error), { cause: error });
  }
}

/**
 * When the crawler is due: the first time of its schedule after it was set or last came. `undefined` without a schedule, or
 * while it is stopped.
 */
export function nextRunOf({ definition, scheduledFrom, scheduleStopped }: StoredCrawler): number | undefined {
  // Without a beginning: of a time when schedules were kept without being read.
  if (definition.schedule === undefined || scheduledFrom === undefined || scheduleStopped) return undefined;
  return readSchedule(definition.schedule).next(scheduledFrom);
}
