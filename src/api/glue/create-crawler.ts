import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import { crawlerDefinition } from "./crawler-mapping.ts";
import { authorizeCrawler, type GlueContext } from "./glue-context.ts";
import { createCrawlerRequest } from "./shapes/crawlers.ts";

/**
 * CreateCrawler request  => Name, Role, Targets, DatabaseName, Description?, Schedule?, TablePrefix?, SchemaChangePolicy?, Configuration?, …
 * CreateCrawler response => {}
 *
 * Nobody is assumed by Role. With a Schedule it is started by that, in UTC.
 */
export function createCrawler({ crawlers }: GlueContext): Operation {
  return {
    target: "AWSGlue.CreateCrawler",
    service: "glue",
    async handle(request) {
      const input = checkShape(createCrawlerRequest, request.json());
      authorizeCrawler(request, input.Name);
      await crawlers.create(crawlerDefinition(input));
      return {};
    },
  };
}
