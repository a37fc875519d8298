import { z } from "zod";
import { awsPlaceShape } from "../../model/aws-place.ts";
import { recordOrEventSchema } from "../envelope.ts";
import { pollIntervalSchema } from "../shards/shard-options.ts";

const NAME = "[A-Za-z0-9_.-]{1,128}";
const STREAM = new RegExp(`^(arn:aws[A-Za-z0-9-]*:kinesis:[a-z0-9-]+:\\d{12}:stream/)?${NAME}$`);

/** How a stream is reached, and how often it is read: what a declared source and a delivery stream that reads have in common. */
export const kinesisPlaceShape = { ...awsPlaceShape("stream"), pollIntervalMs: pollIntervalSchema };

export const kinesisOptions = z
  .strictObject({
    stream: z
      .string()
      .regex(STREAM, { error: "expected the name of a Kinesis data stream or its ARN" })
      .meta({ description: "Kinesis data stream, by name or ARN.", examples: ["clicks"] }),
    start: z
      .union([
        z.enum(["TRIM_HORIZON", "LATEST"]),
        z.strictObject({
          time: z.iso
            .datetime({ offset: true })
            .meta({ description: "Records that arrived then or later.", examples: ["2026-11-01T00:00:00Z"] }),
        }),
      ])
      .default("TRIM_HORIZON")
      .meta({
        description:
          "Where a stream begins that was never read: at the oldest record, with the second of the first connection (`LATEST`), or at a time (AT_TIMESTAMP).",
        examples: ["LATEST"],
      }),
    ...kinesisPlaceShape,
    record: recordOrEventSchema,
    deaggregate: z.boolean().default(true).meta({
      description:
        "Whether aggregates of the Kinesis Producer Library become the records that its users put. Events are left as they are, as AWS Lambda does.",
    }),
  })
  .meta({ examples: [{ stream: "clicks", region: "eu-west-1", start: "LATEST" }] });

export type KinesisOptions = z.output<typeof kinesisOptions>;

export function upstreamOf({ stream, endpoint, region }: KinesisOptions): string {
  return stream.startsWith("arn:")
    ? stream
    : `stream ${stream} at ${endpoint ?? region ?? "the region of the AWS chain"}`;
}

export function isArn(stream: string): boolean {
  return stream.startsWith("arn:");
}
