import type { EncodeReject } from "../formats/format.ts";
import { CONVERSION_FAILED } from "../model/error-record.ts";
import { invariant } from "../std/assert.ts";
import type { Accumulator } from "./accumulator.ts";
import { AccumulatorSet } from "./accumulator-set.ts";
import { ActivePartitions } from "./active-partitions.ts";
import { Attempts, uploadRecorder } from "./attempts.ts";
import type { LoopParts } from "./delivery-loop.ts";
import type { DeliveryOptions } from "./delivery-options.ts";
import type { Journal } from "./journal/journal.ts";
import type { AccumulatorKey, Intent, LandedObject, ReceiptRecord } from "./journal/journal-records.ts";
import type { OpenParcel } from "./journal/journal-state.ts";
import { Outbox } from "./outbox.ts";
import { createOutcomeSource, type OutcomeSource } from "./outcome-source.ts";
import type { OutcomeContext } from "./outcomes.ts";
import { openVerifiedBody, type ParcelFileContext } from "./parcel-file.ts";
import { finishedParcel, ParcelFinisher, type PendingParcel } from "./parcel-finisher.ts";
import { ParcelWorkshop } from "./parcel-workshop.ts";
import type { PlanRunner } from "./plan-runner.ts";
import { Plans } from "./plans.ts";
import { type RefillTarget, refill } from "./refill.ts";
import { Refusals } from "./refusals.ts";
import { freshDirectory, Snapshots } from "./snapshots.ts";
import { StageOne } from "./stage-one.ts";
import { childParcel, type Landed, StageTwo } from "./stage-two.ts";
import { StagingRoom } from "./staging-room.ts";
import { Targets } from "./targets.ts";

/** All that a delivery runs with, to be stopped with it. */
export type RunningParts = LoopParts & { readonly targets: Targets; readonly outbox: Outbox };

/**
 * From an opened journal to a running delivery, steps 3 to 11 of the recovery (docs/internals/guarantees.md): become the
 * owner, void staging that no cut names, let the definition in force take effect, read outcomes again for what was open,
 * and hand on what was promised. Nothing outside happens before the owner record is synced.
 */
export class Recovery {
  readonly #options: DeliveryOptions;
  readonly #journal: Journal;
  readonly #signal: AbortSignal;
  readonly #plans: Plans;
  readonly #staging: StagingRoom;
  readonly #file: ParcelFileContext;

  constructor(options: DeliveryOptions, journal: Journal, signal: AbortSignal) {
    this.#options = options;
    this.#journal = journal;
    this.#signal = signal;
    this.#plans = new Plans(options, journal, signal);
    this.#staging = new StagingRoom(options, journal);
    const { disk, clock, random, keyRing, encrypted } = options;
    this.#file = { disk, clock, random, keyRing, encrypted, signal };
  }

