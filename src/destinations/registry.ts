import type { DestinationType } from "./destination-type.ts";
import { httpEndpointDestinationType } from "./http-endpoint/http-endpoint-destination.ts";
import { kafkaDestinationType } from "./kafka/kafka-destination.ts";
import { kinesisDestinationType } from "./kinesis/kinesis-destination.ts";
import { objectStoreDestinationType } from "./object-store/object-store-destination.ts";
import { openSearchDestinationType } from "./opensearch/opensearch-destination.ts";
import { postgresDestinationType } from "./postgres/postgres-destination.ts";
import { redshiftDestinationType } from "./redshift/redshift-destination.ts";
import { splunkDestinationType } from "./splunk/splunk-destination.ts";
import { sqsDestinationType } from "./sqs/sqs-destination.ts";

/** Every destination that Lakehose can deliver to, in the order of the alphabet. */
export const destinationTypes: readonly DestinationType[] = [
  httpEndpointDestinationType,
  kafkaDestinationType,
  kinesisDestinationType,
  objectStoreDestinationType,
  openSearchDestinationType,
  postgresDestinationType,
  redshiftDestinationType,
  splunkDestinationType,
  sqsDestinationType,
];

export function findDestinationType(type: string): DestinationType | undefined {
  return destinationTypes.find((one) => one.type === type);
}
