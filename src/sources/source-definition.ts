import { z } from "zod";

/** Names stand in addresses and in positions; those of sources that came with a stream begin with `stream.`. */
export const sourceName = z.string().regex(/^(?!stream\.)[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, {
  error:
    "expected a name of letters, digits, dots, dashes and underscores that does not begin with stream., which is what sources of streams are called",
});

export const sourceSettingsSchema = z.strictObject({
  kind: z
    .string()
    .min(1)
    .max(100)
    .meta({ description: "What is read from: a kind of the sources page.", examples: ["rabbitmq"] }),
  stream: z
    .string()
    .min(1)
    .max(64)
    .meta({
      description: "Delivery stream that takes the records. The source waits until it exists.",
      examples: ["clicks"],
    }),
  description: z.string().max(1000).default("").meta({ description: "What it is for." }),
  options: z
    .record(z.string(), z.json())
    .default({})
    .meta({ description: "Options of the kind.", examples: [{ url: "amqp://127.0.0.1", queue: "clicks" }] }),
  enabled: z.boolean().default(true).meta({ description: "Whether it reads." }),
});

export type SourceSettings = z.output<typeof sourceSettingsSchema>;

export interface SourceDefinition extends SourceSettings {
  /** Positions and message ids in the log go by this name: under another one a source begins anew. */
  readonly name: string;
}
