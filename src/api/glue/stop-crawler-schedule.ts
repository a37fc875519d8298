import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import { authorizeCrawler, type GlueContext } from "./glue-context.ts";
import { crawlerScheduleRequest } from "./shapes/crawlers.ts";

/**
 * StopCrawlerSchedule request  => CrawlerName
 * StopCrawlerSchedule response => {}
 */
export function stopCrawlerSchedule({ crawlers }: GlueContext): Operation {
  return {
    target: "AWSGlue.StopCrawlerSchedule",
    service: "glue",
    async handle(request) {
      const { CrawlerName: name } = checkShape(crawlerScheduleRequest, request.json());
      authorizeCrawler(request, name);
      await crawlers.stopSchedule(name);
      return {};
    },
  };
}
