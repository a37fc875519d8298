import type { EventCatalogue } from "./events.ts";

/**
 * Everything worth knowing leaves as a named event with typed fields; metrics, logs and `/metrics` are derived from
 * events in this room alone. Emitting never throws and never waits.
 */
export interface Telemetry {
  emit<Name extends keyof EventCatalogue>(name: Name, fields: EventCatalogue[Name]): void;
}

/** For tests and tools that look at nothing. */
export const silentTelemetry: Telemetry = { emit: () => undefined };
