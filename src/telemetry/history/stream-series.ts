import { invariant } from "../../std/assert.ts";
import { SAMPLED_METRICS } from "./sample-catalogue.ts";
import { STREAM_DIMENSION, seriesKey } from "./series.ts";

/** Streams whose keys are remembered; beyond it they are made anew. */
const STREAMS_MAX = 10_000;

/** Keys of the metrics of streams, made once: a call of a producer is several samples. */
export class StreamSeries {
  readonly #streams = new Map<string, Map<string, string>>();

  /** Of a metric of the catalogue; of no stream in particular where `stream` is empty. */
  keyOf(stream: string, name: string): string {
    let keys = this.#streams.get(stream);
    if (keys === undefined) {
      if (this.#streams.size >= STREAMS_MAX) this.#streams.clear();
      keys = new Map();
      this.#streams.set(stream, keys);
    }
    let key = keys.get(name);
    if (key === undefined) {
      key = streamSeriesKey(stream, name);
      keys.set(name, key);
    }
    return key;
  }
}

export function streamSeriesKey(stream: string, name: string): string {
  const metric = SAMPLED_METRICS.get(name);
  invariant(metric !== undefined, `${name} is a metric of the catalogue`);
  const dimensions: Record<string, string> = stream === "" ? {} : { [STREAM_DIMENSION]: stream };
  return seriesKey({ ...metric, name, dimensions });
}
