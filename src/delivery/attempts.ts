import type { DeliveryProof, Destination, Parcel } from "../destinations/destination.ts";
import { DestinationError } from "../destinations/destination-error.ts";
import { ParcelProgress } from "../destinations/parcel-progress.ts";
import { reasonOf } from "../model/errors.ts";
import { backoffMs } from "../std/backoff.ts";
import type { Clock } from "../std/clock.ts";
import type { Random } from "../std/random.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Journal } from "./journal/journal.ts";
import type { Intent } from "./journal/journal-records.ts";
import type { PendingParcel } from "./parcel-finisher.ts";

/**
 * Tries a parcel at its target until there is a proof. For as long as the log holds it where the stream sets no time for
 * retries; else until that time is over, counted from the first failure, and then what the target has not taken is given up:
 * it goes to the error output. What can never succeed, an object under our name that is not ours, is thrown.
 */
export class Attempts {
  readonly #options: AttemptsOptions;
  #lastError: DestinationFailure | undefined;
  #retrying = 0;

  constructor(options: AttemptsOptions) {
    this.#options = options;
  }

  /** Whether some parcel has failed and is tried again. */
  get retrying(): boolean {
    return this.#retrying > 0;
  }

  /** The newest failure, until a parcel lands again. */
  get lastError(): DestinationFailure | undefined {
    return this.#lastError;
  }

  landed(): void {
    this.#lastError = undefined;
  }

  async untilProven(pending: PendingParcel, parcel: Parcel): Promise<Proven> {
    const { destinationOf, retryForMs, clock, signal } = this.#options;
    const progress = new ParcelProgress(parcel.records);
    // The process before may have sent it, and not have lived to hear of it.
    progress.isDoubtful = pending.recovered;
    const window = new RetryWindow(clock, retryForMs(pending.intent), progress);
    try {
      for (let attempt = 1; ; attempt++) {
        // Asked each time: where the target is reached may have changed.
        const destination = destinationOf(pending.intent);
        try {
          const proof = await this.#attempt(destination, pending, parcel, attempt, progress);
          return { proof, attempts: attempt, progress };
        } catch (error) {
          signal.throwIfAborted();
          const answer = { error, attempt, progress };
          const settled = await this.#afterFailure(destination, pending, parcel, window, answer);
          if (settled) return settled;
        }
      }
    } finally {
      if (window.isOpen) this.#retrying--;
    }
  }

  /** What is proven all the same, or nothing, once it is time for the next attempt. */
  async #afterFailure(
    destination: Destination,
    pending: PendingParcel,
    parcel: Parcel,
    window: RetryWindow,
    { error, attempt, progress }: FailedAttempt,
  ): Promise<Proven | undefined> {
    const { clock, random, signal } = this.#options;
    if (error instanceof DestinationError && error.code === FOREIGN_OBJECT) {
      // The signal of a day is there or not, whoever gave it: another stream of the folder, or this one's predecessor.
      if (pending.intent.key.kind !== "manifest") throw error;
      return { proof: { outcome: "adopted", etag: "", bytes: 0 }, attempts: attempt, progress };
    }
    if (!window.isOpen) this.#retrying++;
    window.open();
    this.#reportAttempt(pending, attempt, error);
    progress.isDoubtful ||= error instanceof DestinationError && error.isDoubtful;
    const hopeless = window.ends && error instanceof DestinationError && !error.retriable;
    if (hopeless || window.isOver) return this.#giveUp(destination, parcel, { error, attempt, progress });
    const asked = error instanceof DestinationError ? (error.retryAfterMs ?? 0) : 0;
    const waitMs = Math.max(asked, destination.backoffMs?.(attempt) ?? backoffMs(attempt, random));
    await clock.sleep(Math.min(waitMs, window.leftMs), signal);
    return undefined;
  }

  async #giveUp(destination: Destination, parcel: Parcel, failed: FailedAttempt): Promise<Proven> {
    const { error, attempt, progress } = failed;
    if (destination.giveUp) {
      const proof = await this.#untilGivenUp(destination, parcel, failed);
      return { proof: { ...proof, outcome: "refused" }, attempts: attempt, progress };
    }
    const { code, message } = failureOf(error, 0);
    progress.giveUp({ code, message, attempts: attempt });
    return { proof: { outcome: "delivered", etag: "", bytes: 0 }, attempts: attempt, progress };
  }

  /** The last refuge: if it is not to be reached either, the delivery holds. */
  async #untilGivenUp(destination: Destination, parcel: Parcel, { progress }: FailedAttempt): Promise<DeliveryProof> {
    const { clock, random, signal, recordUpload } = this.#options;
    for (let number = 1; ; number++) {
      try {
        const attempt = { number, progress, signal, recordUpload: (id: string) => recordUpload(parcel.id, number, id) };
        const proof = await destination.giveUp?.(parcel, attempt);
        if (proof) return proof;
      } catch (error) {
        signal.throwIfAborted();
        this.#lastError = failureOf(error, clock.now());
      }
      await clock.sleep(backoffMs(number, random), signal);
    }
  }

  async #attempt(
    destination: Destination,
    pending: PendingParcel,
    parcel: Parcel,
    number: number,
    progress: ParcelProgress,
  ): Promise<DeliveryProof> {
    const { signal, recordUpload } = this.#options;
    if (pending.recovered && number === 1) {
      const found = await destination.find(parcel);
      if (found) return found;
      await destination.abandonUploads(parcel, pending.uploadIds);
    }
    return destination.deliver(parcel, {
      number,
      progress,
      signal,
      recordUpload: async (uploadId) => {
        pending.uploadIds.push(uploadId);
        await recordUpload(parcel.id, number, uploadId);
      },
    });
  }

  #reportAttempt({ intent }: PendingParcel, attempt: number, error: unknown): void {
    const { stream, delivery, telemetry, placeOf, clock } = this.#options;
    this.#lastError = failureOf(error, clock.now());
    const { code, message } = this.#lastError;
    const place = { stream, delivery, ...placeOf(intent), key: intent.name };
    telemetry.emit("delivery.attemptFailed", { ...place, attempt, code, message });
  }
}

