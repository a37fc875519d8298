import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import { authorizeCrawler, type GlueContext } from "./glue-context.ts";
import { updateCrawlerScheduleRequest } from "./shapes/crawlers.ts";

/**
 * UpdateCrawlerSchedule request  => CrawlerName, Schedule?; without one the crawler has none any more
 * UpdateCrawlerSchedule response => {}
 */
export function updateCrawlerSchedule({ crawlers }: GlueContext): Operation {
  return {
    target: "AWSGlue.UpdateCrawlerSchedule",
    service: "glue",
    async handle(request) {
      const { CrawlerName: name, Schedule: schedule = "" } = checkShape(updateCrawlerScheduleRequest, request.json());
      authorizeCrawler(request, name);
      await crawlers.updateSchedule(name, schedule);
      return {};
    },
  };
}
