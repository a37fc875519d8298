import { z } from "zod";
import { namedAwsPlaceShape } from "../../model/aws-place.ts";
import { recordTextSchema } from "../record-text.ts";

const STREAM = /^(arn:aws[A-Za-z0-9-]*:kinesis:[a-z0-9-]+:\d{12}:stream\/)?[A-Za-z0-9_.-]{1,128}$/;

/** Longest partition key (API, PutRecordsRequestEntry). */
export const PARTITION_KEY_CHARACTERS_MAX = 256;

const connectionShape = namedAwsPlaceShape("stream");

export const kinesisDestinationOptions = z
  .strictObject({
    stream: z
      .string()
      .regex(STREAM, { error: "expected the name of a Kinesis data stream or its ARN" })
      .meta({ description: "Kinesis data stream, by name or ARN.", examples: ["clicks"] }),
    ...connectionShape,
    partitionKey: z
      .union([
        recordTextSchema("partition key"),
        z
          .strictObject({ constant: z.string().min(1).max(PARTITION_KEY_CHARACTERS_MAX) })
          .meta({ description: "The same for all records: one shard, in order." }),
      ])
      .optional()
      .meta({
        description:
          "Where a record says its partition key. Default, and for records that say none: what tells it from all others, so that records spread over the shards. A key of more than 256 characters becomes its SHA-256.",
        examples: [{ field: "user.id" }],
      }),
  })
  .meta({ examples: [{ stream: "clicks", region: "eu-west-1", partitionKey: { field: "user.id" } }] });

export type KinesisDestinationOptions = z.output<typeof kinesisDestinationOptions>;

export const kinesisConnectionOptions = Object.keys(connectionShape);
