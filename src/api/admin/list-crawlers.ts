import type { Crawler } from "../../catalog/crawler/crawlers.ts";
import type { AdminContext, Endpoint } from "./endpoint.ts";
import { asJson } from "./parse-body.ts";

/** GET /api/crawlers => {crawlers} in name order: what each looks at, its schedule, its last crawl, the one under way */
export function listCrawlers({ crawlers }: AdminContext): Endpoint {
  return {
    method: "GET",
    path: "crawlers",
    action: "lakehose:ListCrawlers",
    role: "viewer",
    handle: () => asJson({ crawlers: crawlers.list().map(describe) }),
  };
}

function describe({ definition, job, lastCrawl, nextRunAt }: Crawler) {
  const { name, description, database, locations, schedule } = definition;
  return { name, description, database, locations, schedule, nextRunAt, lastCrawl, runningCrawl: job?.id };
}
