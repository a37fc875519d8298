/**
 * Time as an argument. Everything in Lakehose that reads a clock or waits takes a `Clock`, so that the simulation can
 * run years in seconds, jump the wall clock, and replay a run from its seed.
 *
 * Two clocks on purpose: `now()` is for what people and names see, `monotonic()` is for ages and time-outs, because the
 * wall clock may be set back or forward at any moment.
 */
export interface Clock {
  /** Wall-clock time, milliseconds since 1970. May jump in both directions. */
  now(): number;
  /** Milliseconds since an arbitrary start. Never falls. */
  monotonic(): number;
  /** Resolves after `ms` milliseconds. Rejects with the signal's reason when `signal` is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) => sleepOnTimer(ms, signal),
};

function sleepOnTimer(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
