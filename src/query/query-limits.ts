/** Longest statement, in characters: Athena's own limit for a query string. */
export const STATEMENT_LENGTH_MAX = 262_144;

/** Brackets within brackets. Queries that dashboards generate stay below 30. */
export const NESTING_MAX = 100;

/** Words and signs of a statement; what a quarter of a megabyte of ordinary SQL has is less than half of it. */
export const TOKENS_MAX = 100_000;

/** Views over views over views. */
export const VIEW_DEPTH_MAX = 16;

/** Calls of table functions in one query; each holds its input and its answers. */
export const TABLE_FUNCTIONS_MAX = 20;

/** Rows that a table function answers: at 20,000 a second, eight minutes. */
export const TABLE_FUNCTION_ROWS_MAX = 10_000_000;

/** Objects that a statement looks at when it lists the places of its tables. */
export const LISTED_OBJECTS_MAX = 1_000_000;

/** Files that one query reads: each is a word in the statements that DuckDB gets, and some kilobytes in its memory. */
export const FILES_MAX = 20_000;

/** Values of partition keys that a query looks at where they are projected: an hourly range of a century. */
export const PROJECTED_VALUES_MAX = 1_000_000;

/** Partitions that one statement writes to: Athena's own limit for CREATE TABLE AS and INSERT INTO. */
export const PARTITIONS_WRITTEN_MAX = 100;

/** What one query, and all of them together, may take. */
export interface QueryLimits {
  /** From the start to the last row. */
  readonly durationMs: number;
  /** DuckDB's own memory for one query. */
  readonly memoryMib: number;
  /** Native threads of one query. */
  readonly threads: number;
  /** What one query may put aside on disk when its memory is used up. */
  readonly spillMib: number;
  /** Size of all files that one query reads, as they are stored. */
  readonly scannedBytes: number;
  /** Size of the files that one CREATE TABLE AS or INSERT INTO writes. */
  readonly writtenBytes: number;
  /** Queries that run at the same time. */
  readonly running: number;
  /** Queries that wait for their turn; more are told that it is busy. */
  readonly waiting: number;
  /** Unpacked and fetched files that are kept for later queries. */
  readonly cacheBytes: number;
}

/** For a machine of two cores and a few gigabytes, beside a server that takes records in. */
export const DEFAULT_QUERY_LIMITS: QueryLimits = {
  // Athena's own default for queries is 30 minutes.
  durationMs: 30 * 60_000,
  memoryMib: 1024,
  threads: 2,
  spillMib: 4 * 1024,
  scannedBytes: 100 * 1024 ** 3,
  writtenBytes: 10 * 1024 ** 3,
  running: 2,
  waiting: 50,
  cacheBytes: 8 * 1024 ** 3,
};

/** What a result may have as JSON, on disk. */
export const RESULT_BYTES_MAX = 1024 ** 3;

/** What one page of a result may have; one row may be longer. */
export const PAGE_BYTES_MAX = 4 * 1024 ** 2;

/** Results that can still be read when others have come after them. */
export const FINISHED_QUERIES_KEPT = 100;

/** Where CREATE TABLE AS puts tables of databases that have no location. */
export const DEFAULT_TABLES_LOCATION = "s3://lake/tables/";
