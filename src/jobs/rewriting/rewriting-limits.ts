/** Files of one batch: as many as one query may read. */
export const BATCH_FILES_MAX = 20_000;

/** A small file may claim to be gigabytes. */
export const PLAIN_BYTES_MAX = 64 * 1024 ** 3;
