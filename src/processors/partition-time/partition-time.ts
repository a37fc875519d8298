import { z } from "zod";
import type { JsonObject, JsonValue } from "../../std/json.ts";
import { isTimeZone } from "../../std/time-zone.ts";
import { parseRecord } from "../parse-record.ts";
import type { KeptOutcome, Outcome, ProcessorDefinition } from "../processor.ts";
import { eventTimeReader, type ReadEventTime } from "./event-time.ts";

/**
 * When a record happened, by its own word, for the timestamps of the prefix. Bytes stay as they are. What is too late or
 * too early is decided by the delivery, against the stored arrival.
 */
export const partitionTimeProcessor: ProcessorDefinition = {
  type: "partition-time",
  summary: "Reads the event time off a field of JSON records, for partitions by event time.",
  pure: true,
  optionsSchema: z.strictObject({
    field: z
      .string()
      .regex(/^\.?[^.]+(\.[^.]+)*$/, "expected names with dots between them, such as trip.pickup_datetime")
      .describe("Path of the field, names with dots between them.")
      .meta({ examples: ["trip.pickup_datetime"] }),
    format: z
      .string()
      .min(1)
      .default("auto")
      .describe(
        "auto (ISO 8601, or a number of seconds, milliseconds, micro- or nanoseconds), iso, epoch-s, epoch-ms, or a pattern.",
      )
      .meta({ examples: ["auto", "dd/MMM/yyyy:HH:mm:ss Z"] }),
    timeZone: z
      .string()
      .refine(isTimeZone, "expected an IANA time zone such as America/New_York")
      .default("UTC")
      .describe("Zone of times that name none.")
      .meta({ examples: ["America/New_York"] }),
    missing: z
      .enum(["reject", "arrival"])
      .default("reject")
      .describe("What becomes of records without such a time: the error output, or the partition of their arrival."),
  }),
  create: (options) => {
    const { field, format, timeZone, missing } = partitionTimeProcessor.optionsSchema.parse(options) as Options;
    const path = field.replace(/^\./, "").split(".");
    const read = eventTimeReader(format, timeZone);
    const each = (outcome: KeptOutcome) => placeRecord(outcome, path, read, missing === "arrival");
    return {
      type: "partition-time",
      pure: true,
      onlyPlaces: true,
      process: async ({ source, outcomes }) => ({
        source,
        outcomes: outcomes.map((outcome) => (outcome.result === "kept" ? each(outcome) : outcome)),
      }),
      each,
      close: async () => undefined,
    };
  },
};

interface Options {
  readonly field: string;
  readonly format: string;
  readonly timeZone: string;
  readonly missing: "reject" | "arrival";
}

function placeRecord(outcome: KeptOutcome, path: readonly string[], read: ReadEventTime, byArrival: boolean): Outcome {
  const value = memberAt(outcome.bytes, path);
  const eventTimeMs = value === undefined || value === null ? undefined : read(value);
  if (eventTimeMs !== undefined) return { ...outcome, eventTimeMs };
  if (byArrival) return outcome;
  const where = path.join(".");
  return {
    result: "rejected",
    index: outcome.index,
    errorType: "processing-failed",
    code: value === undefined || value === null ? "PartitionTime.Missing" : "PartitionTime.Invalid",
    message:
      value === undefined || value === null
        ? `The record has no event time in ${where}`
        : `Expected a time in ${where}, got ${JSON.stringify(value).slice(0, SHOWN_LENGTH_MAX)}`,
    attempts: 1,
  };
}

/** As much of a value as an error message shows. */
const SHOWN_LENGTH_MAX = 100;

function memberAt(bytes: Buffer, path: readonly string[]): JsonValue | undefined {
  let value = parseRecord(bytes);
  for (const name of path) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
