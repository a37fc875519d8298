import type { DeliveryProof, Destination, Parcel } from "../destinations/destination.ts";
import { DestinationError } from "../destinations/destination-error.ts";
import { reasonOf } from "../model/errors.ts";
import { backoffMs } from "../std/backoff.ts";
import type { Clock } from "../std/clock.ts";
import type { Disk } from "../std/disk.ts";
import { Notifier } from "../std/notifier.ts";
import type { Random } from "../std/random.ts";
import type { ObjectBody } from "../storage/object-store.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Journal } from "./journal/journal.ts";
import type { Intent, ReceiptRecord } from "./journal/journal-records.ts";
import type { ParcelFileContext } from "./parcel-file.ts";
import type { ParcelFinisher, PendingParcel } from "./parcel-finisher.ts";

/**
 * Turns intents into effects: encode to a synced file, journal that, attempt until the target proves it, journal the
 * receipt, remove the file. Deterministic, knows no user code, and only ever sees parcels whose cut is synced.
 *
 * A parcel is tried for as long as the log holds it. What can never succeed, an object under our name that is not ours,
 * stops the delivery and alarms: overwriting it or stepping aside would both break a promise.
 */
export class StageTwo {
  readonly #options: StageTwoOptions;
  /** Wakes whoever waits for receipts, or for room in the queue. */
  readonly changed = new Notifier();
  #waiting: PendingParcel[] = [];
  #running = new Map<string, PendingParcel>();
  #runningBytes = 0;
  #workers = new Set<Promise<void>>();
  #failure: DestinationFailure | undefined;
  #lastError: DestinationFailure | undefined;
  #retrying = 0;

  constructor(options: StageTwoOptions) {
    this.#options = options;
  }

  get failure(): DestinationFailure | undefined {
    return this.#failure;
  }

  get retrying(): boolean {
    return this.#retrying > 0;
  }

  get pendingCount(): number {
    return this.#waiting.length + this.#running.size;
  }

  /** Bytes of the files of parcels on their way. */
  get spilledBytes(): number {
    const bytesOf = (pending: PendingParcel) => pending.encoded?.bytes ?? pending.accumulator?.file.bytes ?? 0;
    return [...this.#waiting, ...this.#running.values()].reduce((sum, pending) => sum + bytesOf(pending), 0);
  }

  /** Record bytes in memory of parcels whose encoding is not finished. */
  get heldBytes(): number {
    const bytesOf = ({ accumulator }: PendingParcel) => accumulator?.encoder.heldBytes ?? 0;
    return [...this.#waiting, ...this.#running.values()].reduce((sum, pending) => sum + bytesOf(pending), 0);
  }

  submit(pending: PendingParcel): void {
    this.#waiting.push(pending);
    this.#startWorkers();
  }

  /** Lets attempts that are under way end for at most `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.#waiting = [];
    const done = Promise.allSettled(this.#workers);
    const ended = new AbortController();
    const grace = this.#options.clock.sleep(graceMs, ended.signal).catch(() => undefined);
    await Promise.race([done, grace]);
    ended.abort();
  }

  #startWorkers(): void {
    while (this.#failure === undefined && this.#hasRoom()) {
      const index = this.#waiting.findIndex((pending) => this.#mayStart(pending));
      const [pending] = index < 0 ? [] : this.#waiting.splice(index, 1);
      if (pending === undefined) return;
      this.#running.set(pending.intent.parcelId, pending);
      this.#runningBytes += pending.intent.bytes;
      const worker = this.#deliver(pending).finally(() => {
        this.#running.delete(pending.intent.parcelId);
        this.#runningBytes -= pending.intent.bytes;
        this.#workers.delete(worker);
        this.#startWorkers();
        this.changed.notify();
      });
      this.#workers.add(worker);
    }
  }

  /** Small parcels wait for syncs and answers, not for bytes: many of them at once share what they wait for. */
  #hasRoom(): boolean {
    if (this.#running.size < PARCELS_IN_FLIGHT_MAX) return true;
    return this.#running.size < SMALL_PARCELS_IN_FLIGHT_MAX && this.#runningBytes < SMALL_PARCELS_BYTES_MAX;
  }

  /** The signal of a completed day follows everything that was handed on before it. */
  #mayStart(pending: PendingParcel): boolean {
    if (pending.intent.key.kind !== "manifest") return true;
    for (const { intent } of this.#options.journal.state.parcels.values()) {
      if (intent.ordinal < pending.intent.ordinal) return false;
    }
    return true;
  }

  async #deliver(pending: PendingParcel): Promise<void> {
    try {
      const parcel = await this.#parcelOf(pending);
      if (isEmpty(pending)) {
        await this.#journalReceipt(pending, { outcome: "empty", etag: "", bytes: 0 }, 0);
        return;
      }
      const { proof, attempts } = await this.#attemptUntilProven(pending, parcel);
      await this.#journalReceipt(pending, proof, attempts);
    } catch (error) {
      if (this.#options.file.signal.aborted) return;
      this.#fail(error, pending);
    }
  }

  async #parcelOf(pending: PendingParcel): Promise<Parcel> {
    const body = pending.intent.key.kind === "manifest" ? EMPTY_BODY : await this.#options.finisher.bodyOf(pending);
    const { intent } = pending;
    const target = this.#options.describe(intent);
    const formerBodies = this.#options.journal.state.parcels.get(intent.parcelId)?.encodedBefore ?? [];
    return {
      id: intent.parcelId,
      name: intent.name,
      records: landing(pending),
      outcomeDigest: digestText(intent.digest),
      contentType: target.contentType,
      ...(target.contentEncoding ? { contentEncoding: target.contentEncoding } : {}),
      metadata: target.metadata,
      body,
      ...(formerBodies.length > 0 ? { formerBodies } : {}),
    };
  }

