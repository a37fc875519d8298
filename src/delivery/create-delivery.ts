import type { ComponentSpec } from "../model/delivery-definition.ts";
import { reasonOf } from "../model/errors.ts";
import { mayBeNameOf } from "../model/object-name.ts";
import { untilAborted } from "../std/until-aborted.ts";
import type { Delivery, DeliverySnapshot, DeliveryStatus } from "./delivery.ts";
import { DeliveryLoop } from "./delivery-loop.ts";
import type { DeliveryOptions } from "./delivery-options.ts";
import type { Journal } from "./journal/journal.ts";
import { openJournal } from "./open-journal.ts";
import { Recovery, type RunningParts } from "./recovery.ts";

export function createDelivery(options: DeliveryOptions): Delivery {
  return new RunningDelivery(options);
}

/**
 * How long functions and attempts that are under way at a stop may take to end. What a function says later is asked again at
 * the next start; what an attempt does later is adopted there.
 */
const STOP_GRACE_MS = 3_000;

const TOO_LATE = new Error("Nobody waits for this snapshot any more");

class RunningDelivery implements Delivery {
  readonly id: string;
  readonly #options: DeliveryOptions;
  readonly #stopping = new AbortController();
  /** Calls of functions outlive it by the grace of a stop. */
  readonly #asking = new AbortController();
  /** Attempts outlive the loop by the grace of a stop. */
  readonly #abandoning = new AbortController();
  #state: DeliveryStatus["state"] = "stopped";
  #journal: Journal | undefined;
  #loop: DeliveryLoop | undefined;
  #parts: RunningParts | undefined;
  #running: Promise<void> = Promise.resolve();
  #failure: DeliveryStatus["lastError"];
  /** Resolves once the loop takes requests; rejects when it never will. */
  #ready = Promise.withResolvers<DeliveryLoop>();

  constructor(options: DeliveryOptions) {
    this.id = options.definition.id;
    this.#options = options;
    this.#ready.promise.catch(() => undefined);
  }

  get hold(): number {
    return this.#journal?.state.hold ?? this.#options.startAt;
  }

  async start(): Promise<void> {
    this.#state = "recovering";
    try {
      await this.#takeOver();
    } catch (error) {
      this.#end({ code: "StartRefused", message: reasonOf(error), at: this.#options.clock.now() });
      throw error;
    }
  }

