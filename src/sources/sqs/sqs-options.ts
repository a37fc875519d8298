import { z } from "zod";
import { credentialsSchema } from "../../model/credentials-schema.ts";
import { recordOrEventSchema } from "../envelope.ts";

/** Longest long poll of SQS (API, WaitTimeSeconds): the fewest empty receives. */
const WAIT_SECONDS_MAX = 20;
/** SQS's own bounds (API, VisibilityTimeout); shorter ones leave no time to extend them. */
const VISIBILITY_SECONDS_MIN = 6;
const VISIBILITY_SECONDS_MAX = 43_200;
const VISIBILITY_SECONDS_DEFAULT = 30;
/** Each holds 10 messages of 1 MiB at most. */
const RECEIVERS_MAX = 64;
const RECEIVERS_DEFAULT = 4;

export const sqsOptionsSchema = z
  .strictObject({
    queueUrl: z
      .url()
      .optional()
      .meta({
        description: "Address of the queue.",
        examples: ["https://sqs.eu-west-1.amazonaws.com/111122223333/events"],
      }),
    queueName: z
      .string()
      .regex(/^[\w-]{1,75}(\.fifo)?$/, { error: "expected the name of a queue: at most 80 letters, digits, - and _" })
      .optional()
      .meta({
        description: "In place of `queueUrl`: its name, and SQS is asked for the address.",
        examples: ["events"],
      }),
    queueOwner: z
      .string()
      .regex(/^\d{12}$/, { error: "expected an account id of 12 digits" })
      .optional()
      .meta({
        description: "With `queueName`: account that owns the queue; absent = one's own.",
        examples: ["111122223333"],
      }),
    region: z
      .string()
      .min(1)
      .optional()
      .meta({
        description:
          "AWS region; absent = that of `queueUrl`, else as the AWS chain says; `us-east-1` with an endpoint.",
        examples: ["eu-west-1"],
      }),
    endpoint: z
      .url()
      .optional()
      .meta({ description: "In place of AWS's own.", examples: ["http://127.0.0.1:9324"] }),
    credentials: credentialsSchema("queue"),
    waitSeconds: z
      .int()
      .min(0)
      .max(WAIT_SECONDS_MAX)
      .default(WAIT_SECONDS_MAX)
      .meta({ description: "How long one receive waits at SQS for a message to come." }),
    visibilityTimeoutSeconds: z
      .int()
      .min(VISIBILITY_SECONDS_MIN)
      .max(VISIBILITY_SECONDS_MAX)
      .default(VISIBILITY_SECONDS_DEFAULT)
      .meta({
        description:
          "How long a received message is hidden from other readers, and comes again after a crash. Extended for as long as the stream has no room.",
      }),
    receivers: z
      .int()
      .min(1)
      .max(RECEIVERS_MAX)
      .default(RECEIVERS_DEFAULT)
      .meta({ description: "Receives at the same time while there is a backlog; each may hold 10 messages." }),
    batchEfficiency: z.number().min(0).max(0.99).default(0.9).meta({
      description:
        "Share of the slots of receives that shall be filled: 0.9 = 9 messages in 10 slots. Receives wait for that; 0 = never wait.",
    }),
    backOffSecondsMax: z.number().min(0).max(3_600).default(10).meta({
      description:
        "The most that such waits delay any message. The aim is reached while a batch gathers in about a fifth of it.",
    }),
    deduplicateBy: z.enum(["messageId", "messageDeduplicationId"]).default("messageId").meta({
      description:
        "What tells a message that comes again from another one. `messageDeduplicationId`, of FIFO queues, with the message group: for senders that never use one again. SQS itself forgets it after 5 minutes, and derives it from the content where the queue says so.",
    }),
    unwrapSns: z.boolean().default(false).meta({
      description:
        "Whether notifications of SNS are unwrapped: the record is their `Message`, and their attributes are the headers.",
    }),
    record: recordOrEventSchema,
  })
  .refine(({ queueUrl, queueName }) => (queueUrl === undefined) !== (queueName === undefined), {
    error: "expected either queueUrl or queueName",
  })
  .refine(({ queueName, queueOwner }) => queueOwner === undefined || queueName !== undefined, {
    path: ["queueOwner"],
    error: "expected queueName beside it",
  })
  .meta({ examples: [{ queueUrl: "https://sqs.eu-west-1.amazonaws.com/111122223333/events" }] });

export type SqsOptions = z.output<typeof sqsOptionsSchema>;

/** What is read, for people. */
export function upstreamOf({ queueUrl, queueName, endpoint, region }: SqsOptions): string {
  if (queueUrl !== undefined) return `queue ${queueUrl}`;
  return `queue ${queueName} at ${endpoint ?? region ?? "the region of the AWS chain"}`;
}

/** The region that stands in the addresses of AWS's own queues, of today and of long ago. */
export function regionOf({ region, queueUrl, endpoint }: SqsOptions): string | undefined {
  const [, modern, old] = /^https:\/\/(?:sqs\.([\w-]+)|([\w-]+)\.queue)\.amazonaws\.com/.exec(queueUrl ?? "") ?? [];
  return region ?? modern ?? old ?? (endpoint === undefined ? undefined : "us-east-1");
}
