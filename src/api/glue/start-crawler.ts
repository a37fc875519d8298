import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import { authorizeCrawler, type GlueContext } from "./glue-context.ts";
import { crawlerNameRequest } from "./shapes/crawlers.ts";

/**
 * StartCrawler request  => Name
 * StartCrawler response => {}
 */
export function startCrawler({ crawlers }: GlueContext): Operation {
  return {
    target: "AWSGlue.StartCrawler",
    service: "glue",
    async handle(request) {
      const { Name: name } = checkShape(crawlerNameRequest, request.json());
      authorizeCrawler(request, name);
      await crawlers.start(name);
      return {};
    },
  };
}
