import type { JobDefinition } from "./job-definition.ts";
import { triggerTypeOf } from "./triggers/registry.ts";

/** When the clock starts a job next; `undefined` where it does not, whatever else may. */
export function nextOccasion({ enabled, triggers }: JobDefinition, now: number): number | undefined {
  if (!enabled) return undefined;
  const times = triggers.flatMap((trigger) => triggerTypeOf(trigger).next?.(trigger, now) ?? []);
  return times.length === 0 ? undefined : Math.min(...times);
}
