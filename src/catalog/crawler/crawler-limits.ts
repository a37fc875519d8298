/** Bytes of the start of an object that are read, and plain bytes that are made of them: as much as Glue's classifiers look at. */
export const SAMPLE_BYTES = 1024 * 1024;
export const SAMPLE_PLAIN_BYTES = 2 * 1024 * 1024;

/** Bytes of the end of a Parquet or ORC file that are read first: most footers fit. */
export const TAIL_BYTES = 64 * 1024;

/** Largest footer that is read. 20,000 columns in a few row groups stay below it. */
export const FOOTER_BYTES_MAX = 16 * 1024 * 1024;

/** Rows of a text that are looked at. */
export const SAMPLE_ROWS_MAX = 10_000;

/** Objects that are opened in one crawl. */
export const SAMPLES_MAX = 2_000;

/** Folders with objects that one crawl remembers: partitions of ten years by the hour, at about 400 bytes each. */
export const FOLDERS_MAX = 100_000;

/** Objects that are read at a time. */
export const READS_AT_ONCE = 8;

/** Wall-clock time of a crawl; what is known by then is kept, and the report says that it is not all. */
export const CRAWL_MS_MAX = 60 * 60 * 1000;

/** Broken files and warnings that a report names; beyond that they are counted. */
export const REPORTED_MAX = 1_000;
