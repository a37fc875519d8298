import { z } from "zod";
import { awsPlaceShape } from "../../model/aws-place.ts";
import { pollIntervalSchema } from "../shards/shard-options.ts";

export const tableStreamOptions = z
  .strictObject({
    table: z
      .string()
      .regex(/^[A-Za-z0-9_.-]{3,255}$/, { error: "expected the name of a table: 3 to 255 letters, digits, _ . and -" })
      .optional()
      .meta({ description: "Table whose newest stream is read.", examples: ["orders"] }),
    streamArn: z
      .string()
      .regex(/^arn:aws[A-Za-z0-9-]*:dynamodb:[a-z0-9-]+:\d{12}:table\/[^/\s]+\/stream\/\S+$/, {
        error: "expected arn:aws:dynamodb:REGION:ACCOUNT:table/TABLE/stream/LABEL",
      })
      .max(400)
      .optional()
      .meta({
        description: "In place of `table`: this stream, also when the table has a newer one.",
        examples: ["arn:aws:dynamodb:eu-west-1:111122223333:table/orders/stream/2026-11-01T00:00:00.000"],
      }),
    start: z
      .union([
        z.enum(["TRIM_HORIZON", "LATEST"]),
        z.strictObject({
          time: z.iso.datetime({ offset: true }).meta({
            description: "Changes of that minute or later, for streams tell time no finer everywhere.",
            examples: ["2026-11-01T00:00:00Z"],
          }),
        }),
      ])
      .default("TRIM_HORIZON")
      .meta({
        description:
          "Where a stream begins that was never read: at the oldest change (24 hours are kept), with the minute of the first connection (`LATEST`), or at a time.",
        examples: ["LATEST"],
      }),
    ...awsPlaceShape("stream"),
    pollIntervalMs: pollIntervalSchema,
    record: z
      .enum(["value", "envelope", "event"])
      .default("value")
      .meta({
        description:
          "What becomes the record: the change as plain JSON, with `eventName`, `Keys`, `NewImage` and `OldImage` without the types of DynamoDB and numbers digit for digit; an envelope: one JSON object with that as `value` and beside it what the stream says of it; or the event that AWS Lambda would hand to a function, one element of `Records`.",
        examples: ["envelope"],
      }),
  })
  .refine(({ table, streamArn }) => (table === undefined) !== (streamArn === undefined), {
    error: "expected either table or streamArn",
  })
  .meta({ examples: [{ table: "orders", region: "eu-west-1" }] });

export type TableStreamOptions = z.output<typeof tableStreamOptions>;

export function upstreamOf({ table, streamArn, endpoint, region }: TableStreamOptions): string {
  return streamArn ?? `stream of the table ${table} at ${endpoint ?? region ?? "the region of the AWS chain"}`;
}
