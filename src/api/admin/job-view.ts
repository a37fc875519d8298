import { nextOccasion } from "../../jobs/next-occasion.ts";
import type { StoredJob } from "../../jobs/stored-job.ts";
import type { JsonObject } from "../../std/json.ts";
import type { AdminContext } from "./endpoint.ts";
import { asJson } from "./parse-body.ts";

/** A job as the admin API shows it: its definition, the newest of its runs, and when the clock starts it next. */
export function jobView(
  { jobs, clock }: Pick<AdminContext, "jobs" | "clock">,
  { definition, version, createdAt, updatedAt }: StoredJob,
): JsonObject {
  const [lastRun] = jobs.runs(definition.name);
  return asJson({
    ...definition,
    version,
    createdAt,
    updatedAt,
    lastRun,
    nextRunAt: nextOccasion(definition, clock.now()),
  });
}
