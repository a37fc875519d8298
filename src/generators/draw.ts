import type { Random } from "../std/random.ts";

/** Chance in the words of generators, over a seeded `Random`. */
export class Draw {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** True in `share` (0 to 1) of the cases. */
  chance(share: number): boolean {
    return this.#random.fraction() < share;
  }

  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number {
    return low + Math.floor(this.#random.fraction() * (high - low + 1));
  }

  /** A number from `low` up to `high` with that many decimals. */
  decimal(low: number, high: number, decimals: number): number {
    return Number((low + this.#random.fraction() * (high - low)).toFixed(decimals));
  }

  pick<T>(values: readonly [T, ...T[]]): T {
    return values[this.whole(0, values.length - 1)] ?? values[0];
  }

  hex(digits: number): string {
    return this.#random
      .bytes(Math.ceil(digits / 2))
      .toString("hex")
      .slice(0, digits);
  }

  uuid(): string {
    const hex = this.hex(32);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
  }
}
