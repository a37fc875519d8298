import { z } from "zod";
import type { Outcome, ProcessorDefinition } from "../processor.ts";

const optionsSchema = z.strictObject({
  errorType: z
    .string()
    .min(1)
    .meta({ description: "Error output.", examples: ["format-conversion-failed"] }),
  code: z
    .string()
    .min(1)
    .meta({ description: "Code in the error records.", examples: ["NotWanted"] }),
  message: z.string().meta({ description: "Message in the error records.", examples: ["This stream is closed"] }),
});

/** Every record ends in the error output: what a stream does whose records cannot be delivered as things stand. */
export const rejectProcessor: ProcessorDefinition = {
  type: "reject",
  summary: "Sends every record to the error output, with one code and message.",
  pure: true,
  optionsSchema,
  create: (options) => {
    const rejection = { result: "rejected", attempts: 1, ...optionsSchema.parse(options) } as const;
    const reject = (outcome: Outcome): Outcome =>
      outcome.result === "kept" ? { index: outcome.index, ...rejection } : outcome;
    return {
      type: "reject",
      pure: true,
      process: async ({ source, outcomes }) => ({ source, outcomes: outcomes.map(reject) }),
      close: async () => undefined,
    };
  },
};
