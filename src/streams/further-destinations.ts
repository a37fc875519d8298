import { z } from "zod";
import { byteSize, count, duration } from "./setting-types.ts";

/** Far more than anybody sends one stream to; each reads the log for itself. */
const DESTINATIONS_MAX = 20;

const LONGEST_MS = 366 * 86_400_000;

const furtherDestination = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, "expected 1 to 40 of a-z, 0-9 and -")
    .meta({ description: "Names the delivery `destination-NAME`, for ever.", examples: ["warehouse"] }),
  type: z.string().meta({ description: "Which destination (docs/reference/components.md).", examples: ["postgres"] }),
  options: z
    .record(z.string(), z.json())
    .default({})
    .meta({ description: "Options of the destination, as the components page has them." }),
  filter: z
    .string()
    .optional()
    .meta({
      description: "Only records that meet this condition of the processor `filter`.",
      examples: ['action = "BLOCK"'],
    }),
  processors: z
    .array(z.looseObject({ type: z.string().meta({ description: "Which processor.", examples: ["drop-fields"] }) }))
    .max(50)
    .optional()
    .meta({ description: "Processors for this destination alone, behind those of the stream." }),
  "roll-size": byteSize({
    description: "Hand on at this size. Default 5 MiB.",
    example: "1MiB",
    min: 1,
    max: 1024 ** 3,
  }).optional(),
  "roll-age": duration({
    description: "Hand on this long after the first record. Default 1m.",
    example: "5s",
    min: 0,
    max: LONGEST_MS,
  }).optional(),
  "roll-records": count({
    description: "Hand on at this number of records.",
    example: "500",
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
  }).optional(),
  retry: z
    .union([
      z.literal("forever"),
      duration({
        description: "How long to try after the first failure.",
        example: "5m",
        min: 0,
        max: LONGEST_MS,
      }),
    ])
    .optional()
    .meta({
      description:
        "How long records are tried for after the first failure, before they go to the error output. `forever`: as long as the log holds them. Default 5m.",
      examples: ["1h"],
    }),
  errors: z
    .strictObject({
      bucket: z
        .string()
        .min(1)
        .meta({ description: "Bucket of the error records.", examples: ["lake"] })
        .optional(),
      prefix: z
        .string()
        .max(1024)
        .meta({ description: "Their prefix, an expression as ErrorOutputPrefix.", examples: ["errors/search/"] })
        .optional(),
    })
    .optional()
    .meta({ description: "Where error records go. Default: as those of the stream's destination." }),
  prefix: z.string().max(1024).optional().meta({ description: "Prefix of objects, for object stores." }),
  compression: z.enum(["gzip", "zstd"]).optional().meta({ description: "Of objects. Default: none." }),
});

export const furtherDestinations = z.array(furtherDestination).max(DESTINATIONS_MAX);

export type FurtherDestination = z.infer<typeof furtherDestination>;
