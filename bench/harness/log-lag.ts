import { setTimeout as sleep } from "node:timers/promises";
import type { Lakehose } from "./lakehose.ts";

const SAMPLE_MS = 250;

/** How far the reading of the log stayed behind its writing, and the lake behind both. */
export interface LogLag {
  /** Since the start of watching. */
  readonly atSeconds: number;
  /** Age of the oldest record that the delivery had not read; 0 when it had read all. */
  readonly lagSeconds: number;
  /** Age of the oldest record that had been read and had not landed (CloudWatch: DataFreshness); 0 when all had. */
  readonly freshnessSeconds: number;
  readonly pendingRecords: number;
  readonly openAccumulators: number;
  readonly openParcels: number;
}

/** Samples the positions of the only delivery of a stream until it is stopped. */
export function watchLogLag(server: Lakehose, stream: string): { stop(): Promise<readonly LogLag[]> } {
  const startedAt = performance.now();
  const history = new LagHistory();
  const samples: LogLag[] = [];
  const ending = new AbortController();
  const sample = async () => {
    const at = performance.now();
    const { log, deliveries, balance } = await server.health(stream);
    const [delivery] = deliveries;
    if (delivery === undefined) throw new Error(`Expected a delivery of ${stream}, found none`);
    samples.push({
      atSeconds: (at - startedAt) / 1000,
      lagSeconds: history.lagMs(at, log.end, delivery.read) / 1000,
      freshnessSeconds: delivery.oldestPendingMs === undefined ? 0 : (Date.now() - delivery.oldestPendingMs) / 1000,
      pendingRecords: balance[0]?.pending ?? 0,
      openAccumulators: delivery.openAccumulators,
      openParcels: delivery.openParcels,
    });
  };
  const sampling = (async () => {
    while (!ending.signal.aborted) {
      await sample();
      await sleep(SAMPLE_MS, undefined, { signal: ending.signal }).catch(() => undefined);
    }
    await sample();
  })();
  // Whoever stops hears of a failure; until then it must not end the process.
  sampling.catch(() => undefined);
  return {
    stop: async () => {
      ending.abort();
      await sampling;
      return samples;
    },
  };
}

/** When a record came is told by the first sample in which the log reaches beyond it, thus a sample too late at most. */
export class LagHistory {
  readonly #ends: { readonly at: number; readonly end: number }[] = [];

  /** Age at `at` of the record at offset `read` of a log that ends before `end`. Calls come in order of time. */
  lagMs(at: number, end: number, read: number): number {
    this.#ends.push({ at, end });
    // What is read is never looked at again.
    while (this.#ends.length > 1 && (this.#ends[0]?.end ?? end) <= read) this.#ends.shift();
    return read < end ? at - (this.#ends[0]?.at ?? at) : 0;
  }
}
