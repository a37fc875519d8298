import type * as library from "prom-client";
import { onDemand } from "../std/on-demand.ts";
import { Counter, Gauge, Histogram, Registry } from "./instruments.ts";
import { METRICS, type Metric, type MetricId } from "./metrics-table.ts";

type Instrument = library.Counter | library.Gauge | library.Histogram;
type Labels = Readonly<Record<string, string>>;

/** The instruments of the metrics table, in a registry of their own: several servers may run in one process. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #instruments = new Map<MetricId, Instrument>();
  /** What was added to counters since somebody looked: a few calls a scrape instead of one for each event. */
  readonly #added = new Map<library.Counter, AddedTo>();
  /** Those of the process and of Node, which a server that nobody scrapes need not have. */
  readonly #startDefaults = onDemand(async () => {
    const { collectDefaultMetrics } = await import("prom-client");
    collectDefaultMetrics({ register: this.#registry });
  });
  #collect: () => void = () => undefined;

  constructor() {
    for (const [id, metric] of Object.entries(METRICS)) {
      this.#instruments.set(id as MetricId, instrument(metric, this.#registry));
    }
  }

  /** Called before each scrape; sets the gauges. */
  onCollect(collect: () => void): void {
    this.#collect = collect;
  }

  /** Adds to a counter, observes in a histogram, sets a gauge. */
  record(id: MetricId, labels: Labels, value: number): void {
    const found = this.#instruments.get(id);
    if (found instanceof Counter) this.#add(found, labels, value);
    else if (found instanceof Histogram) found.observe({ ...labels }, value);
    else found?.set({ ...labels }, value);
  }

  #add(counter: library.Counter, labels: Labels, value: number): void {
    let added = this.#added.get(counter);
    if (added === undefined) {
      added = new AddedTo();
      this.#added.set(counter, added);
    }
    added.of(labels).sum += value;
  }

  #countAdded(): void {
    for (const [counter, added] of this.#added)
      for (const { labels, sum } of added.all()) counter.inc({ ...labels }, sum);
    this.#added.clear();
  }

  resetGauges(): void {
    for (const found of this.#instruments.values()) if (found instanceof Gauge) found.reset();
  }

  /** Forgets the series of a stream that is gone, so that streams that come and go do not add up. */
  async forgetStream(stream: string): Promise<void> {
    this.#countAdded();
    for (const found of this.#instruments.values()) {
      const { values } = await found.get();
      const labels = new Map<string, Record<string, string>>();
      for (const value of values) {
        const { le: _, ...own } = value.labels as { stream?: string; le?: string };
        if (own.stream !== stream) continue;
        labels.set(JSON.stringify(own), own);
      }
      for (const own of labels.values()) found.remove(own);
    }
  }

  /** The text of `/metrics` and its media type. */
  async text(): Promise<{ readonly contentType: string; readonly text: string }> {
    await this.#startDefaults();
    this.#collect();
    this.#countAdded();
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() };
  }
}

interface Added {
  readonly labels: Labels;
  sum: number;
}

/** What was added to one counter, by its labels. Most calls name the series that the one before has named. */
class AddedTo {
  readonly #series = new Map<string, Added>();
  #last: Added | undefined;

  all(): Iterable<Added> {
    return this.#series.values();
  }

  of(labels: Labels): Added {
    if (this.#last !== undefined && haveSameValues(this.#last.labels, labels)) return this.#last;
    let key = "";
    for (const name in labels) key += `${labels[name]}\n`;
    const found = this.#series.get(key) ?? { labels, sum: 0 };
    this.#series.set(key, found);
    this.#last = found;
    return found;
  }
}

/** Labels of one metric have the same names. */
function haveSameValues(one: Labels, other: Labels): boolean {
  for (const name in other) if (one[name] !== other[name]) return false;
  return true;
}

function instrument(metric: Metric, registry: library.Registry): Instrument {
  const { name, help, labels } = metric;
  const options = { name, help, labelNames: [...labels], registers: [registry] };
  if (metric.kind === "counter") return new Counter(options);
  if (metric.kind === "gauge") return new Gauge(options);
  return new Histogram({ ...options, buckets: [...(metric.buckets ?? [])] });
}
