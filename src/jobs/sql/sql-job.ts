import { z } from "zod";
import type { Queries, QueryExecution } from "../../query/queries.ts";
import { STATEMENT_LENGTH_MAX } from "../../query/query-limits.ts";
import { isTimeZone, zonedFields } from "../../std/time-zone.ts";
import { JobError } from "../job-error.ts";
import type { JobComponents, JobKind, JobRun } from "../job-kind.ts";
import { dayOf } from "../triggers/day-complete.ts";
import { type ParameterValue, withParameters } from "./parameters.ts";

/** When too many queries wait already, the next try comes so much later. */
const BUSY_MS = 5_000;

const DAY_MS = 86_400_000;

const optionsSchema = z.strictObject({
  statement: z
    .string()
    .min(1)
    .max(STATEMENT_LENGTH_MAX)
    .meta({
      description:
        // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how parameters are written.
        "One SQL statement. `${NAME}` becomes the value of a parameter, as a literal: `${run_date}`, `${run_year}`, `${run_month}`, `${run_day}`, `${run_hour}` of the time that the run is for; `${data_date}`, `${data_year}`, `${data_month}`, `${data_day}` of the day before it, or of the day that has become complete; and those of `parameters`.",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how parameters are written.
      examples: ["SELECT count(*) FROM clicks WHERE dt = ${data_date}"],
    }),
  database: z
    .string()
    .min(1)
    .max(255)
    .default("default")
    .transform((name) => name.toLowerCase())
    .meta({ description: "Where tables without a database are looked for.", examples: ["sales"] }),
  zone: z
    .string()
    .default("UTC")
    .refine(isTimeZone, "expected a time zone such as Europe/London")
    .meta({ description: "Time zone of the dates in parameters.", examples: ["Europe/London"] }),
  parameters: z
    .record(
      z.string().regex(/^[a-z_]\w*$/i, "expected a name of letters, digits and _"),
      z.union([z.string(), z.number()]),
    )
    .default({})
    .meta({ description: "Further parameters: texts and numbers.", examples: [{ country: "CH" }] }),
});

type SqlOptions = z.output<typeof optionsSchema>;

export const sqlJob: JobKind<SqlOptions> = {
  name: "sql",
  description: "Runs a statement over the tables of the catalog. Its rows, if it has any, are counted and not kept.",
  options: optionsSchema,
  create:
    ({ queries, clock }: JobComponents) =>
    async (options, run) => {
      const sql = withParameters(options.statement, parametersOf(options, run));
      run.log(sql);
      for (;;) {
        const { id } = await queries.submit(sql, options.database);
        const { state, statistics, failure } = await ended(queries, id, run.signal);
        if (state === "succeeded") {
          const { files = 0, scannedBytes = 0, rows = 0, partitionsRead = 0 } = statistics ?? {};
          return { counters: { rows, filesRead: files, bytesScanned: scannedBytes, partitionsRead } };
        }
        if (failure?.code !== "busy") throw new JobError("work-failed", failure?.message ?? "The query was cancelled");
        run.log("Too many queries wait already: it is tried again");
        await clock.sleep(BUSY_MS, run.signal);
      }
    },
};

async function ended(queries: Queries, id: string, signal: AbortSignal): Promise<QueryExecution> {
  await queries.wait(id, signal);
  if (signal.aborted) {
    await queries.cancel(id);
    signal.throwIfAborted();
  }
  const execution = queries.get(id);
  if (execution === undefined) throw new JobError("work-failed", "The query was forgotten before its end was read");
  return execution;
}

function parametersOf({ zone, parameters }: SqlOptions, run: JobRun): ReadonlyMap<string, ParameterValue> {
  const { at, day } = run.occasion ?? { at: run.startedAt };
  const runDate = dayOf(at, zone);
  const hour = String(zonedFields(at, zone).hour).padStart(2, "0");
  return new Map<string, ParameterValue>([
    ...dateParameters("run", runDate),
    ["run_hour", hour],
    ...dateParameters("data", day ?? dayBefore(runDate)),
    ...Object.entries(parameters),
  ]);
}

/** As texts: so folders and partition keys have them. */
function dateParameters(prefix: string, date: string): readonly (readonly [string, string])[] {
  const [year = "", month = "", day = ""] = date.split("-");
  return [
    [`${prefix}_date`, date],
    [`${prefix}_year`, year],
    [`${prefix}_month`, month],
    [`${prefix}_day`, day],
  ];
}

/** By the calendar: days of 23 and 25 hours make no difference. */
function dayBefore(date: string): string {
  return dayOf(Date.parse(`${date}T00:00:00Z`) - DAY_MS, "UTC");
}
