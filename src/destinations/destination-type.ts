import type { z } from "zod";
import type { Clock } from "../std/clock.ts";
import type { JsonObject } from "../std/json.ts";
import type { Random } from "../std/random.ts";
import type { ObjectStore } from "../storage/object-store.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Destination } from "./destination.ts";

/** One kind of destination, declared once: the reference page, the validation and the console's form derive from it. */
export interface DestinationType {
  /** Its name in a `ComponentSpec`. */
  readonly type: string;
  /** One sentence for people. */
  readonly summary: string;
  readonly optionsSchema: z.ZodType;
  /** Throws a `ZodError` when the options are not what the schema asks for. Opens nothing before the first call. */
  create(options: JsonObject, dependencies: DestinationDependencies): Destination;
}

export interface DestinationDependencies {
  /** The store that a bucket lives in, as the configuration maps it. */
  storeFor(bucket: string): ObjectStore;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly random: Random;
}
