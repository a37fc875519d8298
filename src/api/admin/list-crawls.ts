import type { AdminContext, Endpoint } from "./endpoint.ts";
import { asJson } from "./parse-body.ts";

/** GET /api/crawls => {crawls}: those under way and the last ones before, oldest first, without their reports */
export function listCrawls({ crawlers }: AdminContext): Endpoint {
  return {
    method: "GET",
    path: "crawls",
    action: "lakehose:ListCrawls",
    role: "viewer",
    handle: () => asJson({ crawls: crawlers.jobs.list().map(({ report: _, ...job }) => job) }),
  };
}
