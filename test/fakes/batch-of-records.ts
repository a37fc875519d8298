import { type Batch, packRecords, recordAt } from "../../src/model/records.ts";
import type { ProcessorBatch } from "../../src/processors/processor.ts";

/** Records as the first processor of a chain gets them: all kept, nothing said of them yet. */
export function batchOfRecords(records: readonly Buffer[]): ProcessorBatch {
  const source: Batch = { ...packRecords(records), partition: 0, firstOffset: 0, arrivalMs: 1_000 };
  return { source, outcomes: records.map((_, index) => ({ index, result: "kept", bytes: recordAt(source, index) })) };
}
