import type { z } from "zod";
import type { ReadUpstream, SourceComponents } from "../sources/source-kind.ts";
import type { JsonObject } from "../std/json.ts";
import type { ObjectEvents } from "./objects/object-events.ts";

/**
 * One kind of event: a folder (or file) and a line in the registry. A trigger is read like a source; what differs is where
 * it leads: its records are events, JSON as AWS hands them to functions, and its inlet calls a target instead of filling a
 * log (`event-inlet.ts`).
 */
export interface TriggerKind<Options = unknown> {
  readonly name: string;
  /** One sentence for the reference page. */
  readonly description: string;
  readonly options: z.ZodType<Options>;
  /** What is listened to, for people. */
  upstream(options: Options): string;
  /** Called for each trigger of the kind before anything can happen that it has to hear of. */
  declare?(trigger: string, components: TriggerComponents): void;
  create(components: TriggerComponents): ReadUpstream<Options>;
  readonly events: EventShape;
}

/** What a kind's events look like to those who pass them on. */
export interface EventShape {
  /** Events in one call, unless the definition says otherwise. */
  readonly batchSize: number;
  /** Events come from a queue, which hands over again by itself what was not taken. */
  readonly unordered?: boolean;
  /** One event is handed over as it is; several stand in `Records`. */
  readonly single?: boolean;
  /** Events of one key stay in their order. Absent = each part is one order. */
  readonly keyOf?: (event: JsonObject) => string;
  /** What a function calls it in `batchItemFailures`. */
  readonly idOf?: (event: JsonObject) => string | undefined;
}

export interface TriggerComponents extends SourceComponents {
  readonly objectEvents: ObjectEvents;
  /** For ARNs in events. */
  readonly accountId: string;
  readonly region: string;
}

/** Forgets what the options are, for the registry. */
export function anyTriggerKind<Options>(kind: TriggerKind<Options>): TriggerKind {
  return kind as TriggerKind;
}