/** Begins with the first failure, and stands still while the target's rules say so. */
class RetryWindow {
  readonly #clock: Clock;
  readonly #forMs: number | undefined;
  readonly #progress: Pick<ParcelProgress, "uncountedMs">;
  #openedMs: number | undefined;

  constructor(clock: Clock, forMs: number | undefined, progress: Pick<ParcelProgress, "uncountedMs">) {
    this.#clock = clock;
    this.#forMs = forMs;
    this.#progress = progress;
  }

  get isOpen(): boolean {
    return this.#openedMs !== undefined;
  }

  /** Whether it ever does. */
  get ends(): boolean {
    return this.#forMs !== undefined;
  }

  get leftMs(): number {
    if (this.#forMs === undefined) return Number.POSITIVE_INFINITY;
    const nowMs = this.#countedMs();
    return Math.max(0, this.#forMs - (nowMs - (this.#openedMs ?? nowMs)));
  }

  get isOver(): boolean {
    return this.leftMs === 0;
  }

  open(): void {
    this.#openedMs ??= this.#countedMs();
  }

  #countedMs(): number {
    return this.#clock.monotonic() - this.#progress.uncountedMs;
  }
}

const FOREIGN_OBJECT = "foreign-object";

export interface Proven {
  readonly proof: Omit<DeliveryProof, "outcome"> & { readonly outcome: DeliveryProof["outcome"] | "refused" };
  readonly attempts: number;
  readonly progress: ParcelProgress;
}

interface FailedAttempt {
  readonly error: unknown;
  readonly attempt: number;
  readonly progress: ParcelProgress;
}

export interface DestinationFailure {
  readonly code: string;
  readonly message: string;
  readonly at: number;
}

export function failureOf(error: unknown, at: number): DestinationFailure {
  if (error instanceof DestinationError) return { code: error.logCode, message: error.message, at };
  return { code: "InternalError", message: reasonOf(error), at };
}

export interface AttemptsOptions {
  readonly stream: string;
  readonly delivery: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
  readonly signal: AbortSignal;
  readonly destinationOf: (intent: Intent) => Destination;
  readonly placeOf: (intent: Intent) => { readonly version: string; readonly target: string };
  /** How long a parcel is tried for after its first failure; `undefined` = for as long as it takes. */
  readonly retryForMs: (intent: Intent) => number | undefined;
  /** Resolves once it is durable. */
  readonly recordUpload: (parcelId: string, attempt: number, uploadId: string) => Promise<void>;
}

/** `recordUpload` of a journal. */
export function uploadRecorder(journal: Journal, signal: AbortSignal): AttemptsOptions["recordUpload"] {
  return (parcelId, attempt, uploadId) => journal.append({ type: "attempt", parcelId, attempt, uploadId }, signal);
}
