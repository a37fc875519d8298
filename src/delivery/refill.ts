import { invariant } from "../std/assert.ts";
import type { Clock } from "../std/clock.ts";
import type { Accumulator } from "./accumulator.ts";
import { keyText } from "./journal/journal-records.ts";
import { groupWithin, type OutcomeRange, type OutcomeSource } from "./outcome-source.ts";

/** What an accumulator has to hold again after its outcomes were read once more. */
export interface RefillTarget {
  readonly accumulator: Accumulator;
  /** Exclusive and inclusive: membership is key + (from, to]. */
  readonly from: number;
  readonly to: number;
  readonly records: number;
  readonly digest: number;
  readonly stagingFrom?: number | undefined;
}

/**
 * Fills accumulators and lost parcels from durable outcomes, all of them in one pass. What comes out has to be what the
 * journal says went in, record for record; anything else is a broken promise and stops the delivery.
 */
export async function refill(
  source: OutcomeSource,
  targets: readonly RefillTarget[],
  options: RefillOptions,
): Promise<void> {
  const staged = targets.filter((target) => target.stagingFrom !== undefined);
  const derived = targets.filter((target) => target.stagingFrom === undefined);
  for (const some of [staged, derived]) {
    if (some.length > 0) await fillFrom(source, some, options);
  }
  for (const { accumulator, records, digest } of targets) {
    const same = accumulator.records === records && accumulator.digest === digest;
    invariant(same, `outcomes of ${keyText(accumulator.key)} read again are those that were decided`);
    accumulator.dirty = false;
  }
}

export interface RefillOptions {
  readonly heldBytesMax: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

async function fillFrom(
  source: OutcomeSource,
  targets: readonly RefillTarget[],
  options: RefillOptions,
): Promise<void> {
  const byKey = Map.groupBy(targets, ({ accumulator }) => keyText(accumulator.key));
  for await (const outcome of source.read(rangeOf(targets))) {
    options.signal.throwIfAborted();
    for (const group of outcome.groups) {
      for (const { accumulator, from, to } of byKey.get(keyText(group.key)) ?? []) {
        const part = groupWithin(group, from, to);
        if (part === undefined) continue;
        accumulator.add(part, options.clock.monotonic());
        if (accumulator.wantsDrain) await accumulator.drain();
      }
    }
    const held = targets.reduce((sum, { accumulator }) => sum + accumulator.encoder.heldBytes, 0);
    if (held > options.heldBytesMax) for (const { accumulator } of targets) await accumulator.drain();
  }
}

function rangeOf(targets: readonly RefillTarget[]): OutcomeRange {
  const stagings = targets.flatMap(({ stagingFrom }) => (stagingFrom === undefined ? [] : [stagingFrom]));
  return {
    from: Math.min(...targets.map((target) => target.from + 1)),
    to: Math.max(...targets.map((target) => target.to + 1)),
    ...(stagings.length > 0 ? { stagingFrom: Math.min(...stagings) } : {}),
  };
}
