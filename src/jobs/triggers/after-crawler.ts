import { z } from "zod";
import type { TriggerType } from "./trigger-type.ts";

export const afterCrawlerSchema = z.strictObject({
  type: z.literal("after-crawler"),
  crawler: z
    .string()
    .min(1)
    .max(255)
    .meta({ description: "Name of the crawler.", examples: ["raw-clicks"] }),
});

type AfterCrawler = z.output<typeof afterCrawlerSchema>;

export const afterCrawlerTrigger: TriggerType<AfterCrawler, { readonly crawl: string | null }> = {
  type: "after-crawler",
  summary: "When a crawl of a crawler has succeeded.",
  baseline: ({ crawler }, facts) => ({ crawl: facts.lastCrawl(crawler) ?? null }),
  step: ({ crawler }, memory, facts) => {
    const crawl = facts.lastCrawl(crawler);
    if (crawl === undefined || crawl === memory.crawl) return undefined;
    return { memory: { crawl }, occasion: { at: facts.now } };
  },
};