  /** The quick part, after which the delivery counts as started: everything that may refuse to go on. */
  async takeOver(): Promise<void> {
    const { state } = this.#journal;
    const needsStaging = state.stagingEnd > 0 || [...state.plans.values()].some((plan) => !plan.pure);
    if (needsStaging) await this.#staging.open(this.#signal);
    const { stagingEnd } = state;
    const voided = this.#staging.end > stagingEnd ? { stagingVoid: { from: stagingEnd, to: this.#staging.end } } : {};
    await this.#journal.append({ type: "owner", epoch: state.epoch + 1, ...voided }, this.#signal);
    const position = Math.max(state.readPosition, this.#options.startAt);
    await this.#plans.change(this.#options.definition, this.#options.versionId, position);
    this.#plans.tellLearned();
  }

  /** The long part: reads again what open accumulators and lost parcels stand for, then starts stage two. */
  async rebuild(stopping: AbortSignal, asking: AbortSignal): Promise<RunningParts> {
    const { state } = this.#journal;
    const { clock, limits } = this.#options;
    const workshop = new ParcelWorkshop(this.#options, this.#file, state.epoch);
    await workshop.removeOrphans(
      new Set([...state.parcels.values()].flatMap(({ encoded }) => (encoded ? [encoded.file] : []))),
    );
    await this.#options.disk.removeDirectory(freshDirectory(this.#options));
    const accumulators = new AccumulatorSet({
      clock,
      nextId: state.nextAccumulatorId,
      heldBytesMax: limits.heldBytesMax,
      openParcel: (id, key, runner) => workshop.open(id, key, runner),
    });
    const source = this.#source();
    const parcels = await Promise.all([...state.parcels.values()].map((parcel) => this.#reopen(parcel, workshop)));
    const targets = [...this.#restoreAccumulators(accumulators), ...parcels.flatMap((parcel) => targetOf(parcel))];
    await refill(source, targets, { heldBytesMax: limits.heldBytesMax, clock, signal: stopping });
    this.#plans.moveToNewest(accumulators);
    const destinations = new Targets(this.#options, this.#plans);
    const active = new ActivePartitions(() => this.#activeKeys(accumulators));
    const outbox = this.#createOutbox();
    const stageTwo = this.#createStageTwo(destinations, workshop, source, () => {
      active.landed();
      outbox.notify();
    });
    outbox.notify();
    for (const parcel of parcels) stageTwo.submit(parcel);
    return {
      journal: this.#journal,
      plans: this.#plans,
      accumulators,
      stageOne: this.#createStageOne(accumulators, active, asking),
      stageTwo,
      staging: this.#staging,
      snapshots: this.#createSnapshots(accumulators),
      targets: destinations,
      outbox,
    };
  }

  #restoreAccumulators(accumulators: AccumulatorSet): RefillTarget[] {
    return Array.from(this.#journal.state.accumulators.values(), (record) => ({
      accumulator: accumulators.restore(record, this.#plans.runnerOf(record.plan)),
      from: record.firstOffset - 1,
      to: record.lastOffset,
      records: record.records,
      digest: record.digest,
      stagingFrom: record.stagingFrom,
    }));
  }

  async #reopen({ intent, encoded, uploadIds }: OpenParcel, workshop: ParcelWorkshop): Promise<PendingParcel> {
    const file = encoded && finishedParcel(encoded);
    const usable = file && (await openVerifiedBody(this.#file, file)) !== undefined ? file : undefined;
    const rebuilt = usable === undefined && intent.key.kind !== "manifest";
    const accumulator = rebuilt ? this.#accumulatorOf(intent, workshop) : undefined;
    return { intent, accumulator, encoded: usable, uploadIds: [...uploadIds], recovered: true };
  }

  /** Of a child, for the records of its parent. */
  #accumulatorOf(intent: Intent, workshop: ParcelWorkshop): Accumulator {
    const key = intent.parent?.key ?? intent.key;
    return workshop.reopen(intent.accumulatorId, key, this.#plans.runnerOf(intent.plan));
  }

  /** Of everything that gathers or is on its way. */
  *#activeKeys(accumulators: AccumulatorSet): Iterable<AccumulatorKey> {
    for (const { key } of accumulators.open) yield key;
    for (const { key } of accumulators.due) yield key;
    for (const { intent } of this.#journal.state.parcels.values()) yield intent.key;
  }

  #createStageOne(accumulators: AccumulatorSet, active: ActivePartitions, asking: AbortSignal): StageOne {
    const { stream, definition, reader, telemetry } = this.#options;
    return new StageOne({
      stream: stream.name,
      delivery: definition.id,
      reader,
      accumulators,
      active,
      learned: (options, position) => this.#plans.learn(options, position, accumulators),
      telemetry,
      readPosition: this.#journal.state.readPosition,
      counters: this.#journal.state.counters,
      contextFor: (runner) => this.#context(runner),
      asking,
      staging: () => this.#staging.open(this.#signal),
    });
  }

  #createStageTwo(targets: Targets, workshop: ParcelWorkshop, source: OutcomeSource, onLanded: () => void): StageTwo {
    const { stream, definition, clock, disk, telemetry, limits } = this.#options;
    const signal = this.#signal;
    const shared = { delivery: definition.id, clock, disk, journal: this.#journal, file: this.#file };
    const refusals = this.#createRefusals(workshop, targets);
    const finisher = new ParcelFinisher({
      ...shared,
      refusals,
      streamUid: stream.uid,
      runnerOf: (intent) => this.#plans.runnerOf(intent.plan),
      openFile: (accumulatorId) => workshop.openFile(accumulatorId),
      rebuild: async (intent) => {
        const accumulator = this.#accumulatorOf(intent, workshop);
        await refill(source, targetFor(intent, accumulator), { heldBytesMax: limits.heldBytesMax, clock, signal });
        return accumulator;
      },
      onChild: ({ intent, ...encoded }) => stageTwo.submit(childParcel(intent, encoded)),
      onRejected: (rejects) => this.#reportRejects(rejects),
    });
    const stageTwo = new StageTwo({
      ...shared,
      stream: stream.name,
      telemetry,
      destinationOf: (intent) => targets.destinationOf(intent),
      describe: (intent) => targets.describe(intent),
      finisher,
      attempts: this.#createAttempts(targets),
      refusals,
      onReceipt: (intent, receipt, landed) => {
        onLanded();
        this.#report(intent, receipt, landed);
      },
    });
    return stageTwo;
  }

  #createAttempts(targets: Targets): Attempts {
    const { stream, definition, clock, random, telemetry } = this.#options;
    const signal = this.#signal;
    const names = { stream: stream.name, delivery: definition.id };
    return new Attempts({
      ...names,
      clock,
      random,
      telemetry,
      signal,
      destinationOf: (intent) => targets.destinationOf(intent),
      placeOf: (intent) => targets.placeOf(intent),
      retryForMs: (intent) => this.#retryForMs(intent),
      recordUpload: uploadRecorder(this.#journal, signal),
    });
  }

  /**
   * That of the newest definition, so that a wait without end can be ended; of another kind of target, what was said for it.
   * The error output is the last refuge: it is tried for as long as it takes.
   */
  #retryForMs({ key, plan }: Intent): number | undefined {
    if (key.kind !== "data") return undefined;
    const { definition: own } = this.#plans.runnerOf(plan).plan;
    const { definition: now } = this.#plans.newest.plan;
    return (now.target.type === own.target.type ? now : own).retry?.forMs;
  }

  #createRefusals(workshop: ParcelWorkshop, targets: Targets): Refusals {
    const { stream, definition, disk } = this.#options;
    return new Refusals({
      streamUid: stream.uid,
      delivery: definition.id,
      disk,
      file: this.#file,
      open: () => {
        const { open } = this.#journal.state;
        invariant(open !== undefined, "a parcel is delivered under an opened journal");
        return open;
      },
      runnerOf: ({ plan }) => this.#plans.runnerOf(plan),
      detailsOf: (parcel, record) => targets.destinationOf(parcel).detailsOf?.(record),
      openTools: (id, key, runner) => workshop.open(id, key, runner),
    });
  }

  #createSnapshots(accumulators: AccumulatorSet): Snapshots {
    return new Snapshots({
      delivery: this.#options,
      reader: this.#options.reader,
      journal: this.#journal,
      accumulators,
      plans: this.#plans,
      staging: this.#staging,
      contextFor: (runner) => this.#context(runner),
      signal: this.#signal,
    });
  }

