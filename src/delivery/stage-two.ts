import type { Destination, Parcel } from "../destinations/destination.ts";
import type { Clock } from "../std/clock.ts";
import type { Disk } from "../std/disk.ts";
import { Notifier } from "../std/notifier.ts";
import type { ObjectBody } from "../storage/object-store.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { type Attempts, type DestinationFailure, failureOf, type Proven } from "./attempts.ts";
import type { Journal } from "./journal/journal.ts";
import type { EncodedChild, Intent, ReceiptRecord } from "./journal/journal-records.ts";
import type { ParcelFileContext } from "./parcel-file.ts";
import { finishedParcel, type ParcelFinisher, type PendingParcel } from "./parcel-finisher.ts";
import type { Refusals } from "./refusals.ts";

/**
 * Turns intents into effects: encode to a synced file, journal that, attempt until the target proves it, journal the
 * receipt, remove the file. Deterministic, knows no user code, and only ever sees parcels whose cut is synced.
 *
 * What can never succeed, an object under our name that is not ours, stops the delivery and alarms: overwriting it or
 * stepping aside would both break a promise.
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

  constructor(options: StageTwoOptions) {
    this.#options = options;
  }

  get failure(): DestinationFailure | undefined {
    return this.#failure;
  }

  get retrying(): boolean {
    return this.#options.attempts.retrying;
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

  /** The signal of a completed day follows everything that was handed on before it; so does all at a target that wants order. */
  #mayStart(pending: PendingParcel): boolean {
    if (pending.intent.key.kind !== "manifest") return !this.#isBehindAnother(pending);
    for (const { intent } of this.#options.journal.state.parcels.values()) {
      if (intent.ordinal < pending.intent.ordinal) return false;
    }
    return true;
  }

  #isBehindAnother({ intent }: PendingParcel): boolean {
    const { destinationOf } = this.#options;
    if (intent.key.kind !== "data" || !destinationOf(intent).inOrder) return false;
    for (const running of this.#running.values()) if (running.intent.key.kind === "data") return true;
    return false;
  }

  async #deliver(pending: PendingParcel): Promise<void> {
    try {
      const parcel = await this.#parcelOf(pending);
      if (isEmpty(pending)) {
        await this.#journalReceipt(pending, { outcome: "empty", etag: "", bytes: 0 }, { attempts: 0, records: 0 }, []);
        return;
      }
      const { proof, progress, attempts } = await this.#options.attempts.untilProven(pending, parcel);
      const records = proof.outcome === "refused" ? 0 : parcel.records - progress.refusals.size;
      const children = await this.#childrenOf(pending, parcel, progress);
      await this.#journalReceipt(pending, proof, { attempts, records }, children);
    } catch (error) {
      if (this.#options.file.signal.aborted) return;
      this.#fail(error, pending);
    }
  }

  async #parcelOf(pending: PendingParcel): Promise<Parcel> {
    const body = pending.intent.key.kind === "manifest" ? EMPTY_BODY : await this.#options.finisher.bodyOf(pending);
    const { intent } = pending;
    const target = this.#options.describe(intent);
    const { parcels } = this.#options.journal.state;
    const formerBodies = parcels.get(intent.parcelId)?.encodedBefore ?? [];
    const [oldest = pending] = parcels.values();
    return {
      id: intent.parcelId,
      ordinal: intent.ordinal,
      settledBelow: oldest.intent.ordinal,
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

  /** Records that the target did not take: what is left of them here is the error output's. */
  async #childrenOf(
    { intent }: PendingParcel,
    { body }: Parcel,
    { refusals }: Proven["progress"],
  ): Promise<readonly EncodedChild[]> {
    if (refusals.size === 0) return [];
    return this.#options.refusals.childrenOf(intent, body, refusals);
  }

  async #journalReceipt(
    pending: PendingParcel,
    proof: Omit<Proven["proof"], "outcome"> & Pick<ReceiptRecord, "outcome">,
    landed: Landed,
    children: readonly EncodedChild[],
  ): Promise<void> {
    const { journal, clock, file, disk, attempts } = this.#options;
    const refused = landing(pending) - landed.records;
    const receipt: ReceiptRecord = {
      type: "receipt",
      parcelId: pending.intent.parcelId,
      epoch: journal.state.epoch,
      outcome: landed.records === 0 && children.length > 0 ? "refused" : proof.outcome,
      etag: proof.etag,
      bytes: proof.bytes,
      ...(proof.versionId ? { versionId: proof.versionId } : {}),
      at: clock.now(),
      ...(refused > 0 ? { refused } : {}),
      ...(children.length > 0 ? { children } : {}),
    };
    await journal.append(receipt, file.signal);
    if (pending.encoded) await disk.unlink(pending.encoded.path);
    attempts.landed();
    for (const { intent, ...encoded } of children) this.submit(childParcel(intent, encoded));
    this.#options.onReceipt(pending.intent, receipt, landed);
  }

  /** The newest failure, until a parcel lands again. */
  get lastError(): DestinationFailure | undefined {
    return this.#failure ?? this.#options.attempts.lastError;
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

const EMPTY_BODY: ObjectBody = {
  bytes: 0,
  checksum: 0,
  read: async () => Buffer.alloc(0),
};

export interface Landed {
  readonly attempts: number;
  /** Those of the parcel without those that could not be encoded or were not taken. */
  readonly records: number;
}

export interface StageTwoOptions {
  readonly stream: string;
  readonly delivery: string;
  readonly clock: Clock;
  readonly disk: Disk;
  readonly telemetry: Telemetry;
  readonly journal: Journal;
  readonly file: ParcelFileContext;
  readonly destinationOf: (intent: Intent) => Destination;
  readonly describe: (intent: Intent) => Pick<Parcel, "contentType" | "contentEncoding" | "metadata">;
  readonly finisher: ParcelFinisher;
  readonly attempts: Attempts;
  readonly refusals: Refusals;
  readonly onReceipt: (intent: Intent, receipt: ReceiptRecord, landed: Landed) => void;
}

/** A parcel of the error output whose file was written before its intent was. */
export function childParcel(intent: Intent, encoded: Omit<EncodedChild, "intent">): PendingParcel {
  return { intent, accumulator: undefined, encoded: finishedParcel(encoded), uploadIds: [], recovered: false };
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
