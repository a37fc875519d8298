import { chromium } from "./chromium.ts";
import { dynamodbLocal } from "./dynamodb-local.ts";
import { elasticmq } from "./elasticmq.ts";
import { hadoop } from "./hadoop.ts";
import { kafka } from "./kafka.ts";
import { kinesis } from "./kinesis.ts";
import { lambdaJava } from "./lambda-java.ts";
import { logrotate } from "./logrotate.ts";
import { mosquitto } from "./mosquitto.ts";
import { moto } from "./moto.ts";
import { opensearch } from "./opensearch.ts";
import { postgresql } from "./postgresql.ts";
import { python } from "./python.ts";
import { rabbitmq } from "./rabbitmq.ts";
import { readers } from "./readers.ts";
import { s3 } from "./s3.ts";
import { schemaRegistry } from "./schema-registry.ts";
import type { ServerDefinition } from "./server.ts";
import { sftp } from "./sftp.ts";
import { spark } from "./spark.ts";
import { wrangler } from "./wrangler.ts";

/** Every peer that tests can be run against, in the order of the alphabet. */
export const servers: readonly ServerDefinition[] = [
  chromium,
  dynamodbLocal,
  elasticmq,
  hadoop,
  kafka,
  kinesis,
  lambdaJava,
  logrotate,
  mosquitto,
  moto,
  opensearch,
  postgresql,
  python,
  rabbitmq,
  readers,
  s3,
  schemaRegistry,
  sftp,
  spark,
  wrangler,
];
