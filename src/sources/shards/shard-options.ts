import { z } from "zod";

/** Reads a second that a shard allows, all consumers together (quotas of Kinesis and of DynamoDB Streams). */
const READS_PER_SECOND_MAX = 5;

export const pollIntervalSchema = z
  .int()
  .min(1000 / READS_PER_SECOND_MAX)
  .max(60_000)
  .default(1000)
  .meta({
    description:
      "From one read of a shard to the next, milliseconds. A shard allows five reads a second, all consumers together.",
    examples: [1000],
  });