  #createOutbox(): Outbox {
    const { stream, definition, clock, random, telemetry, components } = this.#options;
    const { register, isAwaited = ({ table }: LandedObject) => table !== undefined } = components;
    const world = { clock, random, telemetry, journal: this.#journal, signal: this.#signal };
    return new Outbox({ ...world, stream: stream.name, delivery: definition.id, register, isAwaited });
  }

  #source(): OutcomeSource {
    return createOutcomeSource({
      reader: this.#options.reader,
      state: this.#journal.state,
      staging: () => this.#staging.opened,
      runnerAt: (offset) => this.#plans.runnerAt(offset),
      contextFor: (runner) => this.#context(runner),
    });
  }

  #context(runner: PlanRunner): OutcomeContext {
    const { stream, definition, clock } = this.#options;
    return {
      streamUid: stream.uid,
      deliveryId: definition.id,
      attemptEndingMs: runner.plan.pure ? (batch) => batch.arrivalMs : () => clock.now(),
      signal: this.#signal,
    };
  }

  #reportRejects(rejects: readonly EncodeReject[]): void {
    const { stream, definition, telemetry } = this.#options;
    const names = { stream: stream.name, delivery: definition.id, errorType: CONVERSION_FAILED };
    for (const [code, some] of Map.groupBy(rejects, (reject) => reject.code)) {
      telemetry.emit("delivery.recordsRejected", { ...names, code, records: some.length });
    }
  }

  #reportRefusals({ children = [] }: ReceiptRecord): void {
    const { stream, definition, telemetry } = this.#options;
    for (const { intent } of children) {
      const { errorType = "" } = intent.key;
      const code = intent.parent?.refused?.code ?? "";
      const names = { stream: stream.name, delivery: definition.id, errorType, code };
      telemetry.emit("delivery.recordsRejected", { ...names, records: intent.records });
    }
  }

  #report(intent: Intent, receipt: ReceiptRecord, { attempts, records }: Landed): void {
    const { stream, definition, telemetry } = this.#options;
    const names = { stream: stream.name, delivery: definition.id };
    if (intent.key.kind === "manifest") {
      telemetry.emit("delivery.dayCompleted", { ...names, day: intent.key.split, key: intent.name });
      return;
    }
    this.#reportRefusals(receipt);
    if (receipt.outcome === "empty" || receipt.outcome === "refused") return;
    telemetry.emit("delivery.parcelDelivered", {
      ...names,
      kind: definition.kind,
      target: this.#plans.runnerOf(intent.plan).plan.definition.target.type,
      error: intent.key.kind === "error",
      adopted: receipt.outcome === "adopted",
      key: intent.name,
      records,
      sourceBytes: intent.bytes,
      objectBytes: receipt.bytes,
      cause: intent.cause,
      attempts,
      freshnessMs: Math.max(0, receipt.at - intent.oldestMs),
    });
  }
}

function targetOf({ intent, accumulator }: PendingParcel): RefillTarget[] {
  return accumulator ? targetFor(intent, accumulator) : [];
}

function targetFor(intent: Intent, accumulator: Accumulator): RefillTarget[] {
  const { from, to, stagingFrom } = intent;
  const { records, digest } = intent.parent ?? intent;
  return [{ accumulator, from, to, records, digest, stagingFrom }];
}
