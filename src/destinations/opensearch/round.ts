import type { Attempt } from "../destination.ts";
import { DestinationError } from "../destination-error.ts";
import type { ItemError, ItemOutcome } from "./bulk-answer.ts";

/** What a cluster says that has more to do than it can (reference 2.4): it is left alone until the next attempt. */
const BUSY_STATUSES: ReadonlySet<number> = new Set([429, 503]);

/** One attempt at a parcel: settles its records as answers come, and knows what is to come again. */
export class Round {
  readonly #attempt: Attempt;
  #first: ItemError | undefined;
  #isBusy = false;

  constructor(attempt: Attempt) {
    this.#attempt = attempt;
  }

  get signal(): AbortSignal {
    return this.#attempt.signal;
  }

  settle(place: number, outcome: ItemOutcome): void {
    if (outcome.kind === "done") this.#attempt.progress.delivered(place);
    else if (outcome.kind === "never") this.refuse(place, outcome);
    else this.#postpone(outcome);
  }

  refuse(place: number, { status, message }: ItemError): void {
    this.#attempt.progress.refused(place, { code: String(status), message, attempts: this.#attempt.number });
  }

  #postpone(error: ItemError): void {
    this.#first ??= error;
    this.#isBusy ||= BUSY_STATUSES.has(error.status);
  }

  /** Sending on to a busy cluster makes it busier. */
  throwIfBusy(): void {
    if (this.#isBusy) this.throwIfUnsettled();
  }

  /** With what the cluster said of the first document, in its own words: they will stand in the error records. */
  throwIfUnsettled(): void {
    if (this.#first === undefined) return;
    const { status, message } = this.#first;
    const code = status === 401 || status === 403 ? "denied" : "put-off";
    throw new DestinationError(code, message, { retriable: true, logCode: String(status) });
  }
}
