import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import { authorizeCrawler, type GlueContext } from "./glue-context.ts";
import { crawlerScheduleRequest } from "./shapes/crawlers.ts";

/**
 * StartCrawlerSchedule request  => CrawlerName
 * StartCrawlerSchedule response => {}
 */
export function startCrawlerSchedule({ crawlers }: GlueContext): Operation {
  return {
    target: "AWSGlue.StartCrawlerSchedule",
    service: "glue",
    async handle(request) {
      const { CrawlerName: name } = checkShape(crawlerScheduleRequest, request.json());
      authorizeCrawler(request, name);
      await crawlers.startSchedule(name);
      return {};
    },
  };
}
