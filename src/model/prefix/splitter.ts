import type { PrefixTemplate } from "../prefix-template.ts";
import { isCoarse } from "./date-pattern.ts";
import { formatDate } from "./format-date.ts";

const MINUTE_MS = 60_000;

/**
 * A string that changes exactly when a timestamp of the prefix changes in something of an hour or more. Whoever gathers
 * records closes a partition when it changes. Minutes and less come from the oldest record alone: they would tear every
 * object apart.
 */
export function splitKey(template: PrefixTemplate, atMs: number, timeZone: string): string {
  return coarseParts(template)
    .map((part) => formatDate([part], atMs, timeZone))
    .join("|");
}

/** Minutes that a splitter remembers: a day of events in any order, and the few hours of arrival. */
const MINUTES_MAX = 2_000;

/**
 * `splitKey` for a flow of records: evaluated once per minute of time, since nothing of an hour or more changes within
 * one. Arrivals rise; event times come in any order, so more than the last minute is remembered. Give each flow a splitter
 * of its own.
 */
export function createSplitter(template: PrefixTemplate, timeZone: string): (atMs: number) => string {
  if (coarseParts(template).length === 0) return () => "";
  const keys = new Map<number, string>();
  let lastMinute = Number.NaN;
  let lastKey = "";
  return (atMs) => {
    const minute = Math.floor(atMs / MINUTE_MS);
    if (minute === lastMinute) return lastKey;
    let key = keys.get(minute);
    if (key === undefined) {
      key = splitKey(template, minute * MINUTE_MS, timeZone);
      if (keys.size >= MINUTES_MAX) keys.clear();
      keys.set(minute, key);
    }
    lastMinute = minute;
    lastKey = key;
    return key;
  };
}

function coarseParts(template: PrefixTemplate) {
  return [...template.parts, ...template.implicitParts].flatMap((part) =>
    part.kind === "timestamp" ? part.parts.filter(isCoarse) : [],
  );
}
