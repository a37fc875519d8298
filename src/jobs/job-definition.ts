import { z } from "zod";
import { triggerSchema } from "./triggers/registry.ts";

/** What a job is told to do and when. The same members in YAML, in the admin API, and in the file that keeps them. */

const DAY_SECONDS = 86_400;

export const jobSettingsSchema = z.strictObject({
  kind: z
    .string()
    .min(1)
    .max(100)
    .meta({ description: "What it does: a kind of the jobs page.", examples: ["sql"] }),
  description: z.string().max(1000).default("").meta({ description: "What it is for." }),
  options: z
    .record(z.string(), z.json())
    .default({})
    .meta({ description: "Options of the kind.", examples: [{ statement: "SELECT 1" }] }),
  triggers: z
    .array(triggerSchema)
    .max(20)
    .default([])
    .meta({ description: "What makes it run, beside a call by hand: each a trigger of the jobs page." }),
  retries: z
    .int()
    .min(0)
    .max(10)
    .default(0)
    .meta({ description: "Further attempts of a run that failed or timed out, or that a stop of the server ended." }),
  retryDelaySeconds: z
    .int()
    .min(1)
    .max(DAY_SECONDS)
    .default(30)
    .meta({ description: "Wait before the second attempt; twice as long before each further one, at most a day." }),
  timeoutSeconds: z
    .int()
    .min(1)
    .max(7 * DAY_SECONDS)
    .default(3_600)
    .meta({ description: "Longest time of one attempt." }),
  overlap: z.enum(["queue", "skip"]).default("queue").meta({
    description:
      "What an occasion does that comes while a run is under way: `queue` one run behind it, or `skip` this one. There is never more than one run at a time.",
  }),
  enabled: z.boolean().default(true).meta({
    description: "Whether triggers count. What they would have seen before is not made up for. By hand it always runs.",
  }),
});

export type JobSettings = z.output<typeof jobSettingsSchema>;

export interface JobDefinition extends JobSettings {
  readonly name: string;
}
