import type { PrefixTemplate } from "../prefix-template.ts";
import { isCoarse } from "./date-pattern.ts";
import { formatDate } from "./format-date.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

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

/** Spans of time that a splitter remembers: days of events in any order, and the few hours of arrival. */
const SPANS_MAX = 2_000;

/**
 * `splitKey` for a flow of records: evaluated once per hour of UTC, or per minute of another zone, which may begin its
 * hours anywhere; nothing of an hour or more changes within one. Arrivals rise; event times come in any order, so more
 * than the last span is remembered. Give each flow a splitter of its own.
 */
export function createSplitter(template: PrefixTemplate, timeZone: string): (atMs: number) => string {
  if (coarseParts(template).length === 0) return () => "";
  const spanMs = timeZone === "UTC" ? HOUR_MS : MINUTE_MS;
  const keys = new Map<number, string>();
  let lastSpan = Number.NaN;
  let lastKey = "";
  return (atMs) => {
    const span = Math.floor(atMs / spanMs);
    if (span === lastSpan) return lastKey;
    let key = keys.get(span);
    if (key === undefined) {
      key = splitKey(template, span * spanMs, timeZone);
      if (keys.size >= SPANS_MAX) keys.clear();
      keys.set(span, key);
    }
    lastSpan = span;
    lastKey = key;
    return key;
  };
}

function coarseParts(template: PrefixTemplate) {
  return [...template.parts, ...template.implicitParts].flatMap((part) =>
    part.kind === "timestamp" ? part.parts.filter(isCoarse) : [],
  );
}
