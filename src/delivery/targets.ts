import type { Destination, Parcel } from "../destinations/destination.ts";
import type { ComponentSpec } from "../model/delivery-definition.ts";
import type { DeliveryOptions } from "./delivery-options.ts";
import type { Intent } from "./journal/journal-records.ts";
import type { Plans } from "./plans.ts";

/** The destinations that open parcels point at, one per distinct target: an intent is finished exactly where it was frozen. */
export class Targets {
  readonly #options: DeliveryOptions;
  readonly #plans: Plans;
  readonly #destinations = new Map<string, Destination>();

  constructor(options: DeliveryOptions, plans: Plans) {
    this.#options = options;
    this.#plans = plans;
  }

  destinationOf(intent: Intent): Destination {
    const target = this.#targetOf(intent);
    const identity = JSON.stringify(target);
    let destination = this.#destinations.get(identity);
    if (destination === undefined) {
      destination = this.#options.components.destination(target);
      this.#destinations.set(identity, destination);
    }
    return destination;
  }

  describe(intent: Intent): Pick<Parcel, "contentType" | "contentEncoding" | "metadata"> {
    const runner = this.#plans.runnerOf(intent.plan);
    const metadata = {
      "lakehose-stream": runner.plan.streamName,
      "lakehose-version": runner.plan.versionId,
      "lakehose-roll-cause": intent.cause,
    };
    const { format, compression } = runner.encoding(intent.key);
    const contentEncoding = intent.key.kind === "manifest" ? undefined : format.contentEncoding(compression);
    return { contentType: format.contentType, ...(contentEncoding ? { contentEncoding } : {}), metadata };
  }

  placeOf(intent: Intent): { readonly version: string; readonly target: string } {
    const { type, options } = this.#targetOf(intent);
    const target = typeof options.bucket === "string" ? `arn:aws:s3:::${options.bucket}` : type;
    return { version: this.#plans.runnerOf(intent.plan).plan.versionId, target };
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#destinations.values(), (destination) => destination.close()));
  }

  #targetOf(intent: Intent): ComponentSpec {
    return this.#plans.runnerOf(intent.plan).plan.definition.target;
  }
}
