import { z } from "zod";
import { isTimeZone } from "../std/time-zone.ts";
import { count, duration } from "./setting-types.ts";

/** Settings of partitions by content and by event time: part of `streamSettingsSchema`. */

/** The longest time that anything may be late: ten years. */
const LATEST_MS = 10 * 366 * 86_400_000;

/** A key of the prefix: where its value stands in a record, how it is written, what stands for none. */
export interface PartitionKeySetting {
  readonly name: string;
  /** Names from the record inward; absent for a key that a MetadataExtraction query or a function gives. */
  readonly path?: readonly string[];
  readonly format?: string;
  readonly default?: string;
}

const lateness = (what: string) =>
  z.enum(["error", "prefix"]).meta({ description: what, examples: ["error", "prefix"] });

/** Text that may stand at the beginning of a name. */
const literalPrefix = (description: string, example: string) =>
  z
    .string()
    .max(128)
    .regex(/^[^!{}]*$/, "expected plain text without expressions")
    .meta({ description, examples: [example] });

export const partitionSettings = {
  limits: z
    .enum(["relaxed"])
    .meta({
      description:
        "relaxed = the least buffers that AWS asks for (64 MB and 60 s for partitioned or converted streams) do not apply.",
      examples: ["relaxed"],
    })
    .optional(),
  "partition-keys": partitionKeys(
    "Keys for !{partitionKeyFromQuery:NAME} of the prefix: NAME=.path, then :%03d to pad numbers, then :text for records without one; blanks between keys; | may stand for :. Without =.path it only says how a key of MetadataExtraction is written.",
    "pickup_location=.pickup_location_id:%03d kind=.type::other",
  ).optional(),
  "partitions-max": z
    .union([z.literal("unlimited"), count({ description: "", example: "5000", min: 1, max: 1_000_000 })])
    .meta({
      description:
        "Most partitions by content that are active at once; records of further ones go to the error output. Default 500, as AWS.",
      examples: ["5000", "unlimited"],
    })
    .optional(),
  "partition-time": z
    .string()
    .regex(/^\.?[^.]+(\.[^.]+)*$/, 'expected names with dots between them, such as "trip.pickup_datetime"')
    .meta({
      description: "Field with the event time: !{timestamp:...} of the prefix shows it instead of the arrival.",
      examples: ["trip.pickup_datetime"],
    })
    .optional(),
  "partition-time-format": z
    .string()
    .min(1)
    .meta({
      description: "How the event time is written: auto, iso, epoch-s, epoch-ms, or a pattern. Default auto.",
      examples: ["epoch-ms", "dd/MMM/yyyy:HH:mm:ss Z"],
    })
    .optional(),
  "partition-time-zone": z
    .string()
    .refine(isTimeZone, 'expected an IANA time zone such as "America/New_York"')
    .meta({
      description:
        "Zone of event times that name none, and of the timestamps made of them. Default: that of the names (CustomTimeZone).",
      examples: ["America/New_York"],
    })
    .optional(),
  "partition-time-missing": z
    .enum(["error", "arrival"])
    .meta({
      description: "Records without a readable event time: to the error output (default), or by their arrival.",
      examples: ["arrival"],
    })
    .optional(),
  "partition-close-after": duration({
    description: "Hand on a partition once events that are this much younger than its end have come.",
    example: "10m",
    min: 0,
    max: LATEST_MS,
  }).optional(),
  "late-after": duration({
    description: "A record that happened longer than this before it arrived is late. Default: none is.",
    example: "24h",
    min: 1000,
    max: LATEST_MS,
  }).optional(),
  late: lateness(
    "Late records: to the error output (default), or under late-prefix before their own prefix.",
  ).optional(),
  "late-prefix": literalPrefix("What stands before the prefix of late records. Default late/.", "late/").optional(),
  "future-after": duration({
    description: "A record that claims to have happened longer than this after it arrived is from the future.",
    example: "1h",
    min: 1000,
    max: LATEST_MS,
  }).optional(),
  future: lateness("Records from the future: to the error output (default), or under future-prefix.").optional(),
  "future-prefix": literalPrefix(
    "What stands before the prefix of records from the future. Default future/.",
    "future/",
  ).optional(),
} as const;

/** `%d`, `%5d`, `%05d`. */
const FORMAT = /^%0?\d{0,2}d$/;

function partitionKeys(description: string, example: string) {
  return z
    .string()
    .transform((text, context): readonly PartitionKeySetting[] => {
      const keys = text.split(/[ ,]+/).filter((one) => one !== "");
      const parsed = keys.map((one) => parseKey(one));
      const bad = keys.find((_, index) => parsed[index] === undefined);
      if (bad === undefined && keys.length > 0) return parsed.filter((key) => key !== undefined);
      context.addIssue(`expected keys such as "${example}", got "${bad ?? text}"`);
      return z.NEVER;
    })
    .meta({ description, examples: [example] });
}

function parseKey(text: string): PartitionKeySetting | undefined {
  const [, name, path, rest = ""] = /^([^=|:]+)(?:=(\.?[^|:]+))?((?:[|:].*)?)$/.exec(text) ?? [];
  if (name === undefined) return undefined;
  const [format = "", otherwise = "", ...more] = rest.slice(1).split(/[|:]/);
  if (more.length > 0 || (format !== "" && !FORMAT.test(format))) return undefined;
  if (path?.replace(/^\./, "").split(".").includes("")) return undefined;
  return {
    name,
    ...(path === undefined ? {} : { path: path.replace(/^\./, "").split(".") }),
    ...(format === "" ? {} : { format }),
    ...(otherwise === "" ? {} : { default: otherwise }),
  };
}
