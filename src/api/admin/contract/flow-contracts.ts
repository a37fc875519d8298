import { z } from "zod";
import type { SourceStatus } from "../../../sources/sources.ts";
import type { TriggerStatus } from "../../../triggers/triggers.ts";
import { type Contracts, count, countsByName, instant } from "./contract.ts";

const reader = {
  state: z.enum(["starting", "reading", "held", "waiting", "disabled", "stopped"]),
  since: instant,
  failure: z
    .strictObject({ code: z.string(), message: z.string(), at: instant, failures: count, nextAttemptAt: instant })
    .exactOptional(),
  warning: z.strictObject({ code: z.string(), message: z.string(), at: instant }).exactOptional(),
  records: count,
  bytes: count,
  duplicates: count,
  lastAppendAt: instant.exactOptional(),
  counters: countsByName,
  measures: countsByName,
};

const source = z
  .strictObject({
    name: z.string(),
    kind: z.string(),
    stream: z.string(),
    description: z.string(),
    upstream: z.string(),
    ...reader,
  })
  .meta({ id: "Source" }) satisfies z.ZodType<SourceStatus>;

const trigger = z
  .strictObject({
    name: z.string(),
    kind: z.string(),
    description: z.string(),
    upstream: z.string(),
    target: z.string(),
    calls: count,
    failedCalls: count,
    givenUp: count,
    callFailure: z.strictObject({ message: z.string(), at: instant, attempt: count }).exactOptional(),
    ...reader,
  })
  .meta({ id: "Trigger" }) satisfies z.ZodType<TriggerStatus>;

/** What comes in by itself, and what is called by itself. */
export const flowContracts: Contracts = {
  "lakehose:ListSources": {
    summary: "Sources in name order: what each reads, how it stands, what it has counted.",
    answer: z.strictObject({ sources: z.array(source) }),
  },
  "lakehose:GetSource": { summary: "One source.", answer: source },
  "lakehose:ListTriggers": {
    summary: "Triggers in name order: what each listens to and calls, how it stands.",
    answer: z.strictObject({ triggers: z.array(trigger) }),
  },
  "lakehose:GetTrigger": { summary: "One trigger.", answer: trigger },
};
