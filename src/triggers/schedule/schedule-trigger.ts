import { randomUUID } from "node:crypto";
import { z } from "zod";
import { reasonOf } from "../../model/errors.ts";
import { packRecords } from "../../model/records.ts";
import type { SourceRun } from "../../sources/source-kind.ts";
import { parseCron } from "../../std/cron.ts";
import type { JsonObject } from "../../std/json.ts";
import { Notifier } from "../../std/notifier.ts";
import { anyTriggerKind, type TriggerComponents, type TriggerKind } from "../trigger-kind.ts";

const options = z
  .strictObject({
    cron: z.string().meta({
      description: "`cron(minutes hours day-of-month month day-of-week year)`, as AWS writes schedules.",
      examples: ["cron(30 6 * * ? *)"],
    }),
    zone: z
      .string()
      .default("UTC")
      .meta({ description: "Time zone that it is meant in.", examples: ["Europe/London"] }),
    input: z
      .record(z.string(), z.json())
      .optional()
      .meta({ description: "The event, instead of that of EventBridge." }),
  })
  .superRefine(({ cron, zone }, context) => {
    try {
      parseCron(cron, zone);
    } catch (error) {
      context.addIssue({ code: "custom", message: reasonOf(error), path: ["cron"] });
    }
  })
  .meta({ examples: [{ cron: "cron(30 6 * * ? *)", zone: "Europe/London" }] });

type Options = z.output<typeof options>;

/** Longest sleep: clocks are set, machines are suspended, and what is due has to be noticed. */
const LOOK_MS_MAX = 60_000;

export const scheduleTrigger: TriggerKind = anyTriggerKind<Options>({
  name: "schedule",
  description:
    "At the times of a cron expression, with the scheduled event of Amazon EventBridge. Times that were missed while the server was down are made up for once.",
  options,
  upstream: ({ cron, zone }) => `${cron} in ${zone}`,
  create: (components) => (given, run) => readSchedule(given, run, components),
  events: { batchSize: 1, single: true },
});

async function readSchedule(
  given: Options,
  { source, inlet, signal, connected, warn }: SourceRun,
  components: TriggerComponents,
) {
  const { clock } = components;
  const schedule = parseCron(given.cron, given.zone);
  const part = "schedule";
  const stored = inlet.position(part);
  let last = stored === undefined ? clock.now() : Number(Buffer.from(stored).toString());
  await inlet.append(packRecords([]), { part, position: Buffer.from(String(last)) });
  connected();
  for (;;) {
    const due = schedule.next(last);
    if (due === undefined) {
      warn("schedule-over", `${given.cron} has no time any more: change it, or remove the trigger.`);
      return await untilStopped(signal);
    }
    while (clock.now() < due) await clock.sleep(Math.min(due - clock.now(), LOOK_MS_MAX), signal);
    const event = given.input ?? scheduledEvent(source, due, components);
    last = Math.max(due, lastDue(schedule, due, clock.now()));
    await inlet.append(packRecords([Buffer.from(JSON.stringify(event))]), {
      part,
      position: Buffer.from(String(last)),
    });
  }
}

/** Rejects when it is stopped. */
async function untilStopped(signal: AbortSignal): Promise<void> {
  // Nobody notifies.
  await new Notifier().wait(signal);
}

/** Of several times that were missed, the newest: all of them are made up for at once. */
function lastDue(schedule: ReturnType<typeof parseCron>, due: number, now: number): number {
  const next = schedule.next(due);
  return next !== undefined && next <= now ? now : due;
}

function scheduledEvent(name: string, due: number, { accountId, region }: TriggerComponents): JsonObject {
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": "Scheduled Event",
    source: "aws.events",
    account: accountId,
    time: new Date(due).toISOString().replace(/\.\d+Z$/, "Z"),
    region,
    resources: [`arn:aws:events:${region}:${accountId}:rule/${name}`],
    detail: {},
  };
}
