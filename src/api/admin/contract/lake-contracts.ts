import { z } from "zod";
import type { CrawlJob } from "../../../catalog/crawler/crawl-jobs.ts";
import type { CrawlReport } from "../../../catalog/crawler/crawl-report.ts";
import type { LastCrawl } from "../../../catalog/crawler/crawler-definition.ts";
import type { TableDefinition } from "../../../catalog/table.ts";
import type { TableListing } from "../../../query/table-listing.ts";
import { crawlBody } from "../start-crawl.ts";
import { type Contracts, count, instant, textsByName, wholeNumber } from "./contract.ts";

const texts = z.array(z.string());

const column = z.strictObject({
  name: z.string(),
  type: z.string().exactOptional(),
  comment: z.string().exactOptional(),
  parameters: textsByName.exactOptional(),
});

/** What the console looks at is said member by member; the rest of the metastore's words pass through. */
const storageDescriptor = z.looseObject({
  columns: z.array(column).exactOptional(),
  location: z.string().exactOptional(),
  inputFormat: z.string().exactOptional(),
  outputFormat: z.string().exactOptional(),
  parameters: textsByName.exactOptional(),
});

const tableDefinition = {
  name: z.string(),
  description: z.string().exactOptional(),
  owner: z.string().exactOptional(),
  storageDescriptor: storageDescriptor.exactOptional(),
  partitionKeys: z.array(column).exactOptional(),
  tableType: z.string().exactOptional(),
  parameters: textsByName.exactOptional(),
};

const table = z
  .looseObject({
    database: z.string(),
    version: z.string(),
    createdAt: instant,
    updatedAt: instant,
    streams: texts.meta({ description: "Streams that take their columns from the table." }),
    ...tableDefinition,
  })
  .meta({ id: "Table" }) satisfies z.ZodType<TableDefinition>;

const report = z
  .strictObject({
    tables: z.array(
      z.strictObject({
        database: z.string(),
        name: z.string(),
        location: z.string(),
        change: z.enum(["created", "updated", "unchanged", "differs", "deprecated", "deleted", "missing", "failed"]),
        format: z.string(),
        compression: z.string(),
        columns: count,
        partitions: z.strictObject({
          created: count,
          updated: count,
          unchanged: count,
          deprecated: count,
          deleted: count,
          missing: count,
        }),
        warnings: texts,
      }),
    ),
    objects: z.strictObject({ listed: count, sampled: count, broken: count }),
    broken: z.array(z.strictObject({ key: z.string(), reason: z.string() })),
    incomplete: texts,
    warnings: texts,
  })
  .meta({ id: "CrawlReport" }) satisfies z.ZodType<CrawlReport>;

const crawl = z
  .strictObject({
    id: z.string(),
    crawler: z.string(),
    database: z.string(),
    locations: texts,
    state: z.enum(["running", "done", "failed", "cancelled"]),
    startedAt: instant,
    endedAt: instant.exactOptional(),
    progress: z.strictObject({ listed: count, chosen: count, sampled: count }),
    report: report.exactOptional(),
    failure: z.string().exactOptional(),
  })
  .meta({ id: "Crawl" }) satisfies z.ZodType<CrawlJob>;

const briefColumn = z.strictObject({ name: z.string(), type: z.string(), comment: z.string().exactOptional() });

const tableVersion = z
  .strictObject({
    version: z.string(),
    updatedAt: instant,
    columns: z.array(briefColumn),
    partitionKeys: z.array(briefColumn),
  })
  .meta({ id: "TableVersion" });

const tableListing = z
  .strictObject({
    files: z.array(
      z.strictObject({
        location: z.string(),
        folder: z.string().meta({ description: "Below the table's location; whole where it lies elsewhere." }),
        bytes: count,
        modifiedAt: instant,
      }),
    ),
    total: count,
    bytes: count,
    folders: count,
    smallFiles: count.meta({ description: "Files that a compaction would make fewer and larger." }),
    smallFolders: count,
    complete: z.boolean().meta({ description: "False where there are more files than were counted." }),
  })
  .meta({ id: "TableListing" }) satisfies z.ZodType<TableListing>;

