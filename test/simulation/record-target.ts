import type {
  Attempt,
  DeliveryProof,
  Destination,
  DestinationOwner,
  Parcel,
} from "../../src/destinations/destination.ts";
import { DestinationError } from "../../src/destinations/destination-error.ts";
import { type IdentifiedRecord, readIdentifiedRecords } from "../../src/model/identified-records.ts";
import type { Draw } from "./draw.ts";
import { type Life, seenBy } from "./life.ts";
import type { SimulatedClock } from "./simulated-clock.ts";
import { isNotTaken } from "./sorter.ts";

export const RECORDS_TYPE = "records";

/** Records of one request. */
const REQUEST_RECORDS_MAX = 4;
const ANSWER_MS_MAX = 60;

/** Requests whose sender gave up, or died, still arrive within this. */
const LATE_MS_MAX = 60_000;

type Fault = "none" | "refused" | "lost-answer" | "late" | "busy" | "hopeless";

const FAULT_WEIGHTS = { refused: 3, "lost-answer": 3, late: 3, busy: 4, hopeless: 1 } as const;

export interface RecordTargetOptions {
  readonly draw: Draw;
  readonly clock: SimulatedClock;
  readonly faultRate: number;
  readonly count: (what: string) => void;
  /** Told when records have arrived and nobody knows yet: the moment for a crash. */
  readonly afterEffect: () => void;
}

/**
 * A target that takes records one by one, as OpenSearch does: what comes again under its identity is there once. It refuses
 * some for good and others for now, loses answers, and takes requests of the dead. What it has survives everything.
 */
export class RecordTarget {
  /** By stream uid, then by identity: the text. */
  readonly taken = new Map<string, Map<string, string>>();
  readonly #options: RecordTargetOptions;
  #faultRate: number;
  #underWay = 0;

  constructor(options: RecordTargetOptions) {
    this.#options = options;
    this.#faultRate = options.faultRate;
  }

  get busy(): boolean {
    return this.#underWay > 0;
  }

  heal(): void {
    this.#faultRate = 0;
  }

  destination(owner: DestinationOwner, life: Life): Destination {
    return {
      find: async () => undefined,
      deliver: (parcel, attempt) => this.#deliver(owner, life, parcel, attempt),
      abandonUploads: async () => undefined,
      close: async () => undefined,
    };
  }

  async #deliver(owner: DestinationOwner, life: Life, parcel: Parcel, attempt: Attempt): Promise<DeliveryProof> {
    const { progress } = attempt;
    for await (const records of readIdentifiedRecords(parcel.body)) {
      const waiting = records.filter(({ index }) => !progress.isSettled(index));
      for (let from = 0; from < waiting.length; from += REQUEST_RECORDS_MAX) {
        const request = waiting.slice(from, from + REQUEST_RECORDS_MAX);
        await seenBy(life, () => this.#request(owner, request, attempt));
      }
    }
    if (progress.unsettled === 0) return { outcome: "delivered", etag: "", bytes: parcel.body.bytes };
    throw new DestinationError("busy", "Some records are to come again", { retriable: true, logCode: "Target.Busy" });
  }

  async #request(owner: DestinationOwner, records: readonly IdentifiedRecord[], attempt: Attempt): Promise<void> {
    const { draw, clock, count, afterEffect } = this.#options;
    const fault: Fault = draw.chance(this.#faultRate) ? draw.weighted(FAULT_WEIGHTS) : "none";
    count(`target-${fault}`);
    await clock.sleep(draw.between(0, ANSWER_MS_MAX));
    switch (fault) {
      case "refused":
        throw new DestinationError("away", "The target is away", { retriable: true, logCode: "Target.Away" });
      case "hopeless":
        throw new DestinationError("denied", "Nobody may", { retriable: false, logCode: "Target.Denied" });
      case "late":
        void this.#later(() => this.#take(owner, records));
        throw unanswered();
      case "lost-answer":
        this.#take(owner, records);
        afterEffect();
        throw unanswered();
      case "busy":
        this.#answer(
          owner,
          records.filter(() => draw.chance(0.5)),
          attempt,
        );
        break;
      case "none":
        this.#answer(owner, records, attempt);
        break;
    }
    afterEffect();
    await clock.sleep(draw.between(0, ANSWER_MS_MAX));
  }

  async #later(effect: () => void): Promise<void> {
    this.#underWay++;
    await this.#options.clock.sleep(this.#options.draw.between(100, LATE_MS_MAX));
    effect();
    this.#underWay--;
  }

  #answer(owner: DestinationOwner, records: readonly IdentifiedRecord[], { progress, number }: Attempt): void {
    this.#take(owner, records);
    for (const { index, bytes } of records) {
      const refusal = { code: "400", message: "It is not for me", attempts: number };
      if (isNotTaken(bytes.toString())) progress.refused(index, refusal);
      else progress.delivered(index);
    }
  }

  #take({ stream }: DestinationOwner, records: readonly IdentifiedRecord[]): void {
    for (const { bytes, offset, piece, streamUid = stream.uid } of records) {
      const text = bytes.toString();
      if (isNotTaken(text)) continue;
      const ofStream = this.taken.get(stream.uid) ?? new Map<string, string>();
      this.taken.set(stream.uid, ofStream.set(`${streamUid}/${offset}/${piece}`, text));
    }
  }
}

function unanswered(): DestinationError {
  return new DestinationError("no-answer", "No answer came", {
    retriable: true,
    logCode: "Target.NoAnswer",
    isDoubtful: true,
  });
}