  async #takeOver(): Promise<void> {
    const journal = await openJournal(this.#options);
    const recovery = new Recovery(this.#options, journal, this.#abandoning.signal);
    await recovery.takeOver();
    this.#journal = journal;
    const { name: stream } = this.#options.stream;
    const { readPosition: read, hold, parcels } = journal.state;
    this.#options.telemetry.emit("delivery.started", {
      stream,
      delivery: this.id,
      read,
      hold,
      openParcels: parcels.size,
    });
    this.#running = this.#run(recovery);
  }

  async apply(definition: DeliveryOptions["definition"], versionId: string): Promise<void> {
    const loop = await this.#ready.promise.catch(() => undefined);
    // A delivery that has failed takes the newest definition when it starts again.
    if (this.#state !== "failed") await loop?.changePlan({ definition, versionId });
  }

  async flush(signal: AbortSignal): Promise<void> {
    const target = this.#options.reader.end;
    const loop = await untilAborted(this.#ready.promise, signal);
    await loop.flush(target, AbortSignal.any([signal, this.#stopping.signal]));
  }

  /** A loop that waits for a function takes none: then nobody waits longer than twice as long. */
  async snapshot(waitMs: number, signal: AbortSignal): Promise<DeliverySnapshot | undefined> {
    if (this.#state === "failed" || this.#state === "stopped") return undefined;
    const target = this.#options.reader.end;
    const ended = new AbortController();
    const either = AbortSignal.any([signal, ended.signal]);
    const ready = this.#ready.promise.catch(() => undefined);
    const taking = ready.then((loop) => loop?.snapshot(target, waitMs, either));
    const late = this.#options.clock.sleep(2 * waitMs, either).then(
      () => undefined,
      () => undefined,
    );
    const snapshot = await Promise.race([taking, late]).finally(() => ended.abort(TOO_LATE));
    // One that comes all the same, a moment too late, is nobody's.
    if (snapshot === undefined) taking.then((one) => one?.release()).catch(() => undefined);
    return snapshot;
  }

  targets(): readonly ComponentSpec[] {
    const plans = [...(this.#journal?.state.plans.values() ?? [])].reverse();
    return plans.length === 0 ? [this.#options.definition.target] : plans.map(({ definition }) => definition.target);
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error(`Delivery ${this.id} is being stopped`));
    await this.#untilStandstill();
    const parts = this.#parts;
    await parts?.stageOne.stop();
    if (parts) {
      await parts.stageTwo.stop(STOP_GRACE_MS);
      if (this.#state !== "failed") await this.#loop?.finalCut().catch((error: unknown) => this.#fail(error));
    }
    await parts?.outbox.stop(STOP_GRACE_MS);
    this.#abandoning.abort(new Error(`Delivery ${this.id} is stopped`));
    await parts?.accumulators.stop();
    await parts?.targets.close();
    await parts?.plans.close();
    await parts?.staging.close();
    await this.#journal?.close();
    const { name: stream } = this.#options.stream;
    this.#options.telemetry.emit("delivery.stopped", {
      stream,
      delivery: this.id,
      reason: this.#failure?.message ?? "asked to",
    });
    this.#state = "stopped";
  }

  async #untilStandstill(): Promise<void> {
    const ended = new AbortController();
    const grace = this.#options.clock.sleep(STOP_GRACE_MS, ended.signal).then(
      () => this.#asking.abort(new Error(`Delivery ${this.id} is being stopped`)),
      () => undefined,
    );
    await this.#running;
    ended.abort();
    await grace;
  }

  status(): DeliveryStatus {
    const { definition } = this.#options;
    const state = this.#journal?.state;
    const { read = 0, kept = 0, dropped = 0, rejected = 0 } = this.#parts?.stageOne.counters ?? state?.counters ?? {};
    const delivered = state?.deliveredRecords ?? 0;
    const errored = state?.erroredRecords ?? 0;
    const lastError = this.#failure ?? this.#parts?.stageTwo.lastError;
    const oldestPendingMs = this.#oldestPendingMs();
    return {
      id: this.id,
      kind: definition.kind,
      state: this.#stateNow(),
      read: this.#parts?.stageOne.read ?? state?.readPosition ?? this.#options.startAt,
      hold: this.hold,
      openAccumulators: this.#parts?.accumulators.openCount ?? state?.accumulators.size ?? 0,
      openParcels: state?.parcels.size ?? 0,
      spilledBytes: this.#spilledBytes(),
      counters: { read, delivered, errored, dropped, pending: kept + rejected - delivered - errored },
      ...(oldestPendingMs === undefined ? {} : { oldestPendingMs }),
      ...(lastError ? { lastError } : {}),
    };
  }

  isOpen(objectName: string): boolean | undefined {
    if (this.#journal !== undefined) return this.#journal.state.isOpen(objectName);
    return mayBeNameOf(this.#options.stream.name, objectName) ? undefined : false;
  }

  async #run(recovery: Recovery): Promise<void> {
    try {
      const parts = await recovery.rebuild(this.#stopping.signal, this.#asking.signal);
      this.#parts = parts;
      this.#loop = new DeliveryLoop(this.#options, parts, this.#stopping.signal);
      this.#state = "running";
      this.#ready.resolve(this.#loop);
      await this.#loop.run();
      const failure = parts.stageTwo.failure;
      if (failure && !this.#stopping.signal.aborted) this.#end(failure);
    } catch (error) {
      if (!this.#stopping.signal.aborted) this.#fail(error);
      this.#ready.reject(error);
    } finally {
      this.#asking.abort(new Error(`Delivery ${this.id} no longer runs`));
      this.#loop?.abandonRequests(new Error(`Delivery ${this.id} no longer runs`));
    }
  }

  /** What recovery or the loop could not go past: the delivery stands still, holds its log, and says so. */
  #fail(error: unknown): void {
    const message = reasonOf(error);
    const { name: stream } = this.#options.stream;
    this.#options.telemetry.emit("delivery.alarmed", { stream, delivery: this.id, code: "delivery-failed", message });
    this.#end({ code: "InternalError", message, at: this.#options.clock.now() });
  }

  #end(failure: NonNullable<DeliveryStatus["lastError"]>): void {
    this.#state = "failed";
    this.#failure = failure;
  }

  #stateNow(): DeliveryStatus["state"] {
    return this.#state === "running" && this.#parts?.stageTwo.retrying ? "retrying" : this.#state;
  }

  #spilledBytes(): number {
    if (this.#parts === undefined) return 0;
    const { accumulators, stageTwo, staging } = this.#parts;
    return accumulators.spilledBytes + stageTwo.spilledBytes + staging.bytes;
  }

  #oldestPendingMs(): number | undefined {
    let oldest = Number.POSITIVE_INFINITY;
    for (const { intent } of this.#journal?.state.parcels.values() ?? []) oldest = Math.min(oldest, intent.oldestMs);
    for (const accumulator of this.#parts?.accumulators.open ?? []) oldest = Math.min(oldest, accumulator.oldestMs);
    return Number.isFinite(oldest) ? oldest : undefined;
  }
}
