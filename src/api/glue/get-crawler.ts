import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import { describeCrawler } from "./crawler-mapping.ts";
import { authorizeCrawler, type GlueContext } from "./glue-context.ts";
import { crawlerNameRequest } from "./shapes/crawlers.ts";

/**
 * GetCrawler request  => Name
 * GetCrawler response => Crawler
 */
export function getCrawler({ crawlers }: GlueContext): Operation {
  return {
    target: "AWSGlue.GetCrawler",
    service: "glue",
    handle(request) {
      const { Name: name } = checkShape(crawlerNameRequest, request.json());
      authorizeCrawler(request, name);
      return { Crawler: describeCrawler(crawlers.get(name)) };
    },
  };
}
