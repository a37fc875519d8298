import { z } from "zod";
import { FUNCTION_PAYLOAD_BYTES_MAX, OBJECT_BYTES_MAX } from "../model/limits.ts";
import { STORAGE_CLASSES } from "../model/storage-class.ts";
import type { JsonObject } from "../std/json.ts";
import { furtherDestinations } from "./further-destinations.ts";
import { partitionSettings } from "./partition-settings.ts";
import { byteSize, count, duration, durationOrOff, tableName, wallClock } from "./setting-types.ts";
import { StreamError } from "./stream-error.ts";

/**
 * What AWS has no word for. The same settings come as tags (`lakehose:roll-at`), as the `lakehose:` section of a stream in
 * YAML (`roll-at:`), or through `PUT /api/streams/NAME/extensions`; tags win. One schema serves all three, the reference
 * page, and the console's form. Sizes come out in bytes, lengths of time in milliseconds.
 */

/** The longest age, idle time and retention: a year. */
const LONGEST_MS = 366 * 86_400_000;

/** The largest budget and retention size: a pebibyte, far above any one machine, so that sums stay exact. */
const LARGEST_BYTES = 1024 ** 5;

/** How long a deleted stream tries to deliver what is left, unless its `drain-timeout` says otherwise. */
export const DRAIN_TIMEOUT_MS = 5 * 60_000;

/** Far more than anybody chains; each costs time for every record. */
const PROCESSORS_MAX = 50;

/** The options of a processor are checked where processors are known, by the schema of its type. */
const processorSetting = z.looseObject({
  type: z.string().meta({ description: "Which processor (docs/reference/components.md).", examples: ["mask-fields"] }),
  before: z
    .literal("lambda")
    .meta({ description: "Run it before the Lambda function, not after it.", examples: ["lambda"] })
    .optional(),
});

const lambdaSetting = z
  .strictObject({
    "buffer-size": byteSize({
      description: "Record bytes that one invocation is given. Goes beyond the 3 MB of BufferSizeInMBs.",
      example: "8MiB",
      min: 1024,
      max: FUNCTION_PAYLOAD_BYTES_MAX,
    }).optional(),
    "payload-size": byteSize({
      description: "Largest request and largest reply of one invocation. AWS: 6 MB, and so the default.",
      example: "32MiB",
      min: 1024,
      max: FUNCTION_PAYLOAD_BYTES_MAX,
    }).optional(),
    concurrency: count({
      description: "Invocations under way at one time. AWS: 5 per shard, and so the default.",
      example: "2",
      min: 1,
      max: 100,
    }).optional(),
    "fan-out": z
      .boolean()
      .meta({ description: "The reply may hold a recordId several times: one record becomes many.", examples: [true] })
      .optional(),
  })
  .meta({
    description: "What goes beyond AWS for the stream's Lambda function. YAML and extensions only.",
    examples: [{ concurrency: 2 }],
  });

