import type { Message, MessageAttributeValue } from "@aws-sdk/client-sqs";
import { z } from "zod";
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
  const { body, headers, attributes } = contentOf(message, options.unwrapSns);
  const bytes = Buffer.from(body);
  const own = { queue, messageId: message.MessageId, ...systemAttributes(message), ...attributes };
  const id = idOf(message, queue, options.deduplicateBy);
  return { bytes: options.record === "envelope" ? envelope(bytes, { headers, ...own }) : bytes, ...(id && { id }) };
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
