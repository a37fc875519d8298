import type { JsonObject } from "../../std/json.ts";
import type { DestinationKindName } from "./destination-kinds.ts";

/**
 * What a stream document keeps of the wire: the one destination in the words of its configuration, merged with all
 * updates and without defaults (Describe fills those in, so that "not given" stays visible to later merges), and the
 * source. A stream created through S3DestinationConfiguration is of the kind ExtendedS3; AWS describes both.
 */
export interface DeclaredStream {
  readonly kind: DestinationKindName;
  readonly destination: JsonObject;
  /** `KinesisStreamSourceConfiguration` and its siblings, by their names in the request. */
  readonly sources: JsonObject;
}

/** The only destination id there is: a stream has one destination (reference 1.3). */
export const DESTINATION_ID = "destinationId-000000000001";

export function toDeclared(stream: DeclaredStream): JsonObject {
  return { ...stream };
}

export function fromDeclared(declared: JsonObject): DeclaredStream {
  return declared as unknown as DeclaredStream;
}
