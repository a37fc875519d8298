/**
 * The last minutes of every stream as this page saw them: answers of `GET /api/stream-health`, kept at most `SAMPLES_MAX`
 * of them. Rates are differences between two of them, so the first answer has none.
 */
import type { StreamHealthList } from "../api/admin-api.ts";

/** Five minutes, at one answer every two seconds. */
const SAMPLES_MAX = 150;

/** A rate is taken over a few answers: producers send in batches, and a single step would jump about. */
const RATE_MS = 6_000;

export interface StreamSample {
  readonly at: number;
  readonly accepted: number;
  readonly delivered: number;
  readonly errored: number;
  readonly logBytes: number;
  /** Age of the oldest record that waits; 0 where none does. */
  readonly freshnessMs: number;
}

export class StreamSamples {
  readonly #streams = new Map<string, StreamSample[]>();

  add({ at, streams }: StreamHealthList): void {
    const seen = new Set<string>();
    for (const { name, health } of streams) {
      seen.add(name);
      if (health === undefined) continue;
      const samples = this.#streams.get(name) ?? [];
      this.#streams.set(name, samples);
      const before = samples.at(-1);
      if (before !== undefined && at <= before.at) continue;
      // Fewer than before: the stream was deleted and made anew under its name.
      if (before !== undefined && health.accepted < before.accepted) samples.length = 0;
      const oldest = Math.min(...health.deliveries.map(({ oldestPendingMs }) => oldestPendingMs ?? at));
      samples.push({
        at,
        accepted: health.accepted,
        delivered: sum(health.balance.map(({ delivered }) => delivered)),
        errored: sum(health.balance.map(({ errored }) => errored)),
        logBytes: health.log.bytes,
        freshnessMs: Math.max(0, at - oldest),
      });
      if (samples.length > SAMPLES_MAX) samples.shift();
    }
    for (const name of this.#streams.keys()) if (!seen.has(name)) this.#streams.delete(name);
  }

  of(stream: string): readonly StreamSample[] {
    return this.#streams.get(stream) ?? [];
  }
}

export type CountOfSample = "accepted" | "delivered" | "errored";

/** Records per second at each sample after the first. */
export function ratesOf(samples: readonly StreamSample[], count: CountOfSample): readonly number[] {
  return samples.slice(1).map((sample, at) => {
    const since = samples.findLast(({ at: time }, index) => index <= at && time <= sample.at - RATE_MS) ?? samples[0];
    if (since === undefined) return 0;
    return Math.max(0, ((sample[count] - since[count]) * 1000) / (sample.at - since.at));
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
