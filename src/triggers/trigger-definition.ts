import { z } from "zod";
import { eventTargetSchema } from "./targets/target-schema.ts";

/** Names stand in addresses and name the file of checkpoints. */
export const triggerName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, "expected a name of letters, digits, dots, dashes and underscores");

const failureSchema = z
  .union([
    z.strictObject({
      bucket: z
        .string()
        .min(3)
        .max(63)
        .meta({ description: "Bucket that takes an object for each.", examples: ["lake"] }),
      prefix: z
        .string()
        .max(512)
        .default("")
        .meta({ description: "Where in it.", examples: ["failed-events/"] }),
    }),
    z.strictObject({
      stream: z.string().min(1).max(64).meta({ description: "Delivery stream that takes a record for each." }),
    }),
  ])
  .optional()
  .meta({
    description:
      "Where batches go that were given up: a JSON document with the reason and the events, into a bucket or a stream. Without it they are counted and let go.",
  });

/** Numbers as AWS Lambda's event source mappings have them, with the same defaults (CreateEventSourceMapping). */
export const triggerSettingsSchema = z.strictObject({
  kind: z
    .string()
    .min(1)
    .max(100)
    .meta({ description: "What makes it fire: a kind of the triggers page.", examples: ["object-created"] }),
  to: eventTargetSchema,
  description: z.string().max(1000).default("").meta({ description: "What it is for." }),
  options: z
    .record(z.string(), z.json())
    .default({})
    .meta({ description: "Options of the kind.", examples: [{ bucket: "lake", prefix: "rawxml/" }] }),
  batchSize: z
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .meta({ description: "Most events in one call. Default: the kind's.", examples: [100] }),
  batchWindowSeconds: z
    .number()
    .min(0)
    .max(300)
    .default(0)
    .meta({ description: "How long the first event of a batch may wait for others.", examples: [5] }),
  parallelizationFactor: z
    .int()
    .min(1)
    .max(10)
    .default(1)
    .meta({
      description: "Calls at a time for each shard or partition. Events of one key stay in their order.",
      examples: [4],
    }),
  retryAttempts: z
    .int()
    .min(-1)
    .max(10_000)
    .default(-1)
    .meta({
      description:
        "Further attempts of a batch that failed, where events have an order; then it is given up. -1: for ever, and those behind it wait. Queues hand over again by their own rules.",
      examples: [3],
    }),
  maximumRecordAgeSeconds: z
    .int()
    .min(-1)
    .max(604_800)
    .default(-1)
    .meta({
      description: "A batch whose events have been tried for so long is given up. -1: never.",
      examples: [3600],
    }),
  bisectBatchOnFunctionError: z
    .boolean()
    .default(false)
    .meta({
      description: "Split a batch that failed in two and try each half, so that one bad event is found.",
      examples: [true],
    }),
  reportBatchItemFailures: z
    .boolean()
    .default(false)
    .meta({
      description: 'The function says which events failed: `{"batchItemFailures": [{"itemIdentifier": …}]}`.',
      examples: [true],
    }),
  onFailure: failureSchema,
  enabled: z.boolean().default(true).meta({ description: "Whether it fires." }),
});

export type TriggerSettings = z.output<typeof triggerSettingsSchema>;
export type FailureSettings = NonNullable<z.output<typeof failureSchema>>;

export interface TriggerDefinition extends TriggerSettings {
  /** Checkpoints go by this name: under another one a trigger begins anew. */
  readonly name: string;
}
