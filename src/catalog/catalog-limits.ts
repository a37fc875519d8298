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
