import type { DestinationType } from "./destination-type.ts";
import { objectStoreDestinationType } from "./object-store/object-store-destination.ts";
import { openSearchDestinationType } from "./opensearch/opensearch-destination.ts";

/** Every destination that Lakehose can deliver to, in the order of the alphabet. */
export const destinationTypes: readonly DestinationType[] = [objectStoreDestinationType, openSearchDestinationType];

export function findDestinationType(type: string): DestinationType | undefined {
  return destinationTypes.find((one) => one.type === type);
}
