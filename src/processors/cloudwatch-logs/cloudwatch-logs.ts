import { z } from "zod";
import type { KeptOutcome, Outcome, ProcessorDefinition, RejectedOutcome } from "../processor.ts";
import { readEnvelope } from "./envelope.ts";

/**
 * Envelopes of CloudWatch Logs subscriptions, unpacked before. With extraction an envelope becomes the messages of its
 * log events, each with a line feed behind it; owner, group and stream go. It stays one record. A control message, by
 * which the service tries whether anybody listens, becomes an empty record. Without extraction nothing changes.
 */
export const cloudwatchLogsProcessor: ProcessorDefinition = {
  type: "cloudwatch-logs",
  summary: "Takes the messages out of CloudWatch Logs envelopes.",
  pure: true,
  optionsSchema: z.strictObject({
    extractMessages: z.boolean().default(true).describe("Keep the messages alone; false keeps envelopes as they are"),
  }),
  create: ({ extractMessages = true }) => ({
    type: "cloudwatch-logs",
    pure: true,
    process: async ({ source, outcomes }) => ({
      source,
      outcomes: extractMessages ? outcomes.map(extractOutcome) : outcomes,
    }),
    close: async () => undefined,
  }),
};

function extractOutcome(outcome: Outcome): Outcome {
  if (outcome.result !== "kept") return outcome;
  const envelope = readEnvelope(outcome.bytes);
  return envelope === undefined ? rejection(outcome) : { ...outcome, bytes: envelope.messages };
}

/** AWS publishes no code for this; the prefix is the processor's name on its wire. */
function rejection({ index }: KeptOutcome): RejectedOutcome {
  return {
    index,
    result: "rejected",
    errorType: "processing-failed",
    code: "CloudWatchLogProcessing.InvalidRecord",
    message: "Expected an envelope of CloudWatch Logs: JSON with messageType and logEvents[].message",
    attempts: 1,
  };
}
