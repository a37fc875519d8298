import type { z } from "zod";
import type { Batch } from "../model/records.ts";
import type { JsonObject } from "../std/json.ts";

/**
 * Turns a batch into one outcome per record. `pure` is a statement about the code, held by tests: the same record gives
 * the same outcome for ever, whatever the clock, the load, the limits or any peer say. A delivery whose chain is pure
 * needs no staging, because outcomes can be derived from the log again.
 */
export interface Processor {
  readonly type: string;
  readonly pure: boolean;
  process(batch: ProcessorBatch, signal: AbortSignal): Promise<ProcessorBatch>;
  close(): Promise<void>;
}

/** A processor as the registry knows it: what it is, what may be set, and how one is made. */
export interface ProcessorDefinition {
  readonly type: string;
  /** One sentence for the reference page. */
  readonly summary: string;
  readonly pure: boolean;
  /** Checks options; reference page and console form derive from it. */
  readonly optionsSchema: z.ZodType;
  /** `options` has passed the schema. */
  create(options: JsonObject): Processor;
}

/** A batch on its way through the chain: the source records and what has become of each so far. */
export interface ProcessorBatch {
  readonly source: Batch;
  /** In source order; several per source record after de-aggregation. */
  readonly outcomes: readonly Outcome[];
}

export type Outcome = KeptOutcome | DroppedOutcome | RejectedOutcome;

interface OutcomeIdentity {
  /** Index of the source record in the batch. */
  readonly index: number;
}

export interface KeptOutcome extends OutcomeIdentity {
  readonly result: "kept";
  readonly bytes: Buffer;
  /** Named values for the partition key, from content. */
  readonly partitionValues?: Readonly<Record<string, string>>;
}

export interface DroppedOutcome extends OutcomeIdentity {
  readonly result: "dropped";
}

export interface RejectedOutcome extends OutcomeIdentity {
  readonly result: "rejected";
  /** Which error output: `processing-failed`, `decompression-failed`… (reference 5.3). */
  readonly errorType: string;
  readonly code: string;
  readonly message: string;
  readonly attempts: number;
  /** Further members of the error record, such as `lambdaARN`, in order. */
  readonly details?: Readonly<Record<string, string | number>>;
}
