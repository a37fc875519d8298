import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { METRICS, type Metric, type MetricId } from "./metrics-table.ts";

type Instrument = Counter | Gauge | Histogram;
type Labels = Readonly<Record<string, string>>;

/** The instruments of the metrics table, in a registry of their own: several servers may run in one process. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #instruments = new Map<MetricId, Instrument>();
  /** What was added to counters since somebody looked: a few calls a scrape instead of one for each event. */
  readonly #added = new Map<Counter, Map<string, { readonly labels: Labels; sum: number }>>();
  #collect: () => void = () => undefined;

  constructor() {
    for (const [id, metric] of Object.entries(METRICS)) {
      this.#instruments.set(id as MetricId, instrument(metric, this.#registry));
    }
    collectDefaultMetrics({ register: this.#registry });
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

  #add(counter: Counter, labels: Labels, value: number): void {
    let series = this.#added.get(counter);
    if (series === undefined) {
      series = new Map();
      this.#added.set(counter, series);
    }
    let key = "";
    for (const name in labels) key += `${labels[name]}\n`;
    const added = series.get(key);
    if (added === undefined) series.set(key, { labels, sum: value });
    else added.sum += value;
  }

  #countAdded(): void {
    for (const [counter, series] of this.#added)
      for (const { labels, sum } of series.values()) counter.inc({ ...labels }, sum);
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
    this.#collect();
    this.#countAdded();
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() };
  }
}

function instrument(metric: Metric, registry: Registry): Instrument {
  const { name, help, labels } = metric;
  const options = { name, help, labelNames: [...labels], registers: [registry] };
  if (metric.kind === "counter") return new Counter(options);
  if (metric.kind === "gauge") return new Gauge(options);
  return new Histogram({ ...options, buckets: [...(metric.buckets ?? [])] });
}
