import type { Message, MessageAttributeValue } from "@aws-sdk/client-sqs";
import { z } from "zod";
import type { JsonObject } from "../../std/json.ts";
import { type EnvelopeAttributes, envelope } from "../envelope.ts";
import type { UpstreamMessage } from "../inlet.ts";
import type { SqsOptions } from "./sqs-options.ts";

/** What SNS puts into a queue that is subscribed without raw message delivery (SNS developer guide, HTTP/HTTPS notification JSON). */
const notificationSchema = z.object({
  Type: z.literal("Notification"),
  Message: z.string(),
  TopicArn: z.string().optional(),
  Subject: z.string().nullish(),
  MessageAttributes: z.record(z.string(), z.object({ Type: z.string(), Value: z.string() })).optional(),
});

interface Content {
  readonly body: string;
  readonly headers: EnvelopeAttributes;
  readonly attributes: EnvelopeAttributes;
}

/** One received message as the inlet takes it. `queue` is its address. */
export function toUpstreamMessage(message: Message, queue: string, options: SqsOptions): UpstreamMessage {
  const id = idOf(message, queue, options.deduplicateBy);
  return { bytes: recordOf(message, queue, options), ...(id && { id }) };
}

function recordOf(message: Message, queue: string, { record, unwrapSns }: SqsOptions): Buffer {
  if (record === "event") return Buffer.from(JSON.stringify(sqsEvent(message, queue)));
  const { body, headers, attributes } = contentOf(message, unwrapSns);
  const bytes = Buffer.from(body);
  if (record === "value") return bytes;
  return envelope(bytes, { headers, queue, messageId: message.MessageId, ...systemAttributes(message), ...attributes });
}

/** The element of `Records` that AWS Lambda hands to functions (Lambda developer guide, SQS event). */
function sqsEvent(message: Message, queue: string): JsonObject {
  const { host, pathname } = new URL(queue);
  const [account = "", name = ""] = pathname.split("/").slice(-2);
  const region = /^sqs\.([\w-]+)\.amazonaws/.exec(host)?.[1] ?? "us-east-1";
  const attributes = Object.entries(message.MessageAttributes ?? {}).map(([key, value]) => [
    key,
    eventAttribute(value),
  ]);
  return {
    messageId: message.MessageId ?? "",
    receiptHandle: message.ReceiptHandle ?? "",
    body: message.Body ?? "",
    attributes: { ...message.Attributes },
    messageAttributes: Object.fromEntries(attributes),
    md5OfBody: message.MD5OfBody ?? "",
    eventSource: "aws:sqs",
    eventSourceARN: `arn:aws:sqs:${region}:${account}:${name}`,
    awsRegion: region,
  };
}

function eventAttribute({ DataType = "String", StringValue, BinaryValue }: MessageAttributeValue): JsonObject {
  return {
    dataType: DataType,
    stringListValues: [],
    binaryListValues: [],
    ...(StringValue !== undefined && { stringValue: StringValue }),
    ...(BinaryValue !== undefined && { binaryValue: Buffer.from(BinaryValue).toString("base64") }),
  };
}

/** Ids of messages are unique everywhere; those for de-duplication are so within their queue and group. */
function idOf(
  { MessageId, Attributes: { MessageDeduplicationId, MessageGroupId } = {} }: Message,
  queue: string,
  deduplicateBy: SqsOptions["deduplicateBy"],
): string | undefined {
  if (deduplicateBy === "messageId" || MessageDeduplicationId === undefined) return MessageId;
  return JSON.stringify([queue, MessageGroupId, MessageDeduplicationId]);
}

function contentOf({ Body = "", MessageAttributes = {} }: Message, unwrapSns: boolean): Content {
  const notification = unwrapSns ? readNotification(Body) : undefined;
  if (notification === undefined) {
    const entries = Object.entries(MessageAttributes).map(([name, value]) => [name, headerValue(value)]);
    return { body: Body, headers: Object.fromEntries(entries), attributes: {} };
  }
  const entries = Object.entries(notification.MessageAttributes ?? {}).map(([name, { Type, Value }]) => [
    name,
    Type === "Binary" ? Buffer.from(Value, "base64") : Value,
  ]);
  return {
    body: notification.Message,
    headers: Object.fromEntries(entries),
    attributes: { topicArn: notification.TopicArn, subject: notification.Subject ?? undefined },
  };
}

/** Anything else in the queue is left as it is. */
function readNotification(body: string): z.output<typeof notificationSchema> | undefined {
  try {
    return notificationSchema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}

/** Numbers stay text: SQS takes 38 digits, more than JSON's readers keep. */
function headerValue({ StringValue, BinaryValue }: MessageAttributeValue): string | Uint8Array | undefined {
  return StringValue ?? BinaryValue;
}

function systemAttributes({ Attributes = {} }: Message): EnvelopeAttributes {
  const { SentTimestamp, ApproximateReceiveCount, SenderId } = Attributes;
  const { MessageGroupId, MessageDeduplicationId, SequenceNumber } = Attributes;
  return {
    sentTimestamp: SentTimestamp === undefined ? undefined : Number(SentTimestamp),
    approximateReceiveCount: ApproximateReceiveCount === undefined ? undefined : Number(ApproximateReceiveCount),
    senderId: SenderId,
    messageGroupId: MessageGroupId,
    messageDeduplicationId: MessageDeduplicationId,
    sequenceNumber: SequenceNumber,
  };
}
