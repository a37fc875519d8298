import type {
  Attempt,
  DeliveryProof,
  Destination,
  DestinationOwner,
  Parcel,
} from "../../src/destinations/destination.ts";
import { DestinationError } from "../../src/destinations/destination-error.ts";
import { type IdentifiedRecord, readIdentifiedRecords } from "../../src/model/identified-records.ts";
import type { JsonObject } from "../../src/std/json.ts";

/** How the target answers about one record: takes it, refuses it for good, not now, or takes it and loses the answer. */
export type TargetAnswer = "taken" | "refused" | "later" | "lost";

/**
 * A target that takes records one by one, each under its identity, so that one that comes twice is there once. What it has
 * survives every crash of those who write to it.
 */
export class ScriptedTarget {
  /** By identity, in the order of arrival. */
  readonly records = new Map<string, string>();
  /** How many requests had each record. */
  readonly requests = new Map<string, number>();
  /** Options of the destinations that came, in order. */
  readonly reachedWith: JsonObject[] = [];
  answer: (text: string, request: number) => TargetAnswer = () => "taken";
  /** Of each attempt, what does not count against the time for retries. */
  uncountedMs: (attempt: number) => number = () => 0;
  inOrder = false;
  /** Set where parcels that are given up are taken in a form of the target's own. */
  takesGivenUp: string[] | undefined;
  atOnce = 0;
  mostAtOnce = 0;

  destination(options: JsonObject, owner: DestinationOwner, isAlive: () => boolean): Destination {
    return new ScriptedDestination(this, options, owner, isAlive);
  }

  take(identity: string, text: string): TargetAnswer {
    const request = (this.requests.get(identity) ?? 0) + 1;
    this.requests.set(identity, request);
    const answer = this.answer(text, request);
    if (answer === "taken" || answer === "lost") this.records.set(identity, text);
    return answer;
  }
}

class ScriptedDestination implements Destination {
  readonly #target: ScriptedTarget;
  readonly #options: JsonObject;
  readonly #owner: DestinationOwner;
  readonly #isAlive: () => boolean;
  readonly giveUp?: (parcel: Parcel) => Promise<DeliveryProof>;

  constructor(target: ScriptedTarget, options: JsonObject, owner: DestinationOwner, isAlive: () => boolean) {
    this.#target = target;
    this.#options = options;
    this.#owner = owner;
    this.#isAlive = isAlive;
    const { takesGivenUp } = target;
    if (takesGivenUp !== undefined) {
      this.giveUp = async ({ name }) => {
        takesGivenUp.push(name);
        return { outcome: "delivered", etag: "", bytes: 0 };
      };
    }
  }

  get inOrder(): boolean {
    return this.#target.inOrder;
  }

  backoffMs(number: number): number {
    return 1_000 * number;
  }

  async find(): Promise<DeliveryProof | undefined> {
    return undefined;
  }

  async deliver(parcel: Parcel, attempt: Attempt): Promise<DeliveryProof> {
    const target = this.#target;
    target.reachedWith.push(this.#options);
    target.atOnce++;
    attempt.progress.uncountedMs += target.uncountedMs(attempt.number);
    target.mostAtOnce = Math.max(target.mostAtOnce, target.atOnce);
    try {
      for await (const records of readIdentifiedRecords(parcel.body)) {
        for (const record of records) if (!attempt.progress.isSettled(record.index)) await this.#send(record, attempt);
      }
    } finally {
      target.atOnce--;
    }
    if (attempt.progress.unsettled === 0) return { outcome: "delivered", etag: "", bytes: parcel.body.bytes };
    const message = `${attempt.progress.unsettled} records are to come again`;
    throw new DestinationError("busy", message, { retriable: true, logCode: "Target.Busy" });
  }

  detailsOf(record: IdentifiedRecord) {
    return { targetId: this.#identityOf(record) };
  }

  #identityOf({ streamUid, offset, piece }: IdentifiedRecord): string {
    return `${streamUid ?? this.#owner.stream.uid}/${offset}/${piece}`;
  }

  async #send(record: IdentifiedRecord, attempt: Attempt): Promise<void> {
    // A request takes a moment, in which a process may die.
    await new Promise(setImmediate);
    if (!this.#isAlive()) throw new Error("this process is dead");
    const { progress, number } = attempt;
    const { index } = record;
    const text = record.bytes.toString();
    switch (this.#target.take(this.#identityOf(record), text)) {
      case "taken":
        return progress.delivered(index);
      case "refused":
        return progress.refused(index, {
          code: "400",
          message: `${text} is not what I take`,
          attempts: number,
        });
      case "lost":
        progress.isDoubtful = true;
        return;
      case "later":
        return;
    }
  }

  async abandonUploads(): Promise<void> {
    // Records are never sent in parts.
  }

  async close(): Promise<void> {
    // What the target has outlives everybody.
  }
}
