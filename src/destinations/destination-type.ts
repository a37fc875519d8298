import type { z } from "zod";
import type { Clock } from "../std/clock.ts";
import type { JsonObject } from "../std/json.ts";
import type { Random } from "../std/random.ts";
import type { ObjectStore } from "../storage/object-store.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Destination, DestinationOwner } from "./destination.ts";

/** One kind of destination, declared once: the reference page, the validation and the console's form derive from it. */
export interface DestinationType {
  /** Its name in a `ComponentSpec`. */
  readonly type: string;
  /** One sentence for people. */
  readonly summary: string;
  readonly optionsSchema: z.ZodType;
  /**
   * `objects`: the parcel's body is what the target gets. `records`: the body is in `model/identified-records.ts`, and the
   * target gets its records one by one; refused ones become error records of `errorType`.
   */
  readonly takes: "objects" | "records";
  /** Error output of records that the target does not take (reference 5.3): `http-endpoint-failed`. */
  readonly errorType?: string;
  /** Options that say how the target is reached and not what is written there: an open parcel follows their newest values. */
  readonly connectionOptions?: readonly string[];
  /** What is gathered before a parcel is handed on, where nobody says it. Default: 5 MiB, or what comes in a minute. */
  gathers?(options: JsonObject): { readonly bytes: number; readonly ageMs: number } | undefined;
  /** What a crash, or an answer that is lost, means for readers of the target; stands in the guarantees table. */
  readonly guarantee: "exactly-once" | "at-least-once";
  /** Throws a `ZodError` when the options are not what the schema asks for. Opens nothing before the first call. */
  create(options: JsonObject, dependencies: DestinationDependencies): Destination;
}

export interface DestinationDependencies {
  /** Whose parcels they are. */
  readonly owner: DestinationOwner;
  /** The store that a bucket lives in, as the configuration maps it. */
  storeFor(bucket: string): ObjectStore;
  /** What the configuration keeps under a name. Throws an `Error` that says what is missing. */
  secretOf(name: string): string;
  /** Where that is reached which the configuration knows under an ARN or an address of AWS. */
  endpointOf(name: string): string | undefined;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly random: Random;
}
