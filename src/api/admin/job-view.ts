import type { Jobs } from "../../jobs/jobs.ts";
import type { StoredJob } from "../../jobs/stored-job.ts";
import type { JsonObject } from "../../std/json.ts";
import { asJson } from "./parse-body.ts";

/** A job as the admin API shows it: its definition, and the newest of its runs. */
export function jobView(jobs: Jobs, { definition, version, createdAt, updatedAt }: StoredJob): JsonObject {
  const [lastRun] = jobs.runs(definition.name);
  return asJson({ ...definition, version, createdAt, updatedAt, lastRun });
}
