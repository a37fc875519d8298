import { arrivalOf } from "../../model/records.ts";
import type { KeptOutcome, ProcessorBatch } from "../processor.ts";
import { FunctionCall } from "./function-call.ts";

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
    if (outcome.result === "kept") records.push(new WaitingRecord(call, place, outcome, idStart, part));
  }
  return { call, records };
}

/**
 * A record on its way to the function. There are tens of thousands of them at a time, so what can be derived is not kept.
 */
export class WaitingRecord {
  readonly call: FunctionCall;
  /** Its place among the outcomes of the call's batch. */
  readonly place: number;
  readonly outcome: KeptOutcome;
  readonly #idStart: string;
  readonly #part: number;

  constructor(call: FunctionCall, place: number, outcome: KeptOutcome, idStart: string, part: number) {
    this.call = call;
    this.place = place;
    this.outcome = outcome;
    this.#idStart = idStart;
    this.#part = part;
  }

  get idLength(): number {
    return this.#idStart.length + OFFSET_DIGITS + PART_DIGITS;
  }

  get bytes(): Buffer {
    return this.outcome.bytes;
  }

  get arrivalMs(): number {
    return arrivalOf(this.call.source, this.outcome.index);
  }

  /**
   * Stream, log partition, offset, and which part of a record that was taken apart. The place in this log and not that of a
   * first life: two redrives of one record may meet in one event.
   */
  get recordId(): string {
    const offset = String(this.call.source.firstOffset + this.outcome.index);
    return `${this.#idStart}${offset.padStart(OFFSET_DIGITS, "0")}${this.#part === 0 ? NO_PART : String(this.#part).padStart(PART_DIGITS, "0")}`;
  }
}

const PARTITION_DIGITS = 4;
/** As many as the largest safe integer has. */
const OFFSET_DIGITS = 16;
const PART_DIGITS = 6;
const NO_PART = "0".repeat(PART_DIGITS);
