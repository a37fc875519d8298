import { z } from "zod";
import type { KeptOutcome, Outcome, ProcessorBatch, ProcessorDefinition, RejectedOutcome } from "../processor.ts";
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
      ...(engine.pure ? { each: (outcome: KeptOutcome) => withAnswer(outcome, engine.answer(outcome.bytes)) } : {}),
      close: async () => (engine.pure ? undefined : engine.close()),
    };
  },
};

interface ExtractMetadataOptions {
  readonly query: string;
  readonly keysMax: number;
}

async function extract(
  { source, outcomes }: ProcessorBatch,
  engine: QueryEngine,
  signal: AbortSignal,
): Promise<ProcessorBatch> {
  if (engine.pure) {
    const answered = outcomes.map((one) => (one.result === "kept" ? withAnswer(one, engine.answer(one.bytes)) : one));
    return { source, outcomes: answered };
  }
  const records = outcomes.flatMap((outcome) => (outcome.result === "kept" ? [outcome.bytes] : []));
  const answers = (await engine.answer(records, signal)).values();
  return {
    source,
    outcomes: outcomes.map((outcome) => {
      const answer = outcome.result === "kept" ? answers.next().value : undefined;
      return outcome.result === "kept" && answer !== undefined ? withAnswer(outcome, answer) : outcome;
    }),
  };
}

/** Member by member: copying all there may be costs more than the query. */
function withAnswer({ index, bytes, partitionValues, eventTimeMs }: KeptOutcome, answer: Answer): Outcome {
  if (answer.values === undefined) return rejection(index, answer.problem);
  const values = partitionValues === undefined ? answer.values : { ...partitionValues, ...answer.values };
  if (eventTimeMs === undefined) return { result: "kept", index, bytes, partitionValues: values };
  return { result: "kept", index, bytes, partitionValues: values, eventTimeMs };
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
