import type { DestinationType } from "./destination-type.ts";
import { httpEndpointDestinationType } from "./http-endpoint/http-endpoint-destination.ts";
import { objectStoreDestinationType } from "./object-store/object-store-destination.ts";
import { openSearchDestinationType } from "./opensearch/opensearch-destination.ts";
import { postgresDestinationType } from "./postgres/postgres-destination.ts";
import { redshiftDestinationType } from "./redshift/redshift-destination.ts";
import { splunkDestinationType } from "./splunk/splunk-destination.ts";

/** Every destination that Lakehose can deliver to, in the order of the alphabet. */
export const destinationTypes: readonly DestinationType[] = [
  httpEndpointDestinationType,
  objectStoreDestinationType,
  openSearchDestinationType,
  postgresDestinationType,
  redshiftDestinationType,
  splunkDestinationType,
];

export function findDestinationType(type: string): DestinationType | undefined {
  return destinationTypes.find((one) => one.type === type);
}
