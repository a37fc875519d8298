import { LakehoseError } from "../../../model/errors.ts";
import { javaPattern } from "../java-pattern.ts";
import { type Conversion, type JsonFormat, jsonLine, textOf } from "./conversion.ts";

export interface LogToJsonOptions {
  readonly logFormat: LogFormat;
  readonly matchPattern?: string | undefined;
  readonly fieldNames?: readonly string[] | undefined;
  readonly jsonFormat: JsonFormat;
}

export const LOG_FORMATS = [
  "COMMONAPACHELOG",
  "COMBINEDAPACHELOG",
  "APACHEERRORLOG",
  "SYSLOG",
  "RFC3339SYSLOG",
] as const;

export type LogFormat = (typeof LOG_FORMATS)[number];

const MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*";
const CLOCK = "\\d{1,2}:\\d{2}:\\d{2}(?:[.,:]\\d+)?";
/** A name, an IPv4 or an IPv6 address. */
const HOST = "[\\w.:%-]+";
const NUMBER = "[+-]?\\d+|-";

const COMMON = `(${HOST}) ([\\w.@-]+) ([\\w.@-]+) \\[(\\d{1,2}/${MONTH}/\\d+:${CLOCK}\\s[+-]?\\d+)\\] "([^"]+)" (${NUMBER}) (${NUMBER})`;
const AFTER_TIME = "(?:<\\d+\\.\\d+> )?([\\w.-]+) ([\\w./%-]+)(?:\\[(\\d+)\\])?: (.*)";
const COMMON_FIELDS = ["host", "ident", "authuser", "datetime", "request", "response", "bytes"];
const SYSLOG_FIELDS = ["timestamp", "hostname", "program", "processid", "message"];

const FORMATS: Record<LogFormat, { readonly pattern: string; readonly fields: readonly string[] }> = {
  COMMONAPACHELOG: { pattern: `${COMMON}.*`, fields: COMMON_FIELDS },
  COMBINEDAPACHELOG: { pattern: `${COMMON} "([^"]+)" "([^"]+)".*`, fields: [...COMMON_FIELDS, "referer", "agent"] },
  APACHEERRORLOG: {
    pattern: `\\[([A-Z][a-z]+\\s+${MONTH}\\s+\\d{1,2}\\s+${CLOCK}\\s+\\d+)\\] \\[(?:(\\w+):)?(\\w+)\\] \\[pid (\\d+)(?::tid (\\d+))?\\] \\[client (${HOST})\\] (.*)`,
    fields: ["timestamp", "module", "severity", "processid", "threadid", "client", "message"],
  },
  SYSLOG: { pattern: `(${MONTH}\\s+\\d{1,2}\\s+${CLOCK}) ${AFTER_TIME}`, fields: SYSLOG_FIELDS },
  RFC3339SYSLOG: {
    pattern: `(\\d{4}-\\d{2}-\\d{2}[Tt ]${CLOCK}(?:[Zz]|[+-]\\d{2}:?\\d{2})) ${AFTER_TIME}`,
    fields: SYSLOG_FIELDS,
  },
};

/** `LOGTOJSON`: the fields of a log line by the groups of a pattern, which the whole line has to match. */
export function logToJson({ logFormat, matchPattern, fieldNames, jsonFormat }: LogToJsonOptions): Conversion {
  const known = FORMATS[logFormat];
  const pattern = javaPattern(matchPattern ?? known.pattern, "matchPattern", { whole: true });
  const fields = fieldNames ?? known.fields;
  const groups = groupsOf(pattern);
  if (groups !== fields.length) {
    const message = `LOGTOJSON has ${fields.length} field names for ${groups} groups of its pattern; there has to be one for each`;
    throw new LakehoseError("bad-pattern", message);
  }
  // A dash is how Apache writes "nothing"; in syslog it is text.
  const dashIsNull = !logFormat.endsWith("SYSLOG");
  return (record) => {
    const match = pattern.exec(textOf(record));
    if (match === null) return undefined;
    const fieldValue = (value: string | undefined) =>
      value === undefined || (dashIsNull && value === "-") ? null : value;
    return jsonLine(Object.fromEntries(fields.map((name, at) => [name, fieldValue(match[at + 1])])), jsonFormat);
  };
}

/** Groups of a pattern: one that matches the empty text tells them all. */
function groupsOf(pattern: RegExp): number {
  const match = new RegExp(`${pattern.source}|`).exec("");
  return (match?.length ?? 1) - 1;
}
