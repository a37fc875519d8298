import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import { authorizeCrawler, type GlueContext } from "./glue-context.ts";
import { crawlerNameRequest } from "./shapes/crawlers.ts";

/**
 * DeleteCrawler request  => Name
 * DeleteCrawler response => {}
 *
 * Its tables stay.
 */
export function deleteCrawler({ crawlers }: GlueContext): Operation {
  return {
    target: "AWSGlue.DeleteCrawler",
    service: "glue",
    async handle(request) {
      const { Name: name } = checkShape(crawlerNameRequest, request.json());
      authorizeCrawler(request, name);
      await crawlers.delete(name);
      return {};
    },
  };
}
