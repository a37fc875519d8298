import { Notifier } from "../std/notifier.ts";
import type { Accumulator } from "./accumulator.ts";
import type { AccumulatorSet } from "./accumulator-set.ts";
import { writeCut } from "./cut.ts";
import type { DeliverySnapshot } from "./delivery.ts";
import type { DeliveryOptions } from "./delivery-options.ts";
import type { Journal } from "./journal/journal.ts";
import type { Intent } from "./journal/journal-records.ts";
import type { PendingParcel } from "./parcel-finisher.ts";
import type { Plans } from "./plans.ts";
import type { Snapshots } from "./snapshots.ts";
import type { StageOne } from "./stage-one.ts";
import type { StageTwo } from "./stage-two.ts";
import type { StagingRoom } from "./staging-room.ts";
import { type DaySignal, dueWallClock } from "./wall-clock.ts";

/**
 * The journey of a record after the log, over and over: take changes of the definition, read and decide, see what is
 * due, cut, hand parcels on. One loop and no locks: everything that changes what stage one knows happens in here; stage
 * two runs beside it and meets it only in the journal.
 */
export class DeliveryLoop {
  readonly #options: DeliveryOptions;
  readonly #parts: LoopParts;
  readonly #signal: AbortSignal;
  readonly #wake = new Notifier();
  #flushes: FlushRequest[] = [];
  #planChanges: PlanChange[] = [];
  #snapshotRequests: SnapshotRequest[] = [];
  #lastCutMonotonic: number;
  #cutRead: number;
  #stagingReleasedTo = 0;
  /** Set while a cut is on its way to the disk, and for good when it did not get there. */
  #cutOpen = false;
  #nextDueMs = 0;
  /** Set by whoever asks for something: what came while the loop was busy must not be slept over. */
  #asked = false;

  constructor(options: DeliveryOptions, parts: LoopParts, signal: AbortSignal) {
    this.#options = options;
    this.#parts = parts;
    this.#signal = signal;
    this.#lastCutMonotonic = options.clock.monotonic();
    this.#cutRead = parts.stageOne.read;
  }

