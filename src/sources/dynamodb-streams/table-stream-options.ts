import { z } from "zod";
import { awsPlaceShape, pollIntervalSchema, recordSchema } from "../shards/shard-options.ts";

/** All but what becomes the record: triggers have it fixed. */
export const tableStreamShape = {
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
};

/** What of its own a table's stream needs beyond the members: which stream. */
export function namesOneStream({
  table,
  streamArn,
}: {
  readonly table?: unknown;
  readonly streamArn?: unknown;
}): boolean {
  return (table === undefined) !== (streamArn === undefined);
}

export const NAMES_ONE_STREAM = { error: "expected either table or streamArn" };

export const tableStreamOptions = z
  .strictObject({
    ...tableStreamShape,
    record: recordSchema(
      "the change as plain JSON, `eventName`, `Keys`, `NewImage` and `OldImage` without the types of DynamoDB, numbers digit for digit",
    ),
  })
  .refine(namesOneStream, NAMES_ONE_STREAM)
  .meta({ examples: [{ table: "orders", region: "eu-west-1" }] });

export type TableStreamOptions = z.output<typeof tableStreamOptions>;

export function upstreamOf({ table, streamArn, endpoint, region }: TableStreamOptions): string {
  return streamArn ?? `stream of the table ${table} at ${endpoint ?? region ?? "the region of the AWS chain"}`;
}
