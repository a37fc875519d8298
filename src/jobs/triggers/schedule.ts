import { z } from "zod";
import { reasonOf } from "../../model/errors.ts";
import { type CronSchedule, parseCron } from "../../std/cron.ts";
import type { TriggerType } from "./trigger-type.ts";

export const scheduleSchema = z
  .strictObject({
    type: z.literal("schedule"),
    cron: z.string().meta({
      description: "When, as AWS writes it: minutes, hours, day of month, month, day of week, year.",
      examples: ["cron(30 6 * * ? *)"],
    }),
    zone: z
      .string()
      .default("UTC")
      .meta({ description: "Time zone of the schedule.", examples: ["Europe/London"] }),
  })
  .superRefine(({ cron, zone }, context) => {
    try {
      parseCron(cron, zone);
    } catch (error) {
      context.addIssue(reasonOf(error));
    }
  });

type Schedule = z.output<typeof scheduleSchema>;

/** A wall clock that is set back by more than this was wrong before; by less, times that were due already stay done. */
const SET_BACK_MS_MAX = 3_600_000;

/** What came due while nobody looked runs once, for the latest of the times. */
export const scheduleTrigger: TriggerType<Schedule, { readonly seenUntil: number }> = {
  type: "schedule",
  summary: "At the times of a cron expression. Times that were missed while the server was down are made up for once.",
  baseline: (_, { now }) => ({ seenUntil: now }),
  step: (trigger, { seenUntil }, { now }) => {
    if (seenUntil > now + SET_BACK_MS_MAX) return { memory: { seenUntil: now } };
    const schedule = scheduleOf(trigger);
    const due = schedule.next(seenUntil);
    if (due === undefined || due > now) return undefined;
    return { memory: { seenUntil: now }, occasion: { at: latestDue(schedule, now) ?? due } };
  },
  next: (trigger, now) => scheduleOf(trigger).next(now),
};

/** By the trigger itself, which lives as long as its definition: it is asked every second. */
const schedules = new WeakMap<Schedule, CronSchedule>();

function scheduleOf(trigger: Schedule): CronSchedule {
  const known = schedules.get(trigger) ?? parseCron(trigger.cron, trigger.zone);
  schedules.set(trigger, known);
  return known;
}

/** Each a few dozen times the one before it, so that whatever the period is, few steps find the last time that was due. */
const LOOK_BACK_MS = [60_000, 3_600_000, 86_400_000, 32 * 86_400_000, 5 * 366 * 86_400_000];

function latestDue(schedule: CronSchedule, now: number): number | undefined {
  for (const back of LOOK_BACK_MS) {
    let latest: number | undefined;
    for (let due = schedule.next(now - back); due !== undefined && due <= now; due = schedule.next(due)) latest = due;
    if (latest !== undefined) return latest;
  }
  return undefined;
}
