import type { AdminContext, Endpoint } from "./endpoint.ts";
import { asJson } from "./parse-body.ts";

/** POST /api/jobs/NAME/runs => the run, which begins when its turn comes: how it goes is in GET /api/job-runs/ID */
export function startJobRun({ jobs }: AdminContext): Endpoint {
  return {
    method: "POST",
    path: "jobs/:id/runs",
    action: "lakehose:StartJobRun",
    handle: async ({ id }) => asJson(await jobs.start(id)),
  };
}
