import type { CsvHeader } from "./csv-sample.ts";
import type { ChangePolicy } from "./schema-change.ts";
import type { TableGrouping } from "./table-candidates.ts";

/** What a crawler is to do. Plain data, stored as it is. */
export interface CrawlDefinition {
  /** As `s3://bucket/folder/`. */
  readonly locations: readonly string[];
  readonly database: string;
  readonly tablePrefix?: string;
  readonly grouping?: TableGrouping;
  readonly csvHeader?: CsvHeader;
  readonly policy: ChangePolicy;
}

export interface CrawlerDefinition extends CrawlDefinition {
  /** Letter case counts, as in Glue. */
  readonly name: string;
  readonly description?: string;
  /** Kept for the clients that ask for it; nobody is assumed here. */
  readonly role?: string;
  /** `cron(15 12 * * ? *)`, in UTC. */
  readonly schedule?: string;
  /** Glue's settings as JSON, kept as they were given. */
  readonly configuration?: string;
  readonly classifiers?: readonly string[];
  readonly recrawl?: string;
}

export interface StoredCrawler {
  readonly definition: CrawlerDefinition;
  /** Random, 32 hex digits: the name of its file. */
  readonly uid: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** From 1; rises with each change. */
  readonly version: number;
  readonly lastCrawl?: LastCrawl;
  /** Times of the schedule up to this one have come, or were before it was set. */
  readonly scheduledFrom?: number;
  /** Nobody starts it by its schedule until somebody starts that again. */
  readonly scheduleStopped?: boolean;
}

export interface LastCrawl {
  readonly status: "done" | "failed" | "cancelled";
  readonly startedAt: number;
  readonly endedAt: number;
  readonly message?: string;
  readonly tables: { readonly created: number; readonly updated: number; readonly deleted: number };
}