export const streamSettingsSchema = z.strictObject({
  "roll-size": byteSize({
    description: "Roll an object at this size. Goes beyond the 128 MB of BufferingHints, up to 5 GB.",
    example: "512MB",
    min: 1,
    max: OBJECT_BYTES_MAX,
  }).optional(),
  "roll-size-of": z
    .enum(["raw", "encoded"])
    .meta({
      description: "What the roll size measures: record bytes (raw) or bytes after format and compression (encoded).",
      examples: ["encoded"],
    })
    .optional(),
  "roll-records": count({
    description: "Roll an object at this number of records.",
    example: "100000",
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
  }).optional(),
  "roll-age": durationOrOff({
    description: "Roll an object this long after its first record; off = age never rolls. Replaces IntervalInSeconds.",
    example: "15m",
    min: 0,
    max: LONGEST_MS,
  }).optional(),
  "roll-idle": durationOrOff({
    description: "Roll an object when no record has come for this long.",
    example: "6h",
    min: 1000,
    max: LONGEST_MS,
  }).optional(),
  "roll-at": wallClock(
    "Roll all objects every day at this local time; the zone is its own and may differ from that of the names.",
    "08:30 Europe/London",
  ).optional(),
  "drain-timeout": duration({
    description: "How long a deleted stream tries to deliver what is left before it is DELETING_FAILED. Default 5m.",
    example: "5m",
    min: 0,
    max: LONGEST_MS,
  }).optional(),
  retention: duration({
    description: "Keep delivered records in the log for this long, for replay. Default: they go once delivered.",
    example: "7d",
    min: 0,
    max: LONGEST_MS,
  }).optional(),
  "retention-size": byteSize({
    description: "Keep at most this much delivered data in the log for replay.",
    example: "50GB",
    min: 0,
    max: LARGEST_BYTES,
  }).optional(),
  budget: byteSize({
    description:
      "Disk budget of the stream: log, staging and encoded files. At the limit producers are told to slow down.",
    example: "20GB",
    min: 16 * 1024 * 1024,
    max: LARGEST_BYTES,
  }).optional(),
  "rate-records": count({
    description: "Most records per second that the stream accepts. Default: no limit.",
    example: "5000",
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
  }).optional(),
  "rate-bytes": byteSize({
    description: "Most record bytes per second that the stream accepts. Default: no limit.",
    example: "5MiB",
    min: 1,
    max: LARGEST_BYTES,
  }).optional(),
  escape: z
    .enum(["newline-tab"])
    .meta({
      description: "Write line feeds and tabs inside a record as the two characters \\n and \\t.",
      examples: ["newline-tab"],
    })
    .optional(),
  compression: z
    .enum(["zstd"])
    .meta({ description: "A compression that CompressionFormat has no value for. Replaces it.", examples: ["zstd"] })
    .optional(),
  "compression-level": count({
    description: "How hard to compress: gzip and zip 1 to 9 (default 1), zstd 1 to 19 (default 3).",
    example: "6",
    min: 1,
    max: 19,
  }).optional(),
  format: z
    .enum(["avro", "csv", "json-lines", "orc", "parquet", "raw", "sequence-file"])
    .meta({
      description: "What is written: one of the formats of the components page. Goes before DataFormatConversion.",
      examples: ["parquet"],
    })
    .optional(),
  "format-options": z
    .record(z.string(), z.json())
    .meta({
      description: "Options of the format, as the components page has them. YAML and extensions only.",
      examples: [{ compression: "zstd" }],
    })
    .optional(),
  schema: tableName(
    "Columns of the objects: `infer` learns them from the records, `database.table` takes those of a table of the catalog. Default: infer, or the table of DataFormatConversion.",
    "sales.orders",
  ).optional(),
  ...partitionSettings,
  "storage-class": z
    .enum(STORAGE_CLASSES)
    .meta({ description: "S3 storage class of the objects. Default: the bucket's.", examples: ["STANDARD_IA"] })
    .optional(),
  acl: z
    .enum([
      "private",
      "public-read",
      "public-read-write",
      "authenticated-read",
      "aws-exec-read",
      "bucket-owner-read",
      "bucket-owner-full-control",
    ])
    .meta({ description: "Canned ACL of the objects. Default: none is sent.", examples: ["bucket-owner-full-control"] })
    .optional(),
  processors: z
    .array(processorSetting)
    .max(PROCESSORS_MAX)
    .meta({
      description:
        "Processors that need no code, in the order in which they run: after the Lambda function and right before partitioning. YAML and extensions only.",
      examples: [[{ type: "drop-fields", fields: ["password"] }]],
    })
    .optional(),
  lambda: lambdaSetting.optional(),
  "destination-options": z
    .record(z.string(), z.json())
    .meta({
      description:
        "Options of the stream's own destination that the wire has no words for, as the components page has them; they go before what the wire says. Not for S3. YAML and extensions only.",
      examples: [{ documentId: { field: "trade_id" } }],
    })
    .optional(),
  destinations: furtherDestinations
    .meta({
      description:
        "Destinations beside the one of the stream, each with its own cursor, retries and error output. YAML and extensions only.",
      examples: [
        [{ name: "search", type: "opensearch", options: { endpoint: "http://127.0.0.1:9200", index: "orders" } }],
      ],
    })
    .optional(),
  primary: z
    .enum(["on", "errors-only"])
    .meta({
      description:
        "`errors-only`: the stream's own destination gets no data; its bucket takes the error records of `destinations`. Default: on.",
      examples: ["errors-only"],
    })
    .optional(),
});

export type StreamSettings = z.infer<typeof streamSettingsSchema>;
export type { FurtherDestination } from "./further-destinations.ts";

export const SETTING_TAG_PREFIX = "lakehose:";

/** Settings in force: extensions, overlaid by tags. Throws `StreamError` `invalid` that names the setting. */
export function settingsOf(extensions: JsonObject, tags: Readonly<Record<string, string>>): StreamSettings {
  const raw: Record<string, unknown> = { ...extensions };
  for (const [key, value] of Object.entries(tags)) {
    if (key.startsWith(SETTING_TAG_PREFIX)) raw[key.slice(SETTING_TAG_PREFIX.length)] = value;
  }
  const parsed = streamSettingsSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new StreamError("invalid", parsed.error.issues.map(describeIssue).join("; "));
}

function describeIssue(issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(streamSettingsSchema.shape).join(", ");
    return `There is no setting ${SETTING_TAG_PREFIX}${issue.keys.join(`, ${SETTING_TAG_PREFIX}`)}. There are: ${known}`;
  }
  return `Setting ${SETTING_TAG_PREFIX}${issue.path.join(".")}: ${firstUnionProblem(issue)}`;
}

/** A value that may be `off` or a length of time fails both ways; the second tells the user what to write. */
function firstUnionProblem(issue: z.core.$ZodIssue): string {
  if (issue.code !== "invalid_union") return issue.message;
  return issue.errors.at(-1)?.[0]?.message ?? issue.message;
}

/** The tags that are settings. */
export function settingTags(tags: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => key.startsWith(SETTING_TAG_PREFIX)));
}
