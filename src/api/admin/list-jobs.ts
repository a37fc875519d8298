import type { AdminContext, Endpoint } from "./endpoint.ts";
import { jobView } from "./job-view.ts";

/** GET /api/jobs => {jobs} in name order, each with its definition and the newest of its runs */
export function listJobs({ jobs, clock }: AdminContext): Endpoint {
  return {
    method: "GET",
    path: "jobs",
    action: "lakehose:ListJobs",
    role: "viewer",
    handle: () => ({ jobs: jobs.list().map((job) => jobView({ jobs, clock }, job)) }),
  };
}
