import type { AdminContext, Endpoint } from "./endpoint.ts";
import { wholeNumber } from "./find-query.ts";

/** GET /api/job-runs/ID/log?from=N => {lines} of the run so far, from the one with this number on, each with its time */
export function readJobLog({ jobs }: AdminContext): Endpoint {
  return {
    method: "GET",
    path: "job-runs/:id/log",
    action: "lakehose:ReadJobLog",
    role: "viewer",
    handle: async ({ id, query }) => {
      const from = wholeNumber(query, "from", 0, Number.MAX_SAFE_INTEGER);
      return { lines: (await jobs.log(id)).slice(from) };
    },
  };
}
