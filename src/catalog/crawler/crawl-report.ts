import type { BrokenObject } from "./sample-objects.ts";

/** What a crawl found and did. Plain data: it is stored and shown as it is. */
export interface CrawlReport {
  readonly tables: readonly TableReport[];
  readonly objects: {
    readonly listed: number;
    /** Looked at, broken ones included. */
    readonly sampled: number;
    readonly broken: number;
  };
  /** As `s3://bucket/key`; the first of them where there are very many. */
  readonly broken: readonly BrokenObject[];
  /** Why it is not all; nothing was deprecated or deleted then. */
  readonly incomplete: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * `differs`: it would have changed, and the policy is to leave it. `missing`: its files are gone, and the policy is to
 * leave it. `failed`: the catalog refused it.
 */
export type TableChange =
  | "created"
  | "updated"
  | "unchanged"
  | "differs"
  | "deprecated"
  | "deleted"
  | "missing"
  | "failed";

export interface TableReport {
  readonly database: string;
  readonly name: string;
  readonly location: string;
  readonly change: TableChange;
  /** Classification and compression, as the table's parameters have them. */
  readonly format: string;
  readonly compression: string;
  readonly columns: number;
  readonly partitions: PartitionCounts;
  readonly warnings: readonly string[];
}

export interface PartitionCounts {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly deprecated: number;
  readonly deleted: number;
  readonly missing: number;
}

export const NO_PARTITIONS: PartitionCounts = {
  created: 0,
  updated: 0,
  unchanged: 0,
  deprecated: 0,
  deleted: 0,
  missing: 0,
};
