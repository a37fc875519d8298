import type { Operation } from "../protocol/operation.ts";
import { byName, pageOf } from "../protocol/paging.ts";
import { checkShape } from "../protocol/shape.ts";
import { describeCrawler } from "./crawler-mapping.ts";
import { authorizeCrawler, type GlueContext } from "./glue-context.ts";
import { getCrawlersRequest } from "./shapes/crawlers.ts";

/**
 * GetCrawlers request  => NextToken?, MaxResults? (100)
 * GetCrawlers response => Crawlers, NextToken?
 */
export function getCrawlers({ crawlers }: GlueContext): Operation {
  return {
    target: "AWSGlue.GetCrawlers",
    service: "glue",
    handle(request) {
      const input = checkShape(getCrawlersRequest, request.json());
      authorizeCrawler(request);
      const { items, next } = pageOf(crawlers.list(), ({ definition }) => definition.name, byName, input);
      return { Crawlers: items.map(describeCrawler), ...next };
    },
  };
}