  async #attemptUntilProven(
    pending: PendingParcel,
    parcel: Parcel,
  ): Promise<{ proof: DeliveryProof; attempts: number }> {
    const destination = this.#options.destinationOf(pending.intent);
    const { clock, random, file } = this.#options;
    let failedBefore = false;
    try {
      for (let attempt = 1; ; attempt++) {
        try {
          return { proof: await this.#attempt(destination, pending, parcel, attempt), attempts: attempt };
        } catch (error) {
          file.signal.throwIfAborted();
          if (error instanceof DestinationError && error.code === FOREIGN_OBJECT) {
            // The signal of a day is there or not, whoever gave it: another stream of the folder, or this one's predecessor.
            if (pending.intent.key.kind !== "manifest") throw error;
            return { proof: { outcome: "adopted", etag: "", bytes: 0 }, attempts: attempt };
          }
          if (!failedBefore) this.#retrying++;
          failedBefore = true;
          this.#reportAttempt(pending, attempt, error);
          await clock.sleep(backoffMs(attempt, random), file.signal);
        }
      }
    } finally {
      if (failedBefore) this.#retrying--;
    }
  }

  async #attempt(
    destination: Destination,
    pending: PendingParcel,
    parcel: Parcel,
    number: number,
  ): Promise<DeliveryProof> {
    const { journal, file } = this.#options;
    if (pending.recovered && number === 1) {
      const found = await destination.find(parcel);
      if (found) return found;
      await destination.abandonUploads(parcel, pending.uploadIds);
    }
    return destination.deliver(parcel, {
      number,
      signal: file.signal,
      recordUpload: async (uploadId) => {
        pending.uploadIds.push(uploadId);
        await journal.append({ type: "attempt", parcelId: parcel.id, attempt: number, uploadId }, file.signal);
      },
    });
  }

  async #journalReceipt(
    pending: PendingParcel,
    proof: Omit<DeliveryProof, "outcome"> & Pick<ReceiptRecord, "outcome">,
    attempts: number,
  ): Promise<void> {
    const { journal, clock, file, disk } = this.#options;
    const receipt: ReceiptRecord = {
      type: "receipt",
      parcelId: pending.intent.parcelId,
      epoch: journal.state.epoch,
      outcome: proof.outcome,
      etag: proof.etag,
      bytes: proof.bytes,
      ...(proof.versionId ? { versionId: proof.versionId } : {}),
      at: clock.now(),
    };
    await journal.append(receipt, file.signal);
    if (pending.encoded) await disk.unlink(pending.encoded.path);
    this.#lastError = undefined;
    this.#options.onReceipt(pending.intent, receipt, { attempts, records: landing(pending) });
  }

  /** The newest failure, until a parcel lands again. */
  get lastError(): DestinationFailure | undefined {
    return this.#failure ?? this.#lastError;
  }

  #reportAttempt(pending: PendingParcel, attempt: number, error: unknown): void {
    this.#lastError = failureOf(error, this.#options.clock.now());
    const { stream, delivery, telemetry } = this.#options;
    telemetry.emit("delivery.attemptFailed", {
      stream,
      delivery,
      ...this.#options.placeOf(pending.intent),
      key: pending.intent.name,
      attempt,
      code: this.#lastError.code,
      message: this.#lastError.message,
    });
  }

  #fail(error: unknown, pending: PendingParcel): void {
    this.#failure = failureOf(error, this.#options.clock.now());
    const { stream, delivery, telemetry } = this.#options;
    const { code, message } = this.#failure;
    telemetry.emit("delivery.alarmed", { stream, delivery, code, message: `${message} (${pending.intent.name})` });
  }
}

/** Parcels that are encoded or attempted at once. */
export const PARCELS_IN_FLIGHT_MAX = 4;

/** Likewise as long as they are small together: what a roll of thousands of partitions makes. */
const SMALL_PARCELS_IN_FLIGHT_MAX = 32;
const SMALL_PARCELS_BYTES_MAX = 16 * 1024 * 1024;

const FOREIGN_OBJECT = "foreign-object";

const EMPTY_BODY: ObjectBody = {
  bytes: 0,
  checksum: 0,
  read: async () => Buffer.alloc(0),
};

export interface Landed {
  readonly attempts: number;
  /** Those of the parcel without those that could not be encoded. */
  readonly records: number;
}

export interface DestinationFailure {
  readonly code: string;
  readonly message: string;
  readonly at: number;
}

export interface StageTwoOptions {
  readonly stream: string;
  readonly delivery: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly disk: Disk;
  readonly telemetry: Telemetry;
  readonly journal: Journal;
  readonly file: ParcelFileContext;
  readonly destinationOf: (intent: Intent) => Destination;
  readonly describe: (intent: Intent) => Pick<Parcel, "contentType" | "contentEncoding" | "metadata">;
  readonly placeOf: (intent: Intent) => { readonly version: string; readonly target: string };
  readonly finisher: ParcelFinisher;
  readonly onReceipt: (intent: Intent, receipt: ReceiptRecord, landed: Landed) => void;
}

/** Records that are in the object. */
function landing({ intent, encoded }: PendingParcel): number {
  return intent.records - (encoded?.rejects ?? 0);
}

/** Not one of its records could be encoded. The signal of a day is empty by nature. */
function isEmpty(pending: PendingParcel): boolean {
  return pending.intent.key.kind !== "manifest" && landing(pending) === 0;
}

export function digestText(digest: number): string {
  return (digest >>> 0).toString(16).padStart(8, "0");
}

function failureOf(error: unknown, at: number): DestinationFailure {
  if (error instanceof DestinationError) return { code: error.logCode, message: error.message, at };
  return { code: "InternalError", message: reasonOf(error), at };
}
