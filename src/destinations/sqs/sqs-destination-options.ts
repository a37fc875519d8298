import { z } from "zod";
import { namedAwsPlaceShape } from "../../model/aws-place.ts";
import { recordFactsSchema } from "../record-facts.ts";
import { recordTextSchema } from "../record-text.ts";

/** Longest message group id (API, SendMessageBatchRequestEntry). */
export const GROUP_ID_CHARACTERS_MAX = 128;
/** Most attributes of a message (developer guide, message metadata). */
const ATTRIBUTES_MAX = 10;
/** Longest delay (API, DelaySeconds). */
const DELAY_SECONDS_MAX = 900;

const connectionShape = {
  queueUrl: z.url().meta({
    description: "Address of the queue. One that ends with `.fifo` is a FIFO queue.",
    examples: ["https://sqs.eu-west-1.amazonaws.com/111122223333/events"],
  }),
  ...namedAwsPlaceShape("queue", "http://127.0.0.1:9324"),
};

export const sqsDestinationOptions = z
  .strictObject({
    ...connectionShape,
    groupId: z
      .union([
        recordTextSchema("message group"),
        z
          .strictObject({ constant: z.string().min(1).max(GROUP_ID_CHARACTERS_MAX) })
          .meta({ description: "The same for all records: one group, in order." }),
      ])
      .optional()
      .meta({
        description:
          "FIFO queues: where a record says its message group. Default, and for records that say none: the stream's name. What SQS does not take as one becomes its SHA-256.",
        examples: [{ field: "customer.id" }],
      }),
    attributes: recordFactsSchema(
      "message attributes",
      z.string().regex(/^(?!aws\.|amazon\.|AWS\.|Amazon\.)[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/, {
        error: "expected a name of letters, digits, _, - and single dots that does not begin with AWS. or Amazon.",
      }),
      ATTRIBUTES_MAX,
    ),
    encoding: z
      .enum(["text", "base64"])
      .default("text")
      .meta({
        description:
          "How a record becomes the text of a message. `text`: as it is, and records that are no text go to the error output.",
        examples: ["base64"],
      }),
    delaySeconds: z
      .int()
      .min(0)
      .max(DELAY_SECONDS_MAX)
      .optional()
      .meta({ description: "Standard queues: how long messages are hidden first. Default: as the queue says." }),
  })
  .refine(({ queueUrl, delaySeconds }) => delaySeconds === undefined || !isFifo(queueUrl), {
    path: ["delaySeconds"],
    error: "expected none for a FIFO queue, which delays all its messages alike",
  })
  .refine(({ queueUrl, groupId }) => groupId === undefined || isFifo(queueUrl), {
    path: ["groupId"],
    error: "expected a queue whose address ends with .fifo",
  })
  .meta({ examples: [{ queueUrl: "https://sqs.eu-west-1.amazonaws.com/111122223333/events" }] });

export type SqsDestinationOptions = z.output<typeof sqsDestinationOptions>;

export const sqsConnectionOptions = Object.keys(connectionShape);

export function isFifo(queueUrl: string): boolean {
  return queueUrl.endsWith(".fifo");
}

/** The region that stands in the addresses of AWS's own queues. */
export function regionInAddress(queueUrl: string): string | undefined {
  return /^https:\/\/sqs\.([\w-]+)\.amazonaws\.com/.exec(queueUrl)?.[1];
}
