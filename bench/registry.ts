import { ackLatency } from "./ack-latency.ts";
import { agent } from "./agent.ts";
import { compaction } from "./compaction.ts";
import { extractMetadata } from "./extract-metadata.ts";
import { formats } from "./formats.ts";
import { freshness } from "./freshness.ts";
import { functions } from "./functions.ts";
import { kafkaSource } from "./kafka-source.ts";
import { memory } from "./memory.ts";
import { moto } from "./moto.ts";
import { openKeys } from "./open-keys.ts";
import { openStreams } from "./open-streams.ts";
import { opensearch } from "./opensearch.ts";
import { postgres } from "./postgres.ts";
import { putBatch } from "./put-batch.ts";
import { putSingle } from "./put-single.ts";
import type { Question } from "./question.ts";
import { rabbitMqSource } from "./rabbitmq-source.ts";
import { s3Door } from "./s3-door.ts";
import { sql } from "./sql.ts";
import { start } from "./start.ts";
import { taxiToParquet } from "./taxi-to-parquet.ts";
import { toGzip } from "./to-gzip.ts";
import { toParquet } from "./to-parquet.ts";
import { toSnappy } from "./to-snappy.ts";
import { toZstd } from "./to-zstd.ts";

/** In the order in which they are asked. */
export const questions: readonly Question[] = [
  putBatch,
  putSingle,
  ackLatency,
  toGzip,
  toSnappy,
  toZstd,
  toParquet,
  taxiToParquet,
  formats,
  agent,
  extractMetadata,
  functions,
  openStreams,
  openKeys,
  memory,
  start,
  freshness,
  s3Door,
  compaction,
  sql,
  kafkaSource,
  rabbitMqSource,
  opensearch,
  postgres,
  moto,
];
