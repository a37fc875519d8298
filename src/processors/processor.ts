import type { z } from "zod";
import type { FunctionInvoker } from "../functions/function-invoker.ts";
import type { Batch } from "../model/records.ts";
import type { Clock } from "../std/clock.ts";
import type { JsonObject } from "../std/json.ts";
import type { Random } from "../std/random.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";

/**
 * Turns a batch into one outcome per record. `pure` is a statement about the code, held by tests: the same record gives
 * the same outcome for ever, whatever the clock, the load, the limits or any peer say. A delivery whose chain is pure
 * needs no staging, because outcomes can be derived from the log again.
 *
 * Batches that were read from the log together come in calls that overlap, so that a processor with a price per call can
 * share one between them; those that have none take them one by one.
 */
export interface Processor {
  readonly type: string;
  readonly pure: boolean;
  /**
   * Set by processors that leave bytes alone and only say where a record belongs. They are asked of records too that come
   * back past the others, such as redriven ones that could not be encoded.
   */
  readonly onlyPlaces?: boolean;
  process(batch: ProcessorBatch, signal: AbortSignal): Promise<ProcessorBatch>;
  /**
   * What `process` does with one record, of those that look at each for itself and wait for nothing. Neighbours in a chain
   * that have it are asked record by record instead: what one has parsed is still at hand for the next.
   */
  each?(outcome: KeptOutcome): Outcome;
  close(): Promise<void>;
}

/** A processor as the registry knows it: what it is, what may be set, and how one is made. */
export interface ProcessorDefinition {
  readonly type: string;
  /** One sentence for the reference page. */
  readonly summary: string;
  /** Whether all that it makes are pure. Where options decide, this is false, and each processor says it of itself. */
  readonly pure: boolean;
  /** Checks options; reference page and console form derive from it. */
  readonly optionsSchema: z.ZodType;
  /** `options` has passed the schema. */
  create(options: JsonObject, dependencies: ProcessorDependencies): Processor;
}

/** What processors may use of the world. Whatever touches any of it is not pure. */
export interface ProcessorDependencies {
  readonly stream: ProcessorStream;
  readonly functions: FunctionInvoker;
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
}

/** What events of functions say of the stream that they work for. */
export interface ProcessorStream {
  readonly name: string;
  /** Drawn when the stream was made: with it a record's position is an identity for ever. */
  readonly uid: string;
  readonly arn: string;
  readonly region: string;
  /** Kinesis sources only. */
  readonly sourceArn?: string;
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
  /** Values for the partition key, from content: `query:NAME` and `lambda:NAME`, as the prefix tells them apart. */
  readonly partitionValues?: Readonly<Record<string, string>>;
  /** When it happened, by its own word, ms; absent = partition by arrival. */
  readonly eventTimeMs?: number;
  /** Kept by the delivery: of a source record that was split, the part that this came from. */
  readonly piece?: Buffer;
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
  /** What was rejected, where that is a part of the source record; absent = all of it. */
  readonly bytes?: Buffer;
  /** Further members of the error record, such as `lambdaARN`, in order. */
  readonly details?: Readonly<Record<string, string | number>>;
}
