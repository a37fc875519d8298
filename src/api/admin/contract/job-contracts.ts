import { z } from "zod";
import { jobSettingsSchema } from "../../../jobs/job-definition.ts";
import type { Run } from "../../../jobs/stored-job.ts";
import { occasionQuery } from "../start-job-run.ts";
import { type Contracts, count, countsByName, instant, jsonObject, wholeNumber } from "./contract.ts";

const run = z
  .strictObject({
    id: z.string(),
    job: z.string(),
    kind: z.string(),
    state: z.enum(["queued", "running", "succeeded", "failed", "cancelled", "timed-out"]),
    attempt: count,
    cause: z.string(),
    occasion: z.strictObject({ at: instant, day: z.string().exactOptional() }),
    queuedAt: instant,
    notBefore: instant.exactOptional(),
    startedAt: instant.exactOptional(),
    endedAt: instant.exactOptional(),
    counters: countsByName.exactOptional(),
    failure: z.strictObject({ code: z.string(), message: z.string() }).exactOptional(),
    progress: z.strictObject({ done: z.number(), total: z.number().exactOptional() }).exactOptional(),
  })
  .meta({ id: "JobRun" }) satisfies z.ZodType<Run>;

const job = z
  .strictObject({
    name: z.string(),
    kind: z.string(),
    description: z.string(),
    options: jsonObject,
    triggers: z.array(jsonObject),
    retries: count,
    retryDelaySeconds: count,
    timeoutSeconds: count,
    overlap: z.enum(["queue", "skip"]),
    enabled: z.boolean(),
    version: count,
    createdAt: instant,
    updatedAt: instant,
    lastRun: run.exactOptional(),
    nextRunAt: instant.exactOptional(),
  })
  .meta({ id: "Job" });

export const jobContracts: Contracts = {
  "lakehose:ListJobs": {
    summary: "Jobs in name order, each with its definition and the newest of its runs.",
    answer: z.strictObject({ jobs: z.array(job) }),
  },
  "lakehose:GetJob": { summary: "One job with the newest of its runs.", answer: job },
  "lakehose:PutJob": {
    summary: "Creates a job or replaces its definition as a whole; a run that is under way goes on as it began.",
    body: jobSettingsSchema.extend({ options: jsonObject.meta({ description: "Options of the kind." }).optional() }),
    answer: job,
  },
  "lakehose:DeleteJob": {
    summary: "Deletes a job with its runs and their logs.",
    answer: z.strictObject({ name: z.string() }),
  },
  "lakehose:StartJobRun": {
    summary: "Asks for a run, which begins when its turn comes; `at` and `day` say what it is for.",
    query: occasionQuery,
    answer: run,
  },
  "lakehose:ListJobRuns": {
    summary: "Runs of a job that are queued and under way and the last ones before, newest first.",
    answer: z.strictObject({ runs: z.array(run) }),
  },
  "lakehose:GetJobRun": { summary: "One run: its state, its progress, its counters or its failure.", answer: run },
  "lakehose:CancelJobRun": { summary: "Ends a run; what it has done stays.", answer: run },
  "lakehose:ReadJobLog": {
    summary: "Lines of a run's log from one on, each with its time.",
    query: z.strictObject({ from: wholeNumber.optional() }),
    answer: z.strictObject({ lines: z.array(z.string()) }),
  },
};
