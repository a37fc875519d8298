import type { AdminContext, Endpoint } from "./endpoint.ts";
import { asJson } from "./parse-body.ts";

/** GET /api/crawls/ID => the crawl, with its report once it is done: tables, partitions, broken files, warnings */
export function getCrawl({ crawlers }: AdminContext): Endpoint {
  return {
    method: "GET",
    path: "crawls/:id",
    action: "lakehose:GetCrawl",
    role: "viewer",
    handle: ({ id }) => asJson(crawlers.jobs.get(id)),
  };
}