const lastCrawl = z.strictObject({
  status: z.enum(["done", "failed", "cancelled"]),
  startedAt: instant,
  endedAt: instant,
  message: z.string().exactOptional(),
  tables: z.strictObject({ created: count, updated: count, deleted: count }),
}) satisfies z.ZodType<LastCrawl>;

const crawler = z
  .strictObject({
    name: z.string(),
    description: z.string().exactOptional(),
    database: z.string(),
    locations: texts,
    schedule: z.string().exactOptional(),
    nextRunAt: instant.exactOptional(),
    lastCrawl: lastCrawl.exactOptional(),
    runningCrawl: z.string().exactOptional().meta({ description: "Id of the crawl that is under way." }),
  })
  .meta({ id: "Crawler" });

export const lakeContracts: Contracts = {
  "lakehose:ListDatabases": {
    summary: "Databases in name order, each with the number of its tables.",
    answer: z.strictObject({
      databases: z.array(
        z
          .strictObject({
            name: z.string(),
            description: z.string().exactOptional(),
            location: z.string().exactOptional(),
            tables: count,
            createdAt: instant,
          })
          .meta({ id: "Database" }),
      ),
    }),
  },
  "lakehose:ListTables": {
    summary: "Tables of all databases in name order.",
    answer: z.strictObject({
      tables: z.array(
        z
          .strictObject({
            database: z.string(),
            name: z.string(),
            version: z.string(),
            columns: count,
            updatedAt: instant,
          })
          .meta({ id: "TableSummary" }),
      ),
    }),
  },
  "lakehose:GetTable": { summary: "The table DATABASE.TABLE as it is now.", answer: table },
  "lakehose:ListPartitions": {
    summary: "The first partitions of a table by their values; `total` counts all that the filter keeps.",
    query: z.strictObject({
      filter: z.string().optional().meta({ description: "An expression of Glue's GetPartitions." }),
      limit: wholeNumber.min(1).max(10_000).optional(),
    }),
    answer: z.strictObject({
      keys: z.array(z.strictObject({ name: z.string(), type: z.string() })),
      total: count,
      partitions: z.array(z.strictObject({ values: texts, location: z.string().exactOptional(), createdAt: instant })),
    }),
  },
  "lakehose:ListTableVersions": {
    summary: "The newest versions of a table, newest first; `total` counts all that are kept.",
    answer: z.strictObject({ total: count, versions: z.array(tableVersion) }),
  },
  "lakehose:ListTableFiles": {
    summary: "The first files of a table by their names, with counts of all, and of those that are too small.",
    query: z.strictObject({ limit: wholeNumber.max(10_000).optional() }),
    answer: tableListing,
  },
  "lakehose:ListCrawlers": {
    summary: "Crawlers of the catalog in name order: what each looks at, its last crawl, when the next one begins.",
    answer: z.strictObject({ crawlers: z.array(crawler) }),
  },
  "lakehose:StartCrawler": {
    summary: "Begins a crawl of a crawler of the catalog, which goes on by itself.",
    answer: crawl,
  },
  "lakehose:StartCrawl": {
    summary: "Makes tables of files that somebody else wrote; the crawl goes on by itself.",
    body: crawlBody,
    answer: crawl,
  },
  "lakehose:ListCrawls": {
    summary: "Crawls under way and the last ones before, oldest first, without their reports.",
    answer: z.strictObject({ crawls: z.array(crawl) }),
  },
  "lakehose:GetCrawl": { summary: "One crawl, with its report once it is done.", answer: crawl },
  "lakehose:CancelCrawl": { summary: "Ends a crawl; what it has done by then stays.", answer: crawl },
};
