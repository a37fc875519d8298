import type { AdminContext, Endpoint } from "./endpoint.ts";
import { asJson } from "./parse-body.ts";

/** POST /api/crawlers/NAME/crawls => the crawl that a crawler of the catalog has begun, which goes on by itself */
export function startCrawler({ crawlers }: AdminContext): Endpoint {
  return {
    method: "POST",
    path: "crawlers/:id/crawls",
    action: "lakehose:StartCrawler",
    role: "operator",
    handle: async ({ id }) => asJson(await crawlers.start(id)),
  };
}
