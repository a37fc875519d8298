import { z } from "zod";
import { userRecordsOf } from "../../model/kinesis-aggregate/aggregated-record.ts";
import type { Outcome, ProcessorBatch, ProcessorDefinition } from "../processor.ts";

/**
 * The Kinesis Producer Library packs many user records into one Kinesis record. Each becomes a record of its own again.
 * What is no aggregate, or only looks like one (short, wrong digest, broken inside), passes untouched: readers of Kinesis
 * have always treated it as one plain record.
 */
export const kplDeaggregateProcessor: ProcessorDefinition = {
  type: "kpl-deaggregate",
  summary: "Splits aggregated records of the Kinesis Producer Library.",
  pure: true,
  optionsSchema: z.strictObject({}),
  create: () => ({
    type: "kpl-deaggregate",
    pure: true,
    process: async (batch) => splitBatch(batch),
    close: async () => undefined,
  }),
};

function splitBatch({ source, outcomes }: ProcessorBatch): ProcessorBatch {
  const results: Outcome[] = [];
  for (const outcome of outcomes) {
    const records = outcome.result === "kept" ? userRecordsOf(outcome.bytes) : undefined;
    if (records === undefined || outcome.result !== "kept") results.push(outcome);
    else if (records.length === 0) results.push({ index: outcome.index, result: "dropped" });
    else for (const { data } of records) results.push({ ...outcome, bytes: data });
  }
  return { source, outcomes: results };
}
