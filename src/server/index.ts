/**
 * The library. `start()` gives a whole server inside this process: see `start.ts` for an example.
 *
 * @module
 */
export { ConfigurationError } from "./configuration/configuration-error.ts";
export type { DeliveredRecord } from "./delivered-records.ts";
export { type Lakehose, type StartOptions, start } from "./start.ts";
