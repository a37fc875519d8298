import type { Random } from "./random.ts";

export interface BackoffOptions {
  /** First wait, milliseconds. Default 100. */
  readonly firstMs?: number;
  /** Longest wait, milliseconds. Default 30,000. */
  readonly maxMs?: number;
  /** Share of each wait that is drawn by chance, 0 to 1. Default 0.5, so that peers that failed together spread out. */
  readonly jitter?: number;
}

/** Milliseconds to wait before attempt `attempt` (1 = the first retry): doubles from `firstMs` up to `maxMs`, jittered. */
export function backoffMs(attempt: number, random: Random, options: BackoffOptions = {}): number {
  const { firstMs = 100, maxMs = 30_000, jitter = 0.5 } = options;
  const full = Math.min(maxMs, firstMs * 2 ** Math.min(attempt - 1, 30));
  return full * (1 - jitter) + full * jitter * random.fraction();
}
