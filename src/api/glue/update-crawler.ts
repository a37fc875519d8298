import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import { crawlerDefinition } from "./crawler-mapping.ts";
import { authorizeCrawler, type GlueContext } from "./glue-context.ts";
import { updateCrawlerRequest } from "./shapes/crawlers.ts";

/**
 * UpdateCrawler request  => Name, and what is to change
 * UpdateCrawler response => {}
 */
export function updateCrawler({ crawlers }: GlueContext): Operation {
  return {
    target: "AWSGlue.UpdateCrawler",
    service: "glue",
    async handle(request) {
      const input = checkShape(updateCrawlerRequest, request.json());
      authorizeCrawler(request, input.Name);
      await crawlers.update(input.Name, (present) => crawlerDefinition(input, present));
      return {};
    },
  };
}
