import type { AdminContext, Endpoint } from "./endpoint.ts";
import { asJson } from "./parse-body.ts";

/** GET /api/jobs/NAME/runs => {runs}: those queued and under way and the last ones before, newest first */
export function listJobRuns({ jobs }: AdminContext): Endpoint {
  return {
    method: "GET",
    path: "jobs/:id/runs",
    action: "lakehose:ListJobRuns",
    role: "viewer",
    handle: ({ id }) => asJson({ runs: jobs.runs(id) }),
  };
}
