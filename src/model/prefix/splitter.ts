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

/**
 * `splitKey` for a flow of records: evaluated at most once per minute of time, since nothing of an hour or more changes
 * within one. Give each flow a splitter of its own.
 */
export function createSplitter(template: PrefixTemplate, timeZone: string): (atMs: number) => string {
  if (coarseParts(template).length === 0) return () => "";
  let minute = Number.NaN;
  let key = "";
  return (atMs) => {
    const thisMinute = Math.floor(atMs / MINUTE_MS);
    if (thisMinute !== minute) {
      key = splitKey(template, thisMinute * MINUTE_MS, timeZone);
      minute = thisMinute;
    }
    return key;
  };
}

function coarseParts(template: PrefixTemplate) {
  return [...template.parts, ...template.implicitParts].flatMap((part) =>
    part.kind === "timestamp" ? part.parts.filter(isCoarse) : [],
  );
}
