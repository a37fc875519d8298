import { arrivalOf } from "../../model/records.ts";
import type { ProcessorBatch } from "../processor.ts";
import { FunctionCall, type WaitingRecord } from "./function-call.ts";

/** The records of a batch that the function has to see, and the call that waits for them. */
export function waitingRecords(
  batch: ProcessorBatch,
  streamUid: string,
  signal: AbortSignal,
): { readonly call: FunctionCall; readonly records: readonly WaitingRecord[] } {
  const { source, outcomes } = batch;
  const pending = outcomes.reduce((sum, { result }) => sum + (result === "kept" ? 1 : 0), 0);
  const call = new FunctionCall(batch, pending, signal);
  const idStart = streamUid + String(source.partition).padStart(PARTITION_DIGITS, "0");
  const records: WaitingRecord[] = [];
  let index = -1;
  let part = 0;
  for (const [place, outcome] of outcomes.entries()) {
    part = outcome.index === index ? part + 1 : 0;
    index = outcome.index;
    if (outcome.result !== "kept") continue;
    const recordId = idStart + recordIdEnd(source.firstOffset + index, part);
    records.push({ call, place, outcome, recordId, arrivalMs: arrivalOf(source, index), bytes: outcome.bytes });
  }
  return { call, records };
}

const PARTITION_DIGITS = 4;
/** As many as the largest safe integer has. */
const OFFSET_DIGITS = 16;
const PART_DIGITS = 6;

/**
 * Stream, log partition, offset, and which part of a record that was taken apart. The place in this log and not that of a
 * first life: two redrives of one record may meet in one event.
 */
function recordIdEnd(offset: number, part: number): string {
  return String(offset).padStart(OFFSET_DIGITS, "0") + String(part).padStart(PART_DIGITS, "0");
}
