import { join } from "node:path";
import type { LogLease, LogReader } from "../log/log.ts";
import type { ComponentSpec } from "../model/delivery-definition.ts";
import { invariant } from "../std/assert.ts";
import type { Accumulator } from "./accumulator.ts";
import type { AccumulatorSet } from "./accumulator-set.ts";
import type { DeliverySnapshot, PendingObject, SnapshotFile } from "./delivery.ts";
import type { DeliveryOptions } from "./delivery-options.ts";
import type { Journal } from "./journal/journal.ts";
import { type AccumulatorKey, type Intent, keyText, type Plan } from "./journal/journal-records.ts";
import { parcelId, parcelName } from "./naming.ts";
import { createOutcomeSource, type OutcomeSource } from "./outcome-source.ts";
import type { OutcomeContext } from "./outcomes.ts";
import { ParcelWorkshop } from "./parcel-workshop.ts";
import type { PlanRunner } from "./plan-runner.ts";
import type { Plans } from "./plans.ts";
import { type RefillTarget, refill } from "./refill.ts";
import type { StagingRoom } from "./staging-room.ts";

/**
 * What has been decided and has no receipt, at one moment: rows that a query may add to those that have landed (rule H62).
 *
 * A snapshot is the accumulators and open parcels with their ranges, as a cut would name them; their records are read again
 * from durable outcomes when somebody wants them, and are encoded as the objects will be. Objects of these ranges, and of
 * all that is named while the snapshot is held, are not counted where they have landed meanwhile: so nothing is missing at the
 * seam, and nothing there twice. Until it is released, log and staging keep what it stands for.
 */
export class Snapshots {
  readonly #options: SnapshotsOptions;
  readonly #held = new Set<HeldSnapshot>();
  #encodings = 0;

  constructor(options: SnapshotsOptions) {
    this.#options = options;
  }

  /** Smallest staging offset that a snapshot may still read. */
  get stagingHold(): number {
    return Math.min(...[...this.#held].map(({ stagingFrom }) => stagingFrom));
  }

  /** Tells of new intents: their objects hold what a snapshot holds already, or what came after it. */
  named(intents: readonly Intent[]): void {
    for (const { hidden } of this.#held) for (const { name } of intents) hidden.add(name);
  }

  /** Only between two steps of the loop, when accumulators and read position say the same. */
  take(upTo: number, complete: boolean): DeliverySnapshot {
    const { journal, accumulators, reader } = this.#options;
    const ranges = [
      ...Array.from(journal.state.parcels.values(), ({ intent }) => this.#rangeOfIntent(intent)),
      ...[...accumulators.due, ...accumulators.open].map((accumulator) => this.#rangeOfAccumulator(accumulator)),
    ].filter(({ key, records }) => key.kind === "data" && records > 0);
    // What is staged needs the log no more, nor the plans of that time.
    const derived = ranges.filter(({ stagingFrom }) => stagingFrom === undefined);
    const from = Math.min(upTo, ...derived.map((range) => range.from + 1));
    const source = this.#source(from);
    const held: HeldSnapshot = {
      hidden: new Set(ranges.map(({ name }) => name)),
      stagingFrom: Math.min(...ranges.map(({ stagingFrom = Number.POSITIVE_INFINITY }) => stagingFrom)),
      // Last, so that nothing stays leased when the snapshot cannot be taken.
      lease: reader.lease(from),
      source,
      directories: [],
    };
    this.#held.add(held);
    return {
      upTo,
      complete,
      objects: ranges.map(objectOf),
      unregistered: [...journal.state.unregistered.values()],
      hides: (name) => held.hidden.has(name),
      encode: (wanted, signal) => {
        const names = new Set(wanted.map(({ name }) => name));
        return this.#encode(
          held,
          ranges.filter(({ name }) => names.has(name)),
          signal,
        );
      },
      release: () => this.#release(held),
    };
  }

  #rangeOfIntent(intent: Intent): Range {
    const { accumulatorId: id, key, from, to, records, bytes, digest, name, plan, stagingFrom } = intent;
    return { id, key, from, to, records, bytes, digest, name, runner: this.#options.plans.runnerOf(plan), stagingFrom };
  }

  /** Under the name that it would have if it rolled now. */
  #rangeOfAccumulator(accumulator: Accumulator): Range {
    const { open } = this.#options.journal.state;
    invariant(open !== undefined, "a running delivery has an opened journal");
    const { id, key, records, bytes, digest, firstOffset, lastOffset: to, stagingFrom } = accumulator;
    const runner = this.#options.plans.runnerOf(accumulator.plan.number);
    const { format, compression } = runner.encoding(key);
    const from = firstOffset - 1;
    const uuid = parcelId(open, keyText(key), from, to);
    const name = parcelName(runner.plan, runner.naming, uuid, key, accumulator, format.extension(compression));
    return { id, key, from, to, records, bytes, digest, name, runner, stagingFrom };
  }

  /**
   * Outcomes from an offset on, as they are now: plans and voids that nobody else needs may be forgotten while the snapshot
   * is held. Plans before those are not opened: their processors may be gone.
   */
  #source(from: number): OutcomeSource {
    const { journal, plans, staging, reader, contextFor } = this.#options;
    const { state } = journal;
    const { open, stagingVoids } = state;
    const oldest = state.planAt(Math.max(from, open?.startPosition ?? 0)).number;
    const needed = [...state.plans.values()].filter(({ number }) => number >= oldest);
    const runners = needed.map(({ number }) => plans.runnerOf(number));
    return createOutcomeSource({
      reader,
      state: { open, stagingEnd: staging.end, stagingVoids },
      staging: () => staging.opened,
      runnerAt: (offset) => runnerAt(runners, offset),
      contextFor,
    });
  }

  /** In several passes over the outcomes when there are many: an encoder may hold a megabyte of native memory. */
  async #encode(held: HeldSnapshot, ranges: readonly Range[], signal: AbortSignal): Promise<readonly SnapshotFile[]> {
    const workshop = await this.#openWorkshop(held, signal);
    const files: SnapshotFile[] = [];
    for (let first = 0; first < ranges.length; first += ENCODERS_MAX) {
      const some = ranges.slice(first, first + ENCODERS_MAX);
      const targets = some.map((range) => targetOf(range, workshop));
      await this.#fill(held, targets, signal);
      for (const [index, range] of some.entries()) {
        const { path = "", bytes = 0 } = targets[index]?.accumulator.file ?? {};
        if (bytes > 0) files.push({ ...objectOf(range), path, fileBytes: bytes });
      }
    }
    return files;
  }

  async #fill({ source }: HeldSnapshot, targets: readonly RefillTarget[], signal: AbortSignal): Promise<void> {
    const { clock, limits } = this.#options.delivery;
    const encoders = new Set(targets.map(({ accumulator }) => accumulator.encoder));
    try {
      await refill(source, targets, { clock, heldBytesMax: limits.heldBytesMax, signal });
      for (const { accumulator } of targets) {
        await accumulator.drain();
        encoders.delete(accumulator.encoder);
        // What cannot be encoded will be in the error output.
        await accumulator.encoder.finish();
        signal.throwIfAborted();
      }
    } finally {
      // What they took beside memory they give back with their end only.
      for (const encoder of encoders) await encoder.finish().catch(() => undefined);
    }
  }

