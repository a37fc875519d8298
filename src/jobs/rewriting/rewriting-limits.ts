/** Files of one batch: as many as one query may read. */
export const BATCH_FILES_MAX = 20_000;