  /** Runs until the signal is aborted or stage two has met what it must not go past. */
  async run(): Promise<void> {
    const { stageOne, stageTwo, accumulators, journal, plans } = this.#parts;
    while (!this.#signal.aborted && stageTwo.failure === undefined) {
      this.#asked = false;
      await this.#takePlanChanges();
      const progressed = this.#mayRead() && (await stageOne.readSome(plans.newest));
      await accumulators.settle();
      this.#answerSnapshots();
      const day = this.#sealWhatIsDue();
      if (this.#cutIsDue(day)) await this.#cut(day);
      await this.#releaseStaging();
      await journal.compactWhenGrown();
      this.#answerFlushes();
      const goesOn = progressed && this.#hasMuchToRead();
      if (!goesOn && accumulators.due.length === 0) await this.#waitForWork();
    }
  }

  /** Resolves when everything below `target` has landed. */
  flush(target: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#flushes = this.#flushes.filter((one) => one !== request);
        reject(signal.reason);
      };
      const answer = () => {
        signal.removeEventListener("abort", onAbort);
        resolve();
      };
      const request: FlushRequest = { target, sealedBelow: undefined, resolve: answer };
      this.#flushes.push(request);
      if (signal.aborted) return onAbort();
      signal.addEventListener("abort", onAbort, { once: true });
      this.#ask();
    });
  }

  changePlan(change: Omit<PlanChange, "resolve" | "reject">): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#planChanges.push({ ...change, resolve, reject });
      this.#ask();
    });
  }

  /** Resolves between two steps, once everything below `target` has been decided or `waitMs` are over. */
  snapshot(target: number, waitMs: number, signal: AbortSignal): Promise<DeliverySnapshot> {
    return new Promise((resolve, reject) => {
      const deadline = this.#options.clock.monotonic() + waitMs;
      const onAbort = () => {
        this.#snapshotRequests = this.#snapshotRequests.filter((one) => one !== request);
        reject(signal.reason);
      };
      const answer = (snapshot: DeliverySnapshot) => {
        signal.removeEventListener("abort", onAbort);
        resolve(snapshot);
      };
      const request: SnapshotRequest = { target, deadline, resolve: answer, reject };
      if (signal.aborted) return reject(signal.reason);
      this.#snapshotRequests.push(request);
      signal.addEventListener("abort", onAbort, { once: true });
      this.#ask();
    });
  }

  #ask(): void {
    this.#asked = true;
    this.#wake.notify();
  }

  /** Ends what still waits for this loop: nothing will answer it any more. */
  abandonRequests(reason: unknown): void {
    for (const request of [...this.#planChanges.splice(0), ...this.#snapshotRequests.splice(0)]) request.reject(reason);
  }

  /** A last cut, so that the next start has little to read again. */
  async finalCut(): Promise<void> {
    // What a cut had taken that never became durable is in no accumulator any more: the next start reads it again.
    const { stageOne, stageTwo } = this.#parts;
    if (this.#cutOpen || stageOne.isMidway || stageTwo.failure !== undefined) return;
    if (stageOne.read > this.#cutRead) await this.#cut(undefined);
  }

  async #takePlanChanges(): Promise<void> {
    const { plans, stageOne, accumulators } = this.#parts;
    for (let change = this.#planChanges.shift(); change; change = this.#planChanges.shift()) {
      try {
        await plans.change(change.definition, change.versionId, stageOne.read, accumulators);
        change.resolve();
      } catch (error) {
        change.reject(error);
        throw error;
      }
    }
  }

  /** Stage one stops while too much waits for the target: the log holds the rest better than a second copy would. */
  #mayRead(): boolean {
    const { stageTwo } = this.#parts;
    if (this.#options.isPaused?.() === true) return false;
    if (stageTwo.heldBytes > this.#options.limits.heldBytesMax) return false;
    return stageTwo.pendingCount < PENDING_PARCELS_MAX && stageTwo.spilledBytes < PENDING_BYTES_MAX;
  }

  #sealWhatIsDue(): DaySignal | undefined {
    const { accumulators, plans, journal } = this.#parts;
    this.#nextDueMs = accumulators.sealExpired((accumulator) => plans.runnerOf(accumulator.plan.number));
    for (const flush of this.#flushes) this.#sealForFlush(flush);
    this.#sealForReplayBudget();
    accumulators.sealForMemory(this.#options.limits.nativeBytesMax);
    const day = dueWallClock(plans.newest, journal.state.wallClockFiredMs, this.#options.clock.now());
    if (day) accumulators.sealAll("wall-clock", ({ key }) => key.kind === "data");
    return day;
  }

  #sealForFlush(flush: FlushRequest): void {
    if (flush.sealedBelow !== undefined || this.#parts.stageOne.read < flush.target) return;
    this.#parts.accumulators.sealAll("flush");
    flush.sealedBelow = this.#parts.journal.state.nextOrdinal + this.#parts.accumulators.due.length;
  }

  /**
   * A restart must not have to read again without bound: the accumulator that holds the most back rolls (rule H13). Files of
   * what gathers count too, and all of staging, whose segments go as wholes: or with the log that they were made from they
   * fill the stream's disk budget before anything is due.
   * While a parcel under way holds back more, nothing is gained: it would roll with each read, and small.
   */
  #sealForReplayBudget(): void {
    const { accumulators, journal, staging } = this.#parts;
    const heldBack = this.#options.reader.bytesFrom(journal.state.hold) + staging.bytes;
    if (heldBack + accumulators.spilledBytes <= this.#options.limits.replayBytesMax()) return;
    let oldest: Accumulator | undefined;
    for (const accumulator of accumulators.open) {
      if (oldest === undefined || accumulator.firstOffset < oldest.firstOffset) oldest = accumulator;
    }
    if (oldest !== undefined && oldest.firstOffset <= journal.state.hold) accumulators.seal(oldest, "replay-budget");
  }

  #cutIsDue(day: DaySignal | undefined): boolean {
    const { accumulators, stageOne } = this.#parts;
    if (accumulators.due.length > 0 || day !== undefined) return true;
    const elapsedMs = this.#options.clock.monotonic() - this.#lastCutMonotonic;
    return stageOne.read > this.#cutRead && elapsedMs >= CUT_INTERVAL_MS;
  }

  async #cut(day: DaySignal | undefined): Promise<void> {
    const { accumulators, stageOne, stageTwo, journal, plans, staging, snapshots } = this.#parts;
    this.#cutOpen = true;
    const due = accumulators.takeDue(INTENTS_PER_CUT_MAX);
    // The signal of a day stands behind all parcels of its roll, so it waits until the last of them is in a cut.
    const signalled = accumulators.due.length === 0 ? day : undefined;
    const readPosition = stageOne.read;
    const { intents, manifest } = await writeCut(
      journal,
      {
        readPosition,
        stagingEnd: staging.end,
        counters: stageOne.counters,
        open: accumulators.open,
        due,
        stillDue: accumulators.due,
        runnerOf: (accumulator) => plans.runnerOf(accumulator.plan.number),
        ...(signalled ? { day: signalled } : {}),
      },
      this.#signal,
    );
    this.#cutOpen = false;
    this.#cutRead = readPosition;
    this.#lastCutMonotonic = this.#options.clock.monotonic();
    snapshots.named(intents);
    for (const [index, intent] of intents.entries()) stageTwo.submit(freshParcel(intent, due[index]));
    if (manifest) stageTwo.submit(freshParcel(manifest, undefined));
    this.#options.telemetry.emit("delivery.cutWritten", {
      stream: this.#options.stream.name,
      delivery: this.#options.definition.id,
      read: readPosition,
      intents: intents.length,
      openAccumulators: accumulators.openCount,
    });
  }

  /** Staging goes as parcels land, not only with a cut: at the disk budget nothing comes that would make one due. */
  async #releaseStaging(): Promise<void> {
    const { staging, journal, snapshots } = this.#parts;
    if (staging.opened === undefined) return;
    const hold = Math.min(journal.state.stagingHold, snapshots.stagingHold);
    if (hold <= this.#stagingReleasedTo) return;
    await staging.release(hold);
    this.#stagingReleasedTo = hold;
  }

  /** A flush is done when the cut has passed its target and every parcel that was due by then has its receipt. */
  #answerFlushes(): void {
    const { state } = this.#parts.journal;
    this.#flushes = this.#flushes.filter(({ target, sealedBelow, resolve }) => {
      if (sealedBelow === undefined || state.readPosition < target || state.nextOrdinal < sealedBelow) return true;
      for (const { intent } of state.parcels.values()) if (intent.ordinal < sealedBelow) return true;
      resolve();
      return false;
    });
  }

  #answerSnapshots(): void {
    const { stageOne, snapshots } = this.#parts;
    const now = this.#options.clock.monotonic();
    this.#snapshotRequests = this.#snapshotRequests.filter(({ target, deadline, resolve, reject }) => {
      const complete = stageOne.read >= target;
      if (!complete && now < deadline) return true;
      // Whatever is wrong with it is the reader's trouble, and none of the delivery's.
      try {
        resolve(snapshots.take(stageOne.read, complete));
      } catch (error) {
        reject(error);
      }
      return false;
    });
  }

  #hasMuchToRead(): boolean {
    return this.#options.reader.bytesFrom(this.#parts.stageOne.read) >= GATHER_BYTES;
  }

  /** Records come one by one, by the thousand: a moment's patience makes one read of many. */
  async #waitForRecords(signal: AbortSignal): Promise<void> {
    await this.#options.reader.waitBeyond(this.#parts.stageOne.read, signal);
    if (!this.#hasMuchToRead()) await this.#options.clock.sleep(GATHER_MS, signal);
  }

  async #waitForWork(): Promise<void> {
    if (this.#asked || this.#signal.aborted) return;
    const { stageTwo } = this.#parts;
    const ended = new AbortController();
    const { signal } = ended;
    const onAbort = () => ended.abort(WAIT_OVER);
    this.#signal.addEventListener("abort", onAbort, { once: true });
    const waits = [
      this.#options.clock.sleep(Math.min(this.#nextDueMs, TICK_MS_MAX), signal),
      stageTwo.changed.wait(signal),
      this.#wake.wait(signal),
    ];
    if (this.#mayRead()) waits.push(this.#waitForRecords(signal));
    try {
      await Promise.race(waits);
    } catch (error) {
      if (!this.#signal.aborted) throw error;
    } finally {
      this.#signal.removeEventListener("abort", onAbort);
      ended.abort(WAIT_OVER);
      await Promise.allSettled(waits);
    }
  }
}

/** Made once: a loop waits many times a second, and an error costs the stack that it carries. */
const WAIT_OVER = new Error("The wait is over");

/** How long outcomes may stay without a cut: what a crash makes stage one decide again. */
const CUT_INTERVAL_MS = 1_000;

/** A read is worth its price beyond this size, and within this time. */
const GATHER_BYTES = 256 * 1024;
const GATHER_MS = 10;

/** Intents frozen in one cut: bounds the record and the work that one roll of all keys starts at once. */
const INTENTS_PER_CUT_MAX = 1_000;

/** Stage one pauses beyond these: enough to keep all uploads busy, small beside the log's budget. */
const PENDING_PARCELS_MAX = 10_000;
const PENDING_BYTES_MAX = 512 * 1024 * 1024;

/** The wall clock is looked at this often: it may jump, so no timer is set for its instants. */
const TICK_MS_MAX = 1_000;

export interface LoopParts {
  readonly journal: Journal;
  readonly plans: Plans;
  readonly accumulators: AccumulatorSet;
  readonly stageOne: StageOne;
  readonly stageTwo: StageTwo;
  readonly staging: StagingRoom;
  readonly snapshots: Snapshots;
}

interface FlushRequest {
  readonly target: number;
  /** Parcels with ordinals below this were due when the target had been read. */
  sealedBelow: number | undefined;
  readonly resolve: () => void;
}

interface SnapshotRequest {
  readonly target: number;
  /** Monotonic. */
  readonly deadline: number;
  readonly resolve: (snapshot: DeliverySnapshot) => void;
  readonly reject: (reason: unknown) => void;
}

interface PlanChange {
  readonly definition: DeliveryOptions["definition"];
  readonly versionId: string;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

function freshParcel(intent: Intent, accumulator: Accumulator | undefined): PendingParcel {
  return { intent, accumulator, encoded: undefined, uploadIds: [], recovered: false };
}
