import { randomBytes } from "node:crypto";

/** Chance as an argument: salts, incarnations, stream uids and jitter come from here, so that a seed replays a run. */
export interface Random {
  bytes(count: number): Buffer;
  /** A number in [0, 1). */
  fraction(): number;
}

export const systemRandom: Random = {
  bytes: (count) => randomBytes(count),
  fraction: () => Math.random(),
};

/** A repeatable generator (mulberry32). For tests and simulations only: it is not fit for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return {
    bytes: (count) => Buffer.from(Array.from({ length: count }, () => next() & 0xff)),
    fraction: () => next() / 0x1_0000_0000,
  };
}
