import { z } from "zod";
import { DOWNLOAD_FORMS } from "../../../query/downloads/result-download.ts";
import type { QueryExecution } from "../../../query/queries.ts";
import type { QueryStatistics } from "../../../query/query-statistics.ts";
import { queryBody } from "../start-query.ts";
import { type Contracts, count, fileBytes, instant, jsonValue, wholeNumber } from "./contract.ts";

const statistics = z
  .strictObject({
    rows: count,
    files: count,
    scannedBytes: count,
    partitionsRead: count,
    partitionsKnown: count,
    written: z.array(z.string()).exactOptional(),
    fresh: z.strictObject({ files: count, bytes: count, complete: z.boolean() }).exactOptional(),
  })
  .meta({ id: "QueryStatistics" }) satisfies z.ZodType<QueryStatistics>;

const query = z
  .strictObject({
    id: z.string(),
    sql: z.string(),
    database: z.string(),
    fresh: z.boolean(),
    state: z.enum(["queued", "running", "succeeded", "failed", "cancelled"]),
    submittedAt: instant,
    startedAt: instant.exactOptional(),
    endedAt: instant.exactOptional(),
    columns: z.array(z.strictObject({ name: z.string(), type: z.string() })).exactOptional(),
    rows: count,
    statistics: statistics.exactOptional(),
    failure: z.strictObject({ code: z.string(), message: z.string() }).exactOptional(),
  })
  .meta({ id: "Query" }) satisfies z.ZodType<QueryExecution>;

export const queryContracts: Contracts = {
  "lakehose:StartQuery": {
    summary: "Hands in a statement, which goes on by itself; with `fresh` rows count that have not landed yet.",
    body: queryBody,
    answer: query,
  },
  "lakehose:ListQueries": {
    summary: "Queries, newest first, with those that have ended lately.",
    answer: z.strictObject({ queries: z.array(query) }),
  },
  "lakehose:GetQuery": {
    summary: "One query; with `waitMs` the answer comes when it has ended, or after that time.",
    query: z.strictObject({ waitMs: wholeNumber.max(30_000).optional() }),
    answer: query,
  },
  "lakehose:ReadQueryRows": {
    summary: "Rows of a query, each a list of values in the order of the columns; `next` is the page after this one.",
    query: z.strictObject({ from: wholeNumber.optional(), limit: wholeNumber.max(10_000).optional() }),
    answer: z.strictObject({ rows: z.array(z.array(jsonValue)), next: count.exactOptional() }),
  },
  "lakehose:DownloadQuery": {
    summary: "The whole result of a query that ended well as a file, `csv` unless told otherwise.",
    query: z.strictObject({ form: z.enum(DOWNLOAD_FORMS).optional() }),
    answer: fileBytes,
    files: ["text/csv", "application/vnd.apache.parquet"],
  },
  "lakehose:ListQueryFunctions": {
    summary: "Names of the functions that statements may call, in order.",
    answer: z.strictObject({ functions: z.array(z.string()) }),
  },
  "lakehose:CancelQuery": {
    summary: "Ends a query; one that had ended before stays what it is.",
    answer: query,
  },
};
