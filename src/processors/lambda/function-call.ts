import type { Batch } from "../../model/records.ts";
import type { Outcome, ProcessorBatch } from "../processor.ts";

/** One `process()` while its records are away in invocations that it shares with others. */
export class FunctionCall {
  readonly signal: AbortSignal;
  readonly done: Promise<ProcessorBatch>;
  readonly #batch: ProcessorBatch;
  /** Several where a record became many. */
  readonly #results: (Outcome | readonly Outcome[])[];
  readonly #settled = Promise.withResolvers<ProcessorBatch>();
  readonly #abandoned = new Set<() => void>();
  #pending: number;
  #over = false;

  /** `pending` outcomes of the batch will be answered; the others stay what they are. */
  constructor(batch: ProcessorBatch, pending: number, signal: AbortSignal) {
    this.#batch = batch;
    this.#results = [...batch.outcomes];
    this.#pending = pending;
    this.signal = signal;
    this.done = this.#settled.promise;
    signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  get source(): Batch {
    return this.#batch.source;
  }

  /** Answered, failed or aborted: nobody waits for it any more. */
  get over(): boolean {
    return this.#over;
  }

  /** What became of the outcome at `place`. The last one resolves the call. */
  answer(place: number, outcome: Outcome | readonly Outcome[]): void {
    if (this.#over) return;
    this.#results[place] = outcome;
    this.#pending--;
    if (this.#pending > 0) return;
    this.#end();
    this.#settled.resolve({ source: this.#batch.source, outcomes: this.#results.flat() });
  }

  fail(reason: unknown): void {
    if (this.#over) return;
    this.#end();
    this.#settled.reject(reason);
    for (const abandoned of this.#abandoned) abandoned();
  }

  /** Tells when the call ends without its answers. */
  onAbandoned(listener: () => void): void {
    this.#abandoned.add(listener);
  }

  forget(listener: () => void): void {
    this.#abandoned.delete(listener);
  }

  readonly #onAbort = (): void => this.fail(this.signal.reason);

  #end(): void {
    this.#over = true;
    this.signal.removeEventListener("abort", this.#onAbort);
  }
}
