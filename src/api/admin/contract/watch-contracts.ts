import { z } from "zod";
import type { AlarmStatus, AlarmTargetStatus } from "../../../alarms/alarms.ts";
import { type Contracts, count, instant, textsByName } from "./contract.ts";

const alarm = z
  .strictObject({
    rule: z.string(),
    stream: z.string(),
    state: z.enum(["ok", "alarm"]),
    since: instant.exactOptional(),
    severity: z.string(),
    measure: z.string(),
    above: z.number(),
    value: z.number().exactOptional(),
  })
  .meta({ id: "Alarm" }) satisfies z.ZodType<AlarmStatus>;

const alarmTarget = z
  .strictObject({
    name: z.string(),
    target: z.string(),
    failure: z.strictObject({ at: instant, message: z.string() }).exactOptional(),
    waiting: count,
  })
  .meta({ id: "AlarmTarget" }) satisfies z.ZodType<AlarmTargetStatus>;

const point = z.strictObject({
  at: z.string(),
  sum: z.number(),
  count: z.number(),
  min: z.number(),
  max: z.number(),
  average: z.number(),
});

const series = z
  .strictObject({
    namespace: z.string(),
    metric: z.string(),
    unit: z.string(),
    dimensions: textsByName,
    points: z.array(point),
  })
  .meta({ id: "MetricSeries" });

/** What was measured, and what is said about it. */
export const watchContracts: Contracts = {
  "lakehose:ListAlarms": {
    summary: "Each stream under each rule and how it stands, who is told and what waits for them.",
    answer: z.strictObject({ alarms: z.array(alarm), targets: z.array(alarmTarget) }),
  },
  "lakehose:ReadMetrics": {
    summary: "What was measured, period by period; by default the last hour of all metrics of a stream.",
    query: z.strictObject({
      stream: z.string().optional(),
      metric: z.string().optional().meta({ description: "May stand several times." }),
      namespace: z.string().optional(),
      from: z.string().optional().meta({ description: "ISO 8601 or milliseconds since 1970." }),
      to: z.string().optional(),
      period: z.int().min(60).optional().meta({ description: "Seconds, a whole number of minutes." }),
    }),
    answer: z.strictObject({ from: z.string(), to: z.string(), period: z.number(), series: z.array(series) }),
  },
};
