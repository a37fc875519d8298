import { z } from "zod";
import type { AdminContext, Endpoint } from "./endpoint.ts";
import { asJson, parseBody } from "./parse-body.ts";

/** What the run is for, which is now unless it is said: the defaults and names of dates follow it. */
export const occasionQuery = z.strictObject({
  at: z.iso
    .datetime({ offset: true })
    .transform((text) => Date.parse(text))
    .optional(),
  day: z.iso.date().optional(),
});

/**
 * POST /api/jobs/NAME/runs?at=2026-11-22T02:30:00Z&day=2026-11-21, both optional => the run, which begins when its turn
 * comes: how it goes is in GET /api/job-runs/ID
 */
export function startJobRun({ jobs }: AdminContext): Endpoint {
  return {
    method: "POST",
    path: "jobs/:id/runs",
    action: "lakehose:StartJobRun",
    role: "operator",
    handle: async ({ id, query }) => asJson(await jobs.start(id, parseBody(occasionQuery, Object.fromEntries(query)))),
  };
}
