import { type Batch, recordAt, recordCount } from "../model/records.ts";
import type { Outcome } from "../processors/processor.ts";
import { type Asked, keptAsTheyAre } from "./ask-chain.ts";
import type { PlanRunner } from "./plan-runner.ts";

/**
 * Neighbours in a read whose records are grouped together. With hundreds of keys a batch has a record or two for each, and
 * what a group costs is then paid per record.
 */
export type Run = readonly [AskedBatch, ...AskedBatch[]];

export interface AskedBatch {
  readonly batch: Batch;
  readonly asked: Asked;
}

/** What one read brings at most. A chain may make more of it, and a run is one buffer and one frame of staging. */
const RUN_BYTES_MAX = 4 * 1024 * 1024;

export function* runsOf(read: readonly AskedBatch[], runner: PlanRunner): Iterable<Run> {
  let run: [AskedBatch, ...AskedBatch[]] | undefined;
  let bytes = 0;
  for (const next of read) {
    const nextBytes = bytesIn(next);
    const previous = run?.at(-1);
    if (run && previous && bytes + nextBytes <= RUN_BYTES_MAX && groupTogether(previous, next, runner)) {
      run.push(next);
      bytes += nextBytes;
      continue;
    }
    if (run) yield run;
    run = [next];
    bytes = nextBytes;
  }
  if (run) yield run;
}

/** A batch without processors or partitions travels on as it is. */
export function staysWhole(asked: Asked, runner: PlanRunner): boolean {
  return asked === "as they are" && runner.plan.definition.partition === undefined;
}

export function outcomesIn({ batch, asked }: AskedBatch): readonly Outcome[] {
  if (asked === "not addressed") return [];
  return asked === "as they are" ? keptAsTheyAre(batch) : asked;
}

export function rangeOf(run: Run): { firstOffset: number; nextOffset: number; arrivalMs?: number } {
  const { batch: last } = run.at(-1) ?? run[0];
  const arrival = last.origin === undefined ? { arrivalMs: last.arrivalMs } : {};
  return { firstOffset: run[0].batch.firstOffset, nextOffset: last.firstOffset + recordCount(last), ...arrival };
}

/** Where partitions are closed as time goes by, this happens between two runs. */
function groupTogether(one: AskedBatch, next: AskedBatch, { places, plan }: PlanRunner): boolean {
  const { partition } = plan.definition;
  if (one.batch.origin !== undefined || next.batch.origin !== undefined) return false;
  if (
    one.asked === "not addressed" ||
    next.asked === "not addressed" ||
    partition?.eventTime?.closeAfterMs !== undefined
  )
    return false;
  if (one.asked === "as they are" && partition === undefined) return false;
  return places.dataSplit(one.batch.arrivalMs) === places.dataSplit(next.batch.arrivalMs);
}

function bytesIn({ batch, asked }: AskedBatch): number {
  if (typeof asked === "string") return batch.bytes.length;
  let bytes = 0;
  for (const outcome of asked) {
    if (outcome.result === "kept") bytes += OUTCOME_BYTES + outcome.bytes.length;
    else if (outcome.result === "rejected") bytes += errorBytes(outcome.bytes ?? recordAt(batch, outcome.index));
  }
  return bytes;
}

/** Index and offset. */
const OUTCOME_BYTES = 16;

/** An error record is JSON around the record in base64. */
function errorBytes(record: Buffer): number {
  return 1024 + Math.ceil((record.length * 4) / 3);
}
