import type { Bench } from "./harness/bench.ts";

/** One question about speed: one file, one answer, with what it is compared to measured in the same run. */
export interface Question {
  /** What one types: `npm run bench -- put-batch`. The file is called the same. */
  readonly name: string;
  /** The question itself, and how it is measured. */
  readonly asks: string;
  /** Why it cannot be answered here (a peer is absent); `undefined` when it can. */
  unanswerable?(environment: NodeJS.ProcessEnv): string | undefined;
  run(bench: Bench): Promise<Answer>;
}

export interface Answer {
  /** Ratios first: this is what holds on another machine. */
  readonly checks: readonly Check[];
  readonly rows: readonly Row[];
  readonly notes?: readonly string[];
}

/** A number that has a limit, or is worth naming. */
export interface Check {
  readonly what: string;
  readonly value: number;
  readonly unit?: string;
  readonly limit?: Limit;
}

export interface Limit {
  readonly kind: "at least" | "at most";
  readonly value: number;
  /** A floor makes `--gate` fail; a goal is what we claim once it is met. */
  readonly as: "floor" | "goal";
}

/** One variant; columns are named with their unit, in the order in which they are printed. */
export interface Row {
  readonly name: string;
  readonly values: Readonly<Record<string, number>>;
}

export function isMet({ value, limit }: Check): boolean {
  if (limit === undefined) return true;
  return limit.kind === "at least" ? value >= limit.value : value <= limit.value;
}

export const atLeast = (value: number, as: Limit["as"] = "floor"): Limit => ({ kind: "at least", value, as });
export const atMost = (value: number, as: Limit["as"] = "floor"): Limit => ({ kind: "at most", value, as });
