import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { toUpstreamMessage } from "./sqs-message.ts";
import { regionOf, sqsOptionsSchema } from "./sqs-options.ts";

const QUEUE = "https://sqs.eu-west-1.amazonaws.com/111122223333/events";

const NOTIFICATION = JSON.stringify({
  Type: "Notification",
  MessageId: "of-sns",
  TopicArn: "arn:aws:sns:eu-west-1:111122223333:topic",
  Message: '{"event":1}',
  Timestamp: "2026-01-20T08:00:00.000Z",
  MessageAttributes: { type: { Type: "String", Value: "login" }, raw: { Type: "Binary", Value: "/wA=" } },
});

function take(message: object, options: object = {}) {
  const { bytes, id } = toUpstreamMessage(message, QUEUE, sqsOptionsSchema.parse({ queueUrl: QUEUE, ...options }));
  return { text: String(bytes), id };
}

describe("messages of SQS", () => {
  it("are left as they are, notifications of SNS and S3 too", () => {
    assert.deepEqual(take({ MessageId: "one", Body: NOTIFICATION }), { text: NOTIFICATION, id: "one" });
  });

  it("are unwrapped where notifications of SNS are asked for", () => {
    assert.equal(take({ Body: NOTIFICATION }, { unwrapSns: true }).text, '{"event":1}');
    const enveloped = take({ Body: NOTIFICATION }, { unwrapSns: true, record: "envelope" }).text;
    const { value, headers, topicArn } = JSON.parse(enveloped);
    assert.deepEqual(value, { event: 1 });
    assert.deepEqual(headers, { type: "login", raw: { base64: "/wA=" } });
    assert.equal(topicArn, "arn:aws:sns:eu-west-1:111122223333:topic");
  });

  it("that are no notification stay whole where they are asked for", () => {
    for (const Body of ["no JSON", "null", "[]", '{"Type":"Notification"}', '{"Type":"Other","Message":"m"}']) {
      assert.equal(take({ Body }, { unwrapSns: true }).text, Body);
    }
  });

  it("go by the id for de-duplication within queue and group, where one is there", () => {
    const deduplicateBy = "messageDeduplicationId";
    const Attributes = { MessageDeduplicationId: "d", MessageGroupId: "g" };
    const first = take({ MessageId: "1", Attributes }, { deduplicateBy }).id;
    assert.equal(take({ MessageId: "2", Attributes }, { deduplicateBy }).id, first);
    const elsewhere = { ...Attributes, MessageGroupId: "h" };
    assert.notEqual(take({ MessageId: "3", Attributes: elsewhere }, { deduplicateBy }).id, first);
    assert.equal(take({ MessageId: "4" }, { deduplicateBy }).id, "4");
  });
});

describe("options of sqs", () => {
  it("find the region in the queue's address", () => {
    const regions: readonly (readonly [object, string | undefined])[] = [
      [{ queueUrl: QUEUE }, "eu-west-1"],
      [{ queueUrl: QUEUE, region: "us-west-2" }, "us-west-2"],
      [{ queueUrl: "https://us-gov-west-1.queue.amazonaws.com/1/q" }, "us-gov-west-1"],
      [{ queueName: "events", endpoint: "http://127.0.0.1:9324" }, "us-east-1"],
      [{ queueName: "events" }, undefined],
    ];
    for (const [options, region] of regions) assert.equal(regionOf(sqsOptionsSchema.parse(options)), region);
  });

  it("ask for one of queueUrl and queueName", () => {
    for (const options of [
      {},
      { queueUrl: QUEUE, queueName: "events" },
      { queueUrl: QUEUE, queueOwner: "111122223333" },
    ]) {
      assert.equal(sqsOptionsSchema.safeParse(options).success, false, JSON.stringify(options));
    }
  });
});
