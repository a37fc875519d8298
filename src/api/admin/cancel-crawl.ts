import type { AdminContext, Endpoint } from "./endpoint.ts";
import { asJson } from "./parse-body.ts";

/** DELETE /api/crawls/ID => the crawl once it has ended; what it has done by then stays */
export function cancelCrawl({ crawlers }: AdminContext): Endpoint {
  return {
    method: "DELETE",
    path: "crawls/:id",
    action: "lakehose:CancelCrawl",
    role: "operator",
    handle: async ({ id }) => asJson(await crawlers.jobs.cancel(id)),
  };
}
