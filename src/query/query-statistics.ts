import type { FreshStatistics } from "./engine/fresh-files.ts";

/** What a statement has read and made. */
export interface QueryStatistics {
  /** Of the answer, or those that were written. */
  readonly rows: number;
  readonly files: number;
  /** Size of the files that were read, as they are stored. */
  readonly scannedBytes: number;
  readonly partitionsRead: number;
  /** Those that the tables have. */
  readonly partitionsKnown: number;
  /** The objects that a statement has written its rows to, as `s3://bucket/key`. */
  readonly written?: readonly string[];
  /** Present where rows were asked for that had not landed. */
  readonly fresh?: FreshStatistics;
}

export const NOTHING_READ: QueryStatistics = {
  rows: 0,
  files: 0,
  scannedBytes: 0,
  partitionsRead: 0,
  partitionsKnown: 0,
};
