/**
 * What is known of the single records of a parcel, over all its attempts in this process: where a target takes some of them
 * and not others, the next attempt is about the rest. After a restart all of them are tried again, so a target that is asked
 * twice for the same record has to have it once, or says that it cannot (`DestinationType.guarantee`).
 */
export class ParcelProgress {
  readonly records: number;
  readonly #settled: Uint8Array;
  readonly #refusals = new Map<number, RecordRefusal>();
  #unsettled: number;
  /** A request had no clear answer: what it held may have arrived. */
  isDoubtful = false;
  /** Of the time that has passed, milliseconds that do not count against the time for retries: waits for an acknowledgement. */
  uncountedMs = 0;

  constructor(records: number) {
    this.records = records;
    this.#unsettled = records;
    this.#settled = new Uint8Array(records);
  }

  /** Records about which nothing is settled. */
  get unsettled(): number {
    return this.#unsettled;
  }

  /** By place in the parcel. */
  get refusals(): ReadonlyMap<number, RecordRefusal> {
    return this.#refusals;
  }

  isSettled(index: number): boolean {
    return this.#settled[index] === 1;
  }

  /** The target has it. */
  delivered(index: number): void {
    this.#settle(index);
  }

  /** The target will never take it: it goes to the error output. */
  refused(index: number, refusal: RecordRefusal): void {
    if (this.#settle(index)) this.#refusals.set(index, refusal);
  }

  /** Nobody tries any longer: whatever is not settled goes to the error output. */
  giveUp(refusal: RecordRefusal): void {
    const inDoubt = this.isDoubtful ? { inDoubt: true } : {};
    for (let index = 0; index < this.records; index++) this.refused(index, { ...refusal, ...inDoubt });
  }

  #settle(index: number): boolean {
    if (this.isSettled(index)) return false;
    this.#settled[index] = 1;
    this.#unsettled--;
    return true;
  }
}

/** Why a record was not taken; the members of its error record (reference 5.6). */
export interface RecordRefusal {
  readonly code: string;
  readonly message: string;
  readonly attempts: number;
  /** Members of its kind, such as `esDocumentId`. */
  readonly details?: RecordDetails;
  /** It may have arrived all the same. */
  readonly inDoubt?: boolean;
}

export type RecordDetails = Readonly<Record<string, string | number | null>>;
