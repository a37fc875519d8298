import { z } from "zod";
import type { JsonObject } from "../../std/json.ts";
import type { KeptOutcome, Outcome, ProcessorBatch, ProcessorDefinition, RejectedOutcome } from "../processor.ts";
import { splitDelimited } from "./split-delimited.ts";
import { splitJson } from "./split-json.ts";

/** Sub-records of one record (Firehose guide, "Apply dynamic partitioning to aggregated data"). */
const SUB_RECORDS_MAX = 500;

/** A delimiter is a few characters; this is as long as the wire's parameter (Firehose API, ParameterValue). */
const DELIMITER_TEXT_MAX = 5120;

const options = z.discriminatedUnion("mode", [
  z.strictObject({
    mode: z.literal("json").describe("Objects one after another, with line breaks or nothing between"),
  }),
  z.strictObject({
    mode: z.literal("delimited").describe("Pieces of text with a delimiter between them"),
    delimiter: z
      .base64()
      .min(1)
      .max(DELIMITER_TEXT_MAX)
      .describe("The delimiter, in base64")
      .meta({ examples: ["IyMjIw=="] }),
  }),
]);

type DeaggregateOptions = z.infer<typeof options>;

/**
 * Several records that a producer packed into one become records of their own, each with its own partition. A record is
 * split whole or not at all: where a part cannot be read, or there are more than 500, the record goes to the error
 * output as it came, so that sending it again repeats nothing. A record in which there is nothing stays one empty record;
 * whatever comes behind decides.
 */
export const deaggregateProcessor: ProcessorDefinition = {
  type: "deaggregate",
  summary: "Splits records that hold several JSON objects or delimited pieces.",
  pure: true,
  optionsSchema: options,
  create: (given: JsonObject) => {
    const split = splitter(options.parse(given));
    return {
      type: "deaggregate",
      pure: true,
      process: async (batch) => splitBatch(batch, split),
      close: async () => undefined,
    };
  },
};

type Split = (record: Buffer) => Buffer[] | "too many" | undefined;

function splitter(chosen: DeaggregateOptions): Split {
  if (chosen.mode === "json") return (record) => splitJson(record, SUB_RECORDS_MAX);
  const delimiter = Buffer.from(chosen.delimiter, "base64");
  return (record) => splitDelimited(record, delimiter, SUB_RECORDS_MAX);
}

function splitBatch({ source, outcomes }: ProcessorBatch, split: Split): ProcessorBatch {
  const results: Outcome[] = [];
  for (const outcome of outcomes) {
    if (outcome.result === "kept") splitOutcome(outcome, split, results);
    else results.push(outcome);
  }
  return { source, outcomes: results };
}

function splitOutcome(outcome: KeptOutcome, split: Split, results: Outcome[]): void {
  const pieces = split(outcome.bytes);
  if (pieces === undefined) results.push(rejection(outcome.index, NOT_OBJECTS));
  else if (pieces === "too many") results.push(rejection(outcome.index, TOO_MANY));
  else if (pieces.length === 0) results.push({ ...outcome, bytes: NOTHING });
  else for (const bytes of pieces) results.push({ ...outcome, bytes });
}

const NOTHING = Buffer.alloc(0);
const NOT_OBJECTS = "Expected JSON objects with line breaks or nothing between them, and no array";
const TOO_MANY = `Expected at most ${SUB_RECORDS_MAX} records in one`;

/** AWS publishes no code for this; the prefix is the processor's name on its wire. */
function rejection(index: number, message: string): RejectedOutcome {
  return {
    index,
    result: "rejected",
    errorType: "processing-failed",
    code: "RecordDeAggregation.InvalidRecord",
    message,
    attempts: 1,
  };
}
