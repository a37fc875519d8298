import { z } from "zod";
import { invariant } from "../../std/assert.ts";
import { afterSchema, afterTrigger } from "./after.ts";
import { afterCrawlerSchema, afterCrawlerTrigger } from "./after-crawler.ts";
import { afterFilesSchema, afterFilesTrigger } from "./after-files.ts";
import { dayCompleteSchema, dayCompleteTrigger } from "./day-complete.ts";
import { onFailureSchema, onFailureTrigger } from "./on-failure.ts";
import { scheduleSchema, scheduleTrigger } from "./schedule.ts";
import { type AnyTriggerType, anyTrigger } from "./trigger-type.ts";

/** Every trigger, in the order of the alphabet. */
export const triggerTypes: readonly AnyTriggerType[] = [
  anyTrigger(afterTrigger),
  anyTrigger(afterCrawlerTrigger),
  anyTrigger(afterFilesTrigger),
  anyTrigger(dayCompleteTrigger),
  anyTrigger(onFailureTrigger),
  anyTrigger(scheduleTrigger),
];

export const triggerSchemas = [
  afterSchema,
  afterCrawlerSchema,
  afterFilesSchema,
  dayCompleteSchema,
  onFailureSchema,
  scheduleSchema,
] as const;

export const triggerSchema = z.discriminatedUnion("type", triggerSchemas);

export type Trigger = z.output<typeof triggerSchema>;

export function triggerTypeOf({ type }: Trigger): AnyTriggerType {
  const found = triggerTypes.find((one) => one.type === type);
  invariant(found !== undefined, "each trigger that the schema takes is in the registry");
  return found;
}

/** What a trigger's memory goes under: a trigger that is changed in any way is a new one. */
export function triggerKey(trigger: Trigger): string {
  return JSON.stringify(trigger);
}
