import type { AdminContext, Endpoint } from "./endpoint.ts";
import { asJson } from "./parse-body.ts";

/** GET /api/job-runs/ID => the run: its state, progress while it is under way, counters or the failure at its end */
export function getJobRun({ jobs }: AdminContext): Endpoint {
  return {
    method: "GET",
    path: "job-runs/:id",
    action: "lakehose:GetJobRun",
    role: "viewer",
    handle: ({ id }) => asJson(jobs.run(id)),
  };
}
