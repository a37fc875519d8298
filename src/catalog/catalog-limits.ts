/** Databases of a catalog (Glue quotas). */
export const DATABASES_MAX = 10_000;

/**
 * Tables of a catalog. Glue takes a million; here all current definitions are in memory, 5 KB each for twenty columns.
 */
export const TABLES_MAX = 20_000;

/** JSON of one definition: 20,000 columns at 200 bytes each. */
export const DEFINITION_BYTES_MAX = 4 * 1024 * 1024;

/** JSON of all current definitions together, which is what they hold of memory, within a factor. */
export const DEFINITIONS_BYTES_MAX = 256 * 1024 * 1024;

/** Versions of one table that are kept (Glue: 100,000). Each is a file in one folder. */
export const VERSIONS_MAX = 10_000;

/** Characters of a name (Glue API, NameString). */
export const NAME_LENGTH_MAX = 255;

/** Partitions of one table. Glue takes ten million; here all of a table are in memory while it is in use. */
export const PARTITIONS_MAX = 1_000_000;

/**
 * JSON of all partitions of one table, what they share counted once: a million at 256 bytes each, or fewer with more
 * parameters.
 */
export const PARTITIONS_BYTES_MAX = 256 * 1024 * 1024;

/**
 * JSON of the partitions that are kept in memory between two uses, over all tables; the objects take about three times as
 * much. The table in use is kept however large it is.
 */
export const PARTITION_CACHE_BYTES_MAX = 128 * 1024 * 1024;

/** Characters of one value of a partition (Glue API, ValueString). */
export const PARTITION_VALUE_LENGTH_MAX = 1024;

/** Characters of a filter over partitions (Glue API, PredicateString). */
export const PARTITION_FILTER_LENGTH_MAX = 2048;

/** Levels of NOT and parentheses in one: they are read by recursion. */
export const PARTITION_FILTER_DEPTH_MAX = 64;
