import type { LogReader } from "../log/log.ts";
import { offsetAt } from "../model/identified-records.ts";
import type { JournalState } from "./journal/journal-state.ts";
import { type OutcomeGroup, sliceGroup } from "./outcome-group.ts";
import { type OutcomeBatch, type OutcomeContext, outcomesOf } from "./outcomes.ts";
import type { PlanRunner } from "./plan-runner.ts";
import type { Staging } from "./staging.ts";

/** How much is read at once when outcomes are read again. */
export const READ_BYTES = 4 * 1024 * 1024;

/**
 * Outcomes as they were decided, read again for recovery and for parcels whose file was lost. Never asks a function: a
 * plan that is not pure reads staging; a pure one derives them from the log, which gives the same answer for ever.
 */
export interface OutcomeSource {
  /** Covers at least the records with offsets in [from, to); may begin earlier and end later. */
  read(range: OutcomeRange): AsyncIterable<OutcomeBatch>;
}

export interface OutcomeRange {
  readonly from: number;
  readonly to: number;
  /** Where staging has to be read from; absent for what never was staged. */
  readonly stagingFrom?: number;
}

export interface OutcomeSourceOptions {
  readonly reader: LogReader;
  readonly state: Pick<JournalState, "open" | "stagingEnd" | "stagingVoids">;
  readonly staging: () => Staging | undefined;
  readonly runnerAt: (offset: number) => PlanRunner;
  readonly contextFor: (runner: PlanRunner) => OutcomeContext;
}

export function createOutcomeSource(options: OutcomeSourceOptions): OutcomeSource {
  return {
    async *read(range) {
      const staging = options.staging();
      if (range.stagingFrom !== undefined && staging) {
        yield* staging.read(range.stagingFrom, options.state.stagingEnd, options.state.stagingVoids);
      } else {
        yield* deriveFromLog(options, range);
      }
    },
  };
}

async function* deriveFromLog(options: OutcomeSourceOptions, range: OutcomeRange): AsyncIterable<OutcomeBatch> {
  let position = range.from;
  while (position < range.to) {
    const batches = await options.reader.read(position, READ_BYTES);
    if (batches.length === 0) return;
    for (const batch of batches) {
      const runner = options.runnerAt(Math.max(batch.firstOffset, options.state.open?.startPosition ?? 0));
      if (runner.plan.pure) yield await outcomesOf(batch, runner, options.contextFor(runner));
      position = Math.max(position, batch.firstOffset + batch.ends.length);
    }
  }
}

/** The part of a group whose offsets lie in (from, to]; `undefined` when there is none. */
export function groupWithin(group: OutcomeGroup, from: number, to: number): OutcomeGroup | undefined {
  const count = group.records.ends.length;
  let start = 0;
  while (start < count && offsetAt(group.offsets, start) <= from) start++;
  let end = start;
  while (end < count && offsetAt(group.offsets, end) <= to) end++;
  if (start === end) return undefined;
  return sliceGroup(group, start, end);
}
