import type { AdminContext, Endpoint } from "./endpoint.ts";
import { asJson } from "./parse-body.ts";

/** DELETE /api/job-runs/ID => the run once it has ended, or still under way where that takes long; what it has done stays */
export function cancelJobRun({ jobs }: AdminContext): Endpoint {
  return {
    method: "DELETE",
    path: "job-runs/:id",
    action: "lakehose:CancelJobRun",
    role: "operator",
    handle: async ({ id }) => asJson(await jobs.cancel(id)),
  };
}
