import type { Column } from "../../model/schema/column-type.ts";
import type { LogPattern } from "./content.ts";
import { SAMPLE_ROWS_MAX } from "./crawler-limits.ts";
import type { TextSample } from "./text-sample.ts";

/** Fields in quotes keep quotes inside behind a backslash. No part can match in two ways, so no line can keep it busy. */
const QUOTED = String.raw`"((?:[^"\\]|\\.)*)"`;
const COMMON = String.raw`(\S+) (\S+) (\S+) \[([^\]]*)\] ${QUOTED} (\d{3}|-) (\d+|-)`;

/** As Java's regular expressions have them too: a RegexSerDe takes the text as it is. */
export const LOG_PATTERNS: Readonly<Record<LogPattern, string>> = {
  combined: `^${COMMON} ${QUOTED} ${QUOTED}$`,
  common: `^${COMMON}$`,
};

const COLUMN_NAMES = ["host", "identity", "user", "time", "request", "status", "size", "referer", "agent"];

/** One for each group of the pattern; all are texts, since any of them may be `-`. */
export function logColumns(pattern: LogPattern): readonly Column[] {
  const names = pattern === "combined" ? COLUMN_NAMES : COLUMN_NAMES.slice(0, 7);
  return names.map((name) => ({ name, type: { kind: "string" } }));
}

/** The rest are stack traces and whatever else ends up in a log. */
const MATCHING_PART = 0.9;

/** The pattern that nearly all lines match; `undefined` when it is no access log. */
export function readLogSample({ text, complete }: TextSample): LogPattern | undefined {
  const lines = text.split("\n", SAMPLE_ROWS_MAX + 1);
  if (!complete || lines.length > SAMPLE_ROWS_MAX) lines.pop();
  const full = lines.map((line) => line.replace(/\r$/, "")).filter((line) => line !== "");
  for (const pattern of ["combined", "common"] as const) {
    const expression = new RegExp(LOG_PATTERNS[pattern]);
    const matching = full.filter((line) => expression.test(line)).length;
    if (matching > 0 && matching >= full.length * MATCHING_PART) return pattern;
  }
  return undefined;
}
