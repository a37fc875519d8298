import type { Destination, DestinationOwner, Parcel } from "../destinations/destination.ts";
import type { ComponentSpec } from "../model/delivery-definition.ts";
import type { JsonObject } from "../std/json.ts";
import type { DeliveryOptions } from "./delivery-options.ts";
import type { Intent } from "./journal/journal-records.ts";
import type { Plans } from "./plans.ts";

/** The destinations that open parcels point at, one per distinct target: an intent is finished exactly where it was frozen. */
export class Targets {
  readonly #options: DeliveryOptions;
  readonly #plans: Plans;
  readonly #destinations = new Map<string, Destination>();
  readonly #owner: DestinationOwner;

  constructor(options: DeliveryOptions, plans: Plans) {
    this.#options = options;
    this.#plans = plans;
    const { stream, definition, replayId } = options;
    this.#owner = { stream, delivery: definition.id, ...(replayId === undefined ? {} : { replayId }) };
  }

  destinationOf(intent: Pick<Intent, "plan" | "key">): Destination {
    const target = this.#targetOf(intent);
    const identity = JSON.stringify(target);
    let destination = this.#destinations.get(identity);
    if (destination === undefined) {
      destination = this.#options.components.destination(target, this.#owner);
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

  #targetOf(intent: Pick<Intent, "plan" | "key">): ComponentSpec {
    const { target, errorTarget } = this.#plans.runnerOf(intent.plan).plan.definition;
    if (intent.key.kind === "error" && errorTarget !== undefined) return errorTarget;
    return this.#reachedAsNow(target);
  }

  /** What is written is frozen; where and how the target is reached is not, or a wrong password would stay wrong. */
  #reachedAsNow(target: ComponentSpec): ComponentSpec {
    const names = this.#options.components.connectionOptions?.(target.type) ?? [];
    const { target: now } = this.#plans.newest.plan.definition;
    if (names.length === 0 || now.type !== target.type) return target;
    const options: JsonObject = { ...target.options };
    for (const name of names) {
      const value = now.options[name];
      if (value === undefined) delete options[name];
      else options[name] = value;
    }
    return { type: target.type, options };
  }
}
