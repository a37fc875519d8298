import type { SourceRun } from "../source-kind.ts";

/** Measures of single partitions are told of so many at most; a topic with more has its sum and its maximum. */
const PARTITION_MEASURES_MAX = 50;

/** How many records each partition is behind, as the measures `recordsLagMax`, `recordsLag` and `recordsLag.TOPIC.PARTITION`. */
export class PartitionLags {
  readonly #run: Pick<SourceRun, "measure">;
  readonly #lags = new Map<string, number>();
  readonly #measured = new Set<string>();

  constructor(run: Pick<SourceRun, "measure">) {
    this.#run = run;
  }

  set(topic: string, partition: number, lag: bigint): void {
    const name = `recordsLag.${topic}.${partition}`;
    // Transactions that are open keep the end that may be read behind the end that there is.
    const records = lag < 0n ? 0 : Number(lag);
    this.#lags.set(name, records);
    if (this.#measured.has(name) || this.#measured.size < PARTITION_MEASURES_MAX) {
      this.#measured.add(name);
      this.#run.measure(name, records);
    }
  }

  /** Partitions are another's now. */
  clear(): void {
    this.#lags.clear();
    for (const name of this.#measured) this.#run.measure(name, 0);
    this.tell();
  }

  /** After all partitions of an answer. */
  tell(): void {
    let max = 0;
    let sum = 0;
    for (const lag of this.#lags.values()) {
      max = Math.max(max, lag);
      sum += lag;
    }
    this.#run.measure("recordsLagMax", max);
    this.#run.measure("recordsLag", sum);
  }
}