  /**
   * A folder for each reading, which goes as a whole. Files are for readers on this machine, so they are in the clear; a
   * full disk is waited for no longer than the reader waits.
   */
  async #openWorkshop(held: HeldSnapshot, signal: AbortSignal): Promise<ParcelWorkshop> {
    const { delivery, journal } = this.#options;
    const { disk, clock, random } = delivery;
    const either = AbortSignal.any([this.#options.signal, signal]);
    const context = { disk, clock, random, encrypted: () => false, signal: either };
    const directory = join(freshDirectory(delivery), `${journal.state.epoch}-${this.#encodings++}`);
    held.directories.push(directory);
    const workshop = new ParcelWorkshop({ ...delivery, directory }, context, journal.state.epoch);
    await workshop.removeOrphans(new Set());
    return workshop;
  }

  async #release(held: HeldSnapshot): Promise<void> {
    if (!this.#held.delete(held)) return;
    held.lease.release();
    for (const directory of held.directories) await this.#options.delivery.disk.removeDirectory(directory);
  }
}

/** Where snapshots are encoded. Emptied at the start: what a dead process left there is in the clear. */
export function freshDirectory({ directory }: Pick<DeliveryOptions, "directory">): string {
  return join(directory, "fresh");
}

/** Encoders that are open at a time: with Zstandard some 128 MiB. */
const ENCODERS_MAX = 100;

interface HeldSnapshot {
  readonly hidden: Set<string>;
  /** Infinite where nothing of it is staged. */
  readonly stagingFrom: number;
  readonly lease: LogLease;
  readonly source: OutcomeSource;
  readonly directories: string[];
}

/** Records of one key that will be one object, or a part of one. */
interface Range {
  readonly id: number;
  readonly key: AccumulatorKey;
  /** Exclusive. */
  readonly from: number;
  readonly to: number;
  readonly records: number;
  readonly bytes: number;
  readonly digest: number;
  readonly name: string;
  readonly runner: PlanRunner;
  readonly stagingFrom?: number | undefined;
}

export interface SnapshotsOptions {
  readonly delivery: DeliveryOptions;
  readonly reader: LogReader;
  readonly journal: Journal;
  readonly accumulators: AccumulatorSet;
  readonly plans: Plans;
  readonly staging: StagingRoom;
  readonly contextFor: (runner: PlanRunner) => OutcomeContext;
  readonly signal: AbortSignal;
}

function objectOf({ name, records, bytes, runner }: Range): PendingObject {
  const target: ComponentSpec = runner.plan.definition.target;
  return { name, target, records, bytes };
}

function targetOf(
  { id, key, runner, from, to, records, digest, stagingFrom }: Range,
  workshop: ParcelWorkshop,
): RefillTarget {
  return { accumulator: workshop.reopen(id, key, runner), from, to, records, digest, stagingFrom };
}

/** As the journal has it: the newest of the plans that begin at the offset or before. */
function runnerAt(runners: readonly PlanRunner[], offset: number): PlanRunner {
  const covers = (plan: Plan) => plan.position <= offset;
  const found = runners.findLast(({ plan }) => covers(plan));
  invariant(found !== undefined, `a plan covers offset ${offset}`);
  return found;
}
