import { z } from "zod";
import { credentialsSchema } from "../../model/credentials-schema.ts";

/** Reads a second that a shard allows, all consumers together (quotas of Kinesis and of DynamoDB Streams). */
const READS_PER_SECOND_MAX = 5;

/** How AWS is reached: what sources of all of its streams have in common. `thing`: what the key opens. */
export function awsPlaceShape(thing: string) {
  return {
    region: z
      .string()
      .min(1)
      .optional()
      .meta({
        description: "AWS region; absent = that of the ARN, else as the AWS chain says; `us-east-1` with an endpoint.",
        examples: ["eu-west-1"],
      }),
    endpoint: z
      .url()
      .optional()
      .meta({ description: "In place of AWS's own.", examples: ["http://127.0.0.1:4567"] }),
    credentials: credentialsSchema(thing),
  };
}

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

/** A stream in a region as its options say it. */
export interface AwsPlace {
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
}

/** The region that is asked for, or that the ARN names; DynamoDB Local names one that does not exist. */
export function regionOf({ region, endpoint }: AwsPlace, arn: string | undefined): string | undefined {
  const [, , , named] = arn?.split(":") ?? [];
  return region ?? (named || undefined) ?? (endpoint === undefined ? undefined : "us-east-1");
}
