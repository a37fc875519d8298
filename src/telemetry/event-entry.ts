import type { EventCatalogue } from "./events.ts";
import type { MetricId } from "./metrics-table.ts";

/**
 * What follows from each event. The type asks for an entry for every event of the catalogue; an event without metrics says
 * so with an empty list and is for the log alone.
 */
export type EventTable = { readonly [Name in keyof EventCatalogue]: EventEntry<EventCatalogue[Name]> };

export interface EventEntry<Fields> {
  /** One sentence for the reference page. */
  readonly summary: string;
  /** `trace` is what happens per call: counted always, logged only when somebody asks for it. */
  readonly level: "trace" | "info" | "warn" | "error";
  readonly metrics: readonly MetricUpdate<Fields>[];
  /** What the delivery log of the stream tells (CloudWatchLoggingOptions), if it tells of this at all. */
  readonly deliveryLog?: (fields: Fields) => DeliveryLogLine | undefined;
}

export interface MetricUpdate<Fields> {
  readonly metric: MetricId;
  readonly labels: (fields: Fields) => Readonly<Record<string, string>>;
  /** What is added or observed; absent = 1. */
  readonly value?: (fields: Fields) => number;
  readonly when?: (fields: Fields) => boolean;
}

export interface DeliveryLogLine {
  readonly stream: string;
  readonly delivery: string;
  readonly version?: string;
  readonly destination?: string;
  readonly errorCode: string;
  readonly message: string;
}
