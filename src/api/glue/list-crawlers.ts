import type { Operation } from "../protocol/operation.ts";
import { byName, pageOf } from "../protocol/paging.ts";
import { checkShape } from "../protocol/shape.ts";
import { authorizeCrawler, type GlueContext } from "./glue-context.ts";
import { listCrawlersRequest } from "./shapes/crawlers.ts";

/**
 * ListCrawlers request  => NextToken?, MaxResults? (100)
 * ListCrawlers response => CrawlerNames, NextToken?
 */
export function listCrawlers({ crawlers }: GlueContext): Operation {
  return {
    target: "AWSGlue.ListCrawlers",
    service: "glue",
    handle(request) {
      const input = checkShape(listCrawlersRequest, request.json());
      authorizeCrawler(request);
      const names = crawlers.list().map(({ definition }) => definition.name);
      const { items, next } = pageOf(names, (name) => name, byName, input);
      return { CrawlerNames: [...items], ...next };
    },
  };
}
