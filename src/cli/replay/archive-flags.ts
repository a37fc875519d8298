import { eventTimeReader } from "../../processors/partition-time/event-time.ts";
import { isTimeZone } from "../../std/time-zone.ts";
import { duration } from "../../streams/setting-types.ts";
import { CliError } from "../cli-error.ts";
import type { ArchiveReplayOptions } from "./archive-replay.ts";
import { ARCHIVE_FORMATS, UNTIMED_CHOICES } from "./read-events.ts";
import { TimeField } from "./time-field.ts";

/** Options of `lakehose replay SOURCE --stream`, as commander hands them over. */
export interface ArchiveFlags {
  readonly stream?: string;
  readonly timeField?: string;
  readonly timeFormat?: string;
  readonly timeZone?: string;
  readonly speedup?: string;
  readonly start?: string;
  readonly end?: string;
  readonly sortedWithin?: string;
  readonly format?: string;
  readonly delimiter?: string;
  readonly untimed?: string;
  readonly skipDamaged?: boolean;
  /** False after `--no-newline`. */
  readonly newline?: boolean;
  readonly inFlight?: string;
  readonly openFiles?: string;
  readonly endpointUrl?: string;
  readonly config?: string;
}

/** Calls under way at a time: enough to keep the server's group commit busy. */
const IN_FLIGHT_DEFAULT = 4;
const IN_FLIGHT_MAX = 50;

/** Each open file may take some MiB of memory. */
const OPEN_FILES_DEFAULT = 64;
const OPEN_FILES_MAX = 10_000;

export const ARCHIVE_OPTIONS: readonly (readonly [flags: string, description: string])[] = [
  ["--stream <name>", "the stream that its records go to"],
  ["--time-field <path>", "field with the time of the event, names with dots between them"],
  ["--time-format <format>", "auto (default: ISO 8601, SQL, epochs), iso, epoch-s, epoch-ms, or a pattern of Joda's"],
  ["--time-zone <zone>", "zone of times that name none (default UTC)"],
  ["--speedup <factor>", "how much faster than it happened, or max (default 1)"],
  ["--start <time>", "only events from this time on; also where to go on after a stop"],
  ["--end <time>", "only events before this time"],
  ["--sorted-within <duration>", "put records in order that stand so far from their place, such as 10m"],
  ["--format <format>", `${ARCHIVE_FORMATS.join(", ")} (default: by content and name)`],
  ["--delimiter <text>", "what stands between fields of CSV (default: a comma, in .tsv a tab)"],
  ["--untimed <what>", `records without a time: ${UNTIMED_CHOICES.join(", ")} (default send: with the record before)`],
  ["--skip-damaged", "go on with the other files when one cannot be read to its end"],
  ["--no-newline", "send records without their line feed"],
  ["--in-flight <n>", `calls at a time (default ${IN_FLIGHT_DEFAULT}); 1 keeps the order strictly`],
  ["--open-files <n>", `files that may overlap in time (default ${OPEN_FILES_DEFAULT})`],
  ["--endpoint-url <url>", "S3 store of s3:// (default: of the configuration, AWS_ENDPOINT_URL, Amazon's)"],
  ["--config <file>", "configuration whose section storage says how buckets are reached (LAKEHOSE_CONFIG)"],
];

/** What the flags say of the replay itself. Throws `CliError` for what makes no sense. */
export function archiveOptions(flags: ArchiveFlags) {
  const { stream, timeField, timeFormat = "auto", timeZone = "UTC" } = flags;
  if (stream === undefined) throw new CliError("Name the stream that the archive goes to with --stream");
  if (timeField === undefined) throw new CliError("Name the field with the time of the event with --time-field");
  if (!/^[^.]+(\.[^.]+)*$/.test(timeField)) {
    throw new CliError(`Expected --time-field to be names with dots between them, such as trip.end; got ${timeField}`);
  }
  if (!isTimeZone(timeZone)) throw new CliError(`Expected --time-zone to be such as America/New_York, got ${timeZone}`);
  const fromMs = timeOf("--start", flags.start, timeZone) ?? Number.NEGATIVE_INFINITY;
  const toMs = timeOf("--end", flags.end, timeZone) ?? Number.POSITIVE_INFINITY;
  if (fromMs >= toMs) throw new CliError("Expected --start to be before --end");
  return {
    stream,
    field: new TimeField(timeField, eventTimeReader(timeFormat, timeZone)),
    fromMs,
    toMs,
    speedup: speedupOf(flags.speedup ?? "1"),
    disorderMs: flags.sortedWithin === undefined ? 0 : durationOf(flags.sortedWithin),
    format: flags.format === undefined ? undefined : oneOf("--format", flags.format, ARCHIVE_FORMATS),
    delimiter: flags.delimiter,
    untimed: oneOf("--untimed", flags.untimed ?? "send", UNTIMED_CHOICES),
    skipDamaged: flags.skipDamaged === true,
    newline: flags.newline !== false,
    callsMax: countOf("--in-flight", flags.inFlight, IN_FLIGHT_DEFAULT, IN_FLIGHT_MAX),
    openFilesMax: countOf("--open-files", flags.openFiles, OPEN_FILES_DEFAULT, OPEN_FILES_MAX),
  } satisfies Partial<ArchiveReplayOptions>;
}

function speedupOf(text: string): number {
  const speedup = text === "max" ? Number.POSITIVE_INFINITY : Number(text);
  if (speedup > 0 && (text === "max" || Number.isFinite(speedup))) return speedup;
  throw new CliError(`Expected --speedup to be a number above 0 or max, got ${text}`);
}

function timeOf(flag: string, text: string | undefined, timeZone: string): number | undefined {
  if (text === undefined) return undefined;
  const timeMs = eventTimeReader("auto", timeZone)(text);
  if (timeMs === undefined) throw new CliError(`Expected ${flag} to be such as 2018-03-01T00:30:00Z, got ${text}`);
  return timeMs;
}

const WINDOW = duration({
  description: "How far records may stand from their place.",
  example: "10m",
  min: 1,
  max: 30 * 86_400_000,
});

function durationOf(text: string): number {
  const parsed = WINDOW.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new CliError(`--sorted-within: ${parsed.error.issues[0]?.message}`);
}

function oneOf<Name extends string>(flag: string, text: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === text);
  if (found !== undefined) return found;
  throw new CliError(`Expected ${flag} to be one of ${names.join(", ")}; got ${text}`);
}

function countOf(flag: string, text: string | undefined, absent: number, max: number): number {
  if (text === undefined) return absent;
  const count = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= max) return count;
  throw new CliError(`Expected ${flag} to be a whole number from 1 to ${max}, got ${text}`);
}
