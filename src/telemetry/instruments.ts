import { createRequire } from "node:module";
import type * as library from "prom-client";

/**
 * The instruments of prom-client, each from its own file. The library as a whole brings nine times as many modules along,
 * OpenTelemetry among them, for its default metrics: 2 MiB of an idle server (measured). Those are loaded with the first scrape.
 */
const load = createRequire(import.meta.url);

export const Registry: typeof library.Registry = load("prom-client/lib/registry.js");
export const Counter: typeof library.Counter = load("prom-client/lib/counter.js");
export const Gauge: typeof library.Gauge = load("prom-client/lib/gauge.js");
export const Histogram: typeof library.Histogram = load("prom-client/lib/histogram.js");
