import { z } from "zod";
import { secretSchema } from "../model/secret.ts";
import { eventTargetSchema } from "../triggers/targets/target-schema.ts";
import { ALARM_MEASURE_NAMES } from "./alarm-measures.ts";

/** `alarms:` of the configuration: when somebody is told of a stream, and who. */

const name = z.string().regex(/^[\w.-]{1,128}$/, "expected 1 to 128 letters, digits, dots, hyphens and underscores");

/** Two weeks of minutes; older minutes are not kept. */
const MINUTES_MAX = 14 * 24 * 60;

const ruleSchema = z
  .strictObject({
    measure: z
      .enum(ALARM_MEASURE_NAMES)
      .meta({ description: "What is looked at, of each stream.", examples: ["freshness-seconds"] }),
    above: z
      .number()
      .min(0)
      .meta({ description: "The alarm is on while the measure is above this number.", examples: [900] }),
    periodMinutes: z
      .int()
      .min(1)
      .max(24 * 60)
      .default(1)
      .meta({ description: "Length of a period, in minutes.", examples: [5] }),
    periods: z
      .int()
      .min(1)
      .max(1000)
      .default(3)
      .meta({ description: "Periods in a row that have to be above the number.", examples: [3] }),
    streams: z
      .array(z.string().min(1))
      .min(1)
      .default(["*"])
      .meta({ description: "Names of streams; `*` and `?` stand for any letters.", examples: [["clicks-*"]] }),
    severity: z
      .string()
      .min(1)
      .max(64)
      .default("warning")
      .meta({ description: "Told with the alarm.", examples: ["critical"] }),
    to: z.array(name).optional().meta({ description: "Who is told, by name; all targets unless given." }),
  })
  .refine(({ periodMinutes, periods }) => periodMinutes * periods <= MINUTES_MAX, {
    error: `expected periodMinutes times periods to be at most two weeks (${MINUTES_MAX} minutes)`,
  });

const alertmanagerTarget = z.strictObject({
  alertmanager: z
    .strictObject({
      url: z.url({ protocol: /^https?$/ }).meta({
        description: "Address of an Alertmanager of Prometheus, without `/api/v2/alerts`.",
        examples: ["http://127.0.0.1:9093"],
      }),
      headers: z
        .record(z.string().regex(/^[\w-]+$/), secretSchema("Value of the header."))
        .default({})
        .meta({ description: "Further headers, such as authorization." }),
      timeoutSeconds: z.int().min(1).max(300).default(10).meta({ description: "Longest wait for the answer." }),
    })
    .meta({ description: "Alerts over the v2 API, renewed every minute and resolved when they end." }),
});

export const alarmTargetSchema = z.union([eventTargetSchema, alertmanagerTarget]).meta({
  description: "Who is told: an Alertmanager, or what a trigger may call (a function, an address, a queue, a topic).",
});

export const alarmsSection = z
  .strictObject({
    rules: z
      .record(name, ruleSchema)
      .default({})
      .meta({ description: "When an alarm is on, by name; one alarm for each stream that a rule is for." }),
    targets: z.record(name, alarmTargetSchema).default({}).meta({ description: "Who is told, by name." }),
  })
  .superRefine(({ rules, targets }, context) => {
    for (const [rule, { to = [] }] of Object.entries(rules)) {
      for (const target of to.filter((one) => !Object.hasOwn(targets, one))) {
        const known = Object.keys(targets).join(", ") || "none";
        context.addIssue({
          code: "custom",
          path: ["rules", rule, "to"],
          message: `there is no target ${target}; there are: ${known}`,
        });
      }
    }
  })
  .prefault({})
  .meta({
    description: "Alarms on streams and who is told of them, also that they are over. Looked at once a minute.",
    examples: [
      {
        rules: { late: { measure: "freshness-seconds", above: 900, periods: 5 } },
        targets: { operators: { webhook: { url: "https://example.com/alarms" } } },
      },
    ],
  });

export type AlarmSettings = z.output<typeof alarmsSection>;
export type AlarmRule = z.output<typeof ruleSchema>;
export type AlarmTargetSettings = z.output<typeof alarmTargetSchema>;
