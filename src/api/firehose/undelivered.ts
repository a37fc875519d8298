import type { StreamDocument } from "../../streams/streams.ts";
import type { DeclaredStream } from "./declared.ts";
import type { DestinationKindName } from "./destination-kinds.ts";
import { enabledProcessors } from "./processors.ts";
import type { ExtendedS3Configuration, Processor } from "./wire-types.ts";

/**
 * What is understood and checked but not delivered yet, in plain words for whoever asks for it. Creating such a stream is
 * refused and nothing is stored. When something comes to be delivered, its line goes.
 */
const DESTINATIONS: Partial<Record<DestinationKindName, string>> = {
  Redshift: "Redshift",
  Elasticsearch: "Elasticsearch",
  Amazonopensearchservice: "OpenSearch",
  AmazonOpenSearchServerless: "OpenSearch Serverless",
  Splunk: "Splunk",
  HttpEndpoint: "HTTP endpoints",
  Snowflake: "Snowflake",
  Iceberg: "Iceberg tables",
};

const SOURCES: Partial<Record<StreamDocument["type"], string>> = {
  KinesisStreamAsSource: "Kinesis data streams",
  MSKAsSource: "Kafka topics",
  DatabaseAsSource: "databases",
};

const PROCESSORS: Partial<Record<Processor["Type"], string>> = {
  Lambda: "Lambda functions",
  MetadataExtraction: "metadata extraction",
  RecordDeAggregation: "record de-aggregation",
  Decompression: "decompression of source records",
  CloudWatchLogProcessing: "extraction of CloudWatch log messages",
};

const S3_OPTIONS: readonly { readonly what: string; isAsked(destination: ExtendedS3Configuration): boolean }[] = [
  { what: "dynamic partitioning", isAsked: (asked) => asked.DynamicPartitioningConfiguration?.Enabled === true },
];

/** Why the stream cannot be delivered, or `undefined`. */
export function undelivered(type: StreamDocument["type"], stream: DeclaredStream): string | undefined {
  const source = SOURCES[type];
  if (source !== undefined) return `Lakehose does not read from ${source} yet. Use a DirectPut stream.`;
  const destination = DESTINATIONS[stream.kind];
  if (destination !== undefined) return `Lakehose does not deliver to ${destination} yet. Use an S3 destination.`;
  const extended = stream.destination as unknown as ExtendedS3Configuration;
  for (const { Type } of enabledProcessors(extended.ProcessingConfiguration)) {
    const processor = PROCESSORS[Type];
    if (processor !== undefined) return `Lakehose does not run ${processor} yet. Leave the processor ${Type} out.`;
  }
  const option = S3_OPTIONS.find((one) => one.isAsked(extended));
  return option === undefined ? undefined : `Lakehose does not offer ${option.what} yet. Leave it out.`;
}
