import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, it } from "node:test";
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";

const { LAKEHOSE_TEST_ELASTICMQ } = process.env;

describe("elasticmq", { skip: !LAKEHOSE_TEST_ELASTICMQ && "LAKEHOSE_TEST_ELASTICMQ is not set" }, () => {
  it("gives messages in batches and forgets those that are deleted", async (t) => {
    const sqs = new SQSClient({
      endpoint: LAKEHOSE_TEST_ELASTICMQ ?? "",
      region: "us-east-1",
      credentials: { accessKeyId: "any", secretAccessKey: "any" },
    });
    t.after(() => sqs.destroy());
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: `peer-${randomUUID()}` }));
    assert.ok(QueueUrl?.startsWith(`${LAKEHOSE_TEST_ELASTICMQ}/`), QueueUrl);
    const Entries = ["one", "two", "three"].map((MessageBody, at) => ({ Id: String(at), MessageBody }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));

    const longPoll = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 5 });
    const { Messages = [] } = await sqs.send(longPoll);
    assert.deepEqual(Messages.map((one) => one.Body).sort(), ["one", "three", "two"]);
    const receipts = Messages.slice(0, 2).map((one, at) => ({ Id: String(at), ReceiptHandle: one.ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: receipts }));
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
    assert.equal(Attributes?.ApproximateNumberOfMessagesNotVisible, "1");
  });
});
