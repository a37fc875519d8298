import { z } from "zod";
import type { AdminContext, Endpoint } from "./endpoint.ts";
import { asJson, parseBody } from "./parse-body.ts";

/** Locations of one crawl (Glue takes as many targets of a crawler). */
const LOCATIONS_MAX = 100;

export const crawlBody = z.strictObject({
  locations: z.array(z.string().min(1)).min(1).max(LOCATIONS_MAX),
  database: z.string().min(1).max(255),
  tablePrefix: z.string().max(128).optional(),
  grouping: z.enum(["folders", "location"]).optional(),
  csvHeader: z.enum(["detect", "present", "absent"]).optional(),
  update: z.enum(["update", "log"]).default("update"),
  delete: z.enum(["deprecate", "log", "delete"]).default("deprecate"),
});

/** Whose tables they are that a crawl without a crawler makes. */
const AD_HOC_CRAWLER = "lakehose crawl";

/**
 * POST /api/crawls, {locations, database, tablePrefix, grouping, csvHeader, update, delete}, the first two required => the
 * crawl, which goes on by itself: its progress is in GET /api/crawls/ID.
 */
export function startCrawl({ crawlers }: AdminContext): Endpoint {
  return {
    method: "POST",
    path: "crawls",
    action: "lakehose:StartCrawl",
    role: "operator",
    async handle({ json }) {
      const { update, delete: remove, ...definition } = parseBody(crawlBody, await json());
      const policy = { update, delete: remove };
      return asJson(crawlers.jobs.start(AD_HOC_CRAWLER, { ...definition, policy }).job);
    },
  };
}
