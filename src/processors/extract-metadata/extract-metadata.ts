import { z } from "zod";
import type { Outcome, ProcessorBatch, ProcessorDefinition, RejectedOutcome } from "../processor.ts";
import { compiledEngine } from "./compiled-engine.ts";
import type { Answer, QueryEngine } from "./query-engine.ts";
import { jqEngine } from "./reference/jq-engine.ts";

/** Keys of one query (Firehose quotas). */
const KEYS_MAX_DEFAULT = 50;

/**
 * Partition values by a query in jq (1.6), one object per record: `{customer: .customer_id, day: .at[0:10]}`.
 *
 * Most queries are paths and a little text or time; those run as closures of our own and are pure. Everything else is
 * jq's business: the real one, in a thread of its own, with limits on time and memory; such answers may depend on the
 * clock and on the limits, so they are not pure and are staged.
 */
export const extractMetadataProcessor: ProcessorDefinition = {
  type: "extract-metadata",
  summary: "Takes partition values out of JSON records by a jq query.",
  pure: false,
  optionsSchema: z.strictObject({
    query: z
      .string()
      .min(1)
      .describe("jq 1.6; gives one object per record whose members are the partition values")
      .meta({ examples: ['{customer: .customer_id, year: (.at | strftime("%Y"))}'] }),
    keysMax: z
      .int()
      .min(1)
      .max(1000)
      .default(KEYS_MAX_DEFAULT)
      .describe("Most keys that the query may give; AWS allows 50"),
  }),
  create: (options, { clock }) => {
    const { query, keysMax } = extractMetadataProcessor.optionsSchema.parse(options) as ExtractMetadataOptions;
    const engine = compiledEngine(query, keysMax) ?? jqEngine({ query, keysMax, clock });
    return {
      type: "extract-metadata",
      pure: engine.pure,
      onlyPlaces: true,
      process: (batch, signal) => extract(batch, engine, signal),
      close: () => engine.close(),
    };
  },
};

interface ExtractMetadataOptions {
  readonly query: string;
  readonly keysMax: number;
}

async function extract(batch: ProcessorBatch, engine: QueryEngine, signal: AbortSignal): Promise<ProcessorBatch> {
  const records: Buffer[] = [];
  for (const outcome of batch.outcomes) if (outcome.result === "kept") records.push(outcome.bytes);
  const answers = await engine.answer(records, signal);
  let next = 0;
  const outcomes = batch.outcomes.map((outcome) => {
    if (outcome.result !== "kept") return outcome;
    const answer = answers[next++];
    return answer === undefined ? outcome : withAnswer(outcome, answer);
  });
  return { source: batch.source, outcomes };
}

function withAnswer(outcome: Extract<Outcome, { result: "kept" }>, answer: Answer): Outcome {
  if (answer.values === undefined) return rejection(outcome.index, answer.problem);
  const { partitionValues } = outcome;
  const values = partitionValues === undefined ? answer.values : { ...partitionValues, ...answer.values };
  return { ...outcome, partitionValues: values };
}

/** Code and error output of the service (reference 4.4, 5.6). */
function rejection(index: number, message: string): RejectedOutcome {
  return {
    index,
    result: "rejected",
    errorType: "processing-failed",
    code: "DynamicPartitioning.MetadataExtractionFailed",
    message,
    attempts: 1,
  };
}
