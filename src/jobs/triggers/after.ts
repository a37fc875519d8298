import { z } from "zod";
import { jobName } from "../job-name.ts";
import type { TriggerFacts, TriggerType } from "./trigger-type.ts";

/** AWS Glue takes as many conditions of a trigger (its API reference, Predicate). */
const JOBS_MAX = 500;

export const afterSchema = z.strictObject({
  type: z.literal("after"),
  jobs: z
    .array(jobName)
    .min(1)
    .max(JOBS_MAX)
    .meta({ description: "Jobs that it waits for.", examples: [["load-orders", "load-customers"]] }),
  match: z.enum(["all", "any"]).default("all").meta({
    description: "Whether each of them has to have succeeded since the last run of this job, or any.",
  }),
});

type After = z.output<typeof afterSchema>;

/** By job, the last run that has been taken account of. Ids and not times, since a wall clock may be set back. */
type Seen = { readonly [job: string]: string | null };

export const afterTrigger: TriggerType<After, Seen> = {
  type: "after",
  summary: "When other jobs have succeeded since the last run of this one: one, all of several, or any of several.",
  startsOver: true,
  upstream: ({ jobs }) => jobs,
  baseline: (trigger, facts) => seenNow(trigger, facts),
  step: (trigger, memory, facts) => {
    const isNew = (job: string) => {
      const latest = facts.lastSucceeded(job);
      return latest !== undefined && latest !== memory[job];
    };
    const due = trigger.match === "all" ? trigger.jobs.every(isNew) : trigger.jobs.some(isNew);
    return due ? { memory: seenNow(trigger, facts), occasion: { at: facts.now } } : undefined;
  },
};

function seenNow({ jobs }: After, facts: TriggerFacts): Seen {
  return Object.fromEntries(jobs.map((job) => [job, facts.lastSucceeded(job) ?? null]));
}
