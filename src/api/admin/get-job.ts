import type { AdminContext, Endpoint } from "./endpoint.ts";
import { jobView } from "./job-view.ts";

/** GET /api/jobs/NAME => the job, with the newest of its runs */
export function getJob({ jobs, clock }: AdminContext): Endpoint {
  return {
    method: "GET",
    path: "jobs/:id",
    action: "lakehose:GetJob",
    role: "viewer",
    handle: ({ id }) => jobView({ jobs, clock }, jobs.get(id)),
  };
}
