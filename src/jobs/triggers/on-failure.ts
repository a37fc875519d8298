import { z } from "zod";
import { jobName } from "../job-name.ts";
import type { TriggerType } from "./trigger-type.ts";

export const onFailureSchema = z.strictObject({
  type: z.literal("on-failure"),
  job: jobName.meta({ description: "Job whose failure it is about.", examples: ["load-orders"] }),
});

type OnFailure = z.output<typeof onFailureSchema>;

export const onFailureTrigger: TriggerType<OnFailure, { readonly run: string | null }> = {
  type: "on-failure",
  summary: "When another job has failed or timed out and has no attempt left.",
  upstream: ({ job }) => [job],
  baseline: ({ job }, facts) => ({ run: facts.lastFailed(job) ?? null }),
  step: ({ job }, memory, facts) => {
    const run = facts.lastFailed(job);
    if (run === undefined || run === memory.run) return undefined;
    return { memory: { run }, occasion: { at: facts.now } };
  },
};
