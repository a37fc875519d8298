/** Every limit that more than one room needs, with the source of its number. Rooms keep their own limits beside their code. */

/** Largest record before base64: 1,000 KiB (Firehose API, Record.Data 0-1,024,000). Liftable: `limits.recordBytes`. */
export const RECORD_BYTES_MAX = 1_024_000;

/** Most records in one PutRecordBatch (Firehose API). */
export const BATCH_RECORDS_MAX = 500;

/** Largest sum of record bytes in one PutRecordBatch: 4 MiB (Firehose quotas). Liftable: `limits.batchBytes`. */
export const BATCH_BYTES_MAX = 4 * 1024 * 1024;

/** The most that `limits.recordBytes` and `limits.batchBytes` may be lifted to: a frame has to fit into memory twice. */
export const RECORD_BYTES_CEILING = 64 * 1024 * 1024;
export const BATCH_BYTES_CEILING = 128 * 1024 * 1024;

/** Tags per stream (Firehose API). */
export const TAGS_MAX = 50;

/** Largest object that rolls by size may grow to: 5 GB, the most that S3 takes in one PUT and a comfortable multipart. */
export const OBJECT_BYTES_MAX = 5 * 1000 * 1000 * 1000;

/** The most that the payload of one invocation may be lifted to: request and reply lie in memory several times over. */
export const FUNCTION_PAYLOAD_BYTES_MAX = 128 * 1024 * 1024;
