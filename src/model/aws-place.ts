import { z } from "zod";
import { type AwsCredentials, credentialsSchema, namedCredentialsSchema } from "./credentials-schema.ts";

/** How services of AWS's are reached: what those who read from them and those who write to them have in common. */

function addressShape(endpoint: string) {
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
      .meta({ description: "In place of AWS's own.", examples: [endpoint] }),
  };
}

const STREAMS_ENDPOINT = "http://127.0.0.1:4567";

/** `thing`: what the key opens. For what the configuration alone declares: secrets may be files. */
export function awsPlaceShape(thing: string, endpoint = STREAMS_ENDPOINT) {
  return { ...addressShape(endpoint), credentials: credentialsSchema(thing) };
}

/** For what comes over the API. */
export function namedAwsPlaceShape(thing: string, endpoint = STREAMS_ENDPOINT) {
  return { ...addressShape(endpoint), credentials: namedCredentialsSchema(thing) };
}

/** A region as options say it. */
export interface AwsPlace {
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
}

export interface AwsClientOptions<S> extends AwsPlace {
  readonly credentials?: AwsCredentials<S> | undefined;
}

/** The region that is asked for, or that the ARN names; DynamoDB Local names one that does not exist. */
export function regionOf({ region, endpoint }: AwsPlace, arn: string | undefined): string | undefined {
  const [, , , named] = arn?.split(":") ?? [];
  return region ?? (named || undefined) ?? (endpoint === undefined ? undefined : "us-east-1");
}
