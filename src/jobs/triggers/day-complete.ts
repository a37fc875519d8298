import { z } from "zod";
import { instantOfLocal, isTimeZone, zonedFields } from "../../std/time-zone.ts";
import type { TriggerType } from "./trigger-type.ts";

export const dayCompleteSchema = z.strictObject({
  type: z.literal("day-complete"),
  stream: z
    .string()
    .min(1)
    .max(64)
    .meta({ description: "Delivery stream.", examples: ["clicks"] }),
  zone: z
    .string()
    .default("UTC")
    .refine(isTimeZone, "expected a time zone such as Europe/London")
    .meta({ description: "Time zone whose days are meant.", examples: ["Europe/London"] }),
});

type DayComplete = z.output<typeof dayCompleteSchema>;

/** `done`: the last day that it has asked for. `waiting`: a day that is over, and where the log ended by then. */
type DaysSeen = { readonly done: string; readonly waiting?: { readonly day: string; readonly end: number } };

/** Records that were accepted as the day ended are in the log by then; an append takes seconds at the very worst. */
const SETTLING_MS = 60_000;

/**
 * A day is complete when every record that arrived on it has been delivered. When the day is over, and a minute more, the
 * end of the log is taken down: nothing that arrived before lies behind it. The day is complete once all deliveries
 * have let go of everything before that place. Days that went by while the server was down are not told one by one: the
 * last of them is.
 */
export const dayCompleteTrigger: TriggerType<DayComplete, DaysSeen> = {
  type: "day-complete",
  summary:
    "When all records that arrived in a stream on a day have been delivered, by all its deliveries; once for a day.",
  baseline: ({ zone }, { now }) => ({ done: dayBefore(now - SETTLING_MS, zone) }),
  step: ({ stream, zone }, { done, waiting }, facts) => {
    const progress = facts.streamProgress(stream);
    if (progress === undefined) return undefined;
    if (waiting !== undefined && progress.hold >= waiting.end) {
      return { memory: { done: waiting.day }, occasion: { at: facts.now, day: waiting.day } };
    }
    const day = dayBefore(facts.now - SETTLING_MS, zone);
    if (waiting !== undefined || day <= done) return undefined;
    return { memory: { done, waiting: { day, end: progress.end } } };
  },
};

/** The day before the one that the clocks of the zone show. */
function dayBefore(atMs: number, zone: string): string {
  const { year, month, day } = zonedFields(atMs, zone);
  const midnight = instantOfLocal({ year, month, day, hour: 0, minute: 0 }, zone);
  return dayOf(midnight - 1, zone);
}

/** `2026-11-21`: what the clocks of the zone show. */
export function dayOf(atMs: number, zone: string): string {
  const { year, month, day } = zonedFields(atMs, zone);
  return `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}
