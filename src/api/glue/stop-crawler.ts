import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import { authorizeCrawler, type GlueContext } from "./glue-context.ts";
import { crawlerNameRequest } from "./shapes/crawlers.ts";

/**
 * StopCrawler request  => Name
 * StopCrawler response => {}
 *
 * What the crawl has done by then stays.
 */
export function stopCrawler({ crawlers }: GlueContext): Operation {
  return {
    target: "AWSGlue.StopCrawler",
    service: "glue",
    handle(request) {
      const { Name: name } = checkShape(crawlerNameRequest, request.json());
      authorizeCrawler(request, name);
      crawlers.stop(name);
      return {};
    },
  };
}
