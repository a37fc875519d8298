import { jobSettingsSchema } from "../../jobs/job-definition.ts";
import { jobName } from "../../jobs/job-name.ts";
import { WireError } from "../protocol/wire-error.ts";
import type { AdminContext, Endpoint } from "./endpoint.ts";
import { jobView } from "./job-view.ts";
import { parseBody } from "./parse-body.ts";

/**
 * PUT /api/jobs/NAME, {kind, options, triggers, retries, …} as in the configuration => the job. Creates it, or replaces its
 * definition as a whole; a run that is under way goes on as it began.
 */
export function putJob({ jobs, clock }: AdminContext): Endpoint {
  return {
    method: "PUT",
    path: "jobs/:id",
    action: "lakehose:PutJob",
    role: "admin",
    async handle({ id, json }) {
      const name = jobName.safeParse(id);
      if (!name.success) throw new WireError("InvalidArgumentException", `Job ${id}: ${name.error.issues[0]?.message}`);
      const definition = { name: id, ...parseBody(jobSettingsSchema, await json()) };
      return jobView({ jobs, clock }, await jobs.define(definition));
    },
  };
}
