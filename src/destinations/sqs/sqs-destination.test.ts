import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { DeleteMessageBatchCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import {
  attemptAt,
  makeRecordParcel,
  type RecordDestinationUnderTest,
  recordDestinationConformance,
} from "../../../test/conformance/record-destination.ts";
import { type AwsFaultProxy, type BatchWire, startAwsFaultProxy } from "../../../test/fakes/aws-fault-proxy.ts";
import { destinationDependencies } from "../../../test/fakes/destination-dependencies.ts";
import { startScriptedHttpServer } from "../../../test/fakes/scripted-http-server.ts";
import { SqsQueueUnderTest } from "../../../test/fakes/sqs-queue-under-test.ts";
import { afterwards } from "../../../test/journeys/cleanup.ts";
import type { JsonObject } from "../../std/json.ts";
import { sqsDestinationType } from "./sqs-destination.ts";

const { LAKEHOSE_TEST_ELASTICMQ: server } = process.env;
const skip = server === undefined && "LAKEHOSE_TEST_ELASTICMQ is not set";
const credentials = { accessKeyId: "any", secretAccessKey: "any" };

interface Entry {
  readonly Id: string;
}

const SEND_BATCH: BatchWire = {
  target: /SendMessageBatch$/,
  half: (request) => ({ ...request, Entries: (request.Entries as Entry[]).filter((_, index) => index % 2 === 0) }),
  whole: (request, answer) => ({
    ...answer,
    Failed: (request.Entries as Entry[])
      .filter((_, index) => index % 2 === 1)
      .map(({ Id }) => ({ Id, SenderFault: false, Code: "InternalError", Message: "try again" })),
  }),
};

for (const fifo of server === undefined ? [] : [false, true]) {
  recordDestinationConformance(`sqs, ${fifo ? "FIFO" : "standard"}`, async (): Promise<RecordDestinationUnderTest> => {
    const queue = await SqsQueueUnderTest.open(server ?? "", { fifo });
    const proxy = await startAwsFaultProxy(server ?? "", SEND_BATCH);
    const open = () => create(optionsOf(queue, proxy));
    const seen: string[] = [];
    return {
      destination: open(),
      // Within five minutes, which a test is.
      guarantee: fifo ? "exactly-once" : sqsDestinationType.guarantee,
      successor: open,
      faults: ["before", "after", "hang", "partial"],
      fail: (fault) => {
        proxy.fault = fault;
      },
      visible: async () => {
        seen.push(...(await receiveAll(queue)).map(({ Body = "" }) => Body));
        return seen;
      },
      poison: "a bell \u0007 is no text of XML",
      isOrdered: fifo,
      close: async () => {
        await Promise.all([queue.close(), proxy.close()]);
      },
    };
  });
}

describe("sqs destination", { skip }, () => {
  it("groups messages of a FIFO queue by what the record says, each with its identity", async (t) => {
    const { queue, proxy } = await openQueue(t, true);
    const destination = create({
      ...optionsOf(queue, proxy),
      groupId: { field: "customer" },
      attributes: { origin: "lakehose", from: { from: "stream" }, at: { from: "offset" } },
    });
    const texts = [{ customer: "ada" }, { customer: "Ada Lovelace" }, {}].map((one) => JSON.stringify(one));
    const parcel = await makeRecordParcel(texts, { firstOffset: 40 });
    await destination.deliver(parcel, attemptAt(parcel));
    const messages = await receiveAll(queue);
    const told = messages.map(({ Attributes = {} }) => [Attributes.MessageGroupId, Attributes.MessageDeduplicationId]);
    const uid = "0123456789abcdef0123456789abcdef";
    assert.deepEqual(told.map(([group = ""]) => (group.length === 64 ? "hashed" : group)).sort(), [
      "ada",
      "hashed",
      "orders",
    ]);
    assert.deepEqual(told.map(([, id]) => id).sort(), [`${uid}-40-0`, `${uid}-41-0`, `${uid}-42-0`]);
    const [{ MessageAttributes = {} } = {}] = messages.filter(({ Body }) => Body === texts[0]);
    const attributes = Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue]);
    assert.deepEqual(Object.fromEntries(attributes), { origin: "lakehose", from: "orders", at: "40" });
  });

  it("sends ten messages at a time, and refuses what can be no message", async (t) => {
    const { queue, proxy } = await openQueue(t);
    const parcel = await makeRecordParcel([
      ...Array.from({ length: 12 }, (_, index) => `m${index}`),
      "",
      "y".repeat(2 ** 20 + 1),
    ]);
    const attempt = attemptAt(parcel);
    await create(optionsOf(queue, proxy)).deliver(parcel, attempt);
    assert.deepEqual(proxy.requests.map(({ Entries }) => (Entries as Entry[]).length).sort(), [10, 2]);
    assert.deepEqual(
      [...attempt.progress.refusals].map(([index, { code }]) => [index, code]),
      [
        [12, "SQS.EmptyMessage"],
        [13, "SQS.MessageTooLong"],
      ],
    );
  });

  it("carries records that are no text in base64", async (t) => {
    const { queue, proxy } = await openQueue(t);
    const parcel = await makeRecordParcel(["bell \u0007"]);
    await create({ ...optionsOf(queue, proxy), encoding: "base64" }).deliver(parcel, attemptAt(parcel));
    const [{ Body = "" } = {}] = await receiveAll(queue);
    assert.equal(Buffer.from(Body, "base64").toString(), "bell \u0007");
  });
});

describe("sqs destination before a server that answers as it is told", () => {
  it("settles each message by its own answer: what is the sender's fault is refused, the rest comes again", async (t) => {
    const scripted = await startScriptedHttpServer();
    afterwards(t, () => scripted.close());
    const answer = (body: object) => ({ status: 200, body: JSON.stringify(body) });
    const failed = (Id: string, SenderFault: boolean, Code: string) => ({ Id, SenderFault, Code, Message: "no" });
    scripted.answer(
      answer({
        Successful: [{ Id: "0", MessageId: "m", MD5OfMessageBody: "0cc175b9c0f1b6a831c399e269772661" }],
        Failed: [failed("1", true, "InvalidMessageContents"), failed("2", true, "KmsThrottled")],
      }),
      answer({ Successful: [{ Id: "0", MessageId: "m", MD5OfMessageBody: "4a8a08f09d37b73795649038408b5f33" }] }),
    );
    const parcel = await makeRecordParcel(["a", "b", "c"]);
    const attempt = attemptAt(parcel);
    const options = {
      queueUrl: `${scripted.address}/1/events`,
      endpoint: scripted.address,
      credentials: { ...credentials },
    };
    await create(options).deliver(parcel, attempt);
    assert.deepEqual(
      [...attempt.progress.refusals],
      [[1, { code: "SQS.InvalidMessageContents", message: "no", attempts: 1 }]],
    );
    assert.equal(attempt.progress.unsettled, 0);
    const [, second] = scripted.seen.map(
      ({ body }) => JSON.parse(body.toString()) as { Entries: { MessageBody: string }[] },
    );
    assert.deepEqual(
      second?.Entries.map(({ MessageBody }) => MessageBody),
      ["c"],
    );
  });
});

function optionsOf({ url }: SqsQueueUnderTest, { address }: AwsFaultProxy): JsonObject {
  return { queueUrl: url, endpoint: address, credentials: { ...credentials } };
}

function create(options: JsonObject) {
  return sqsDestinationType.create(options, destinationDependencies());
}

async function openQueue(t: TestContext, fifo = false) {
  const queue = await SqsQueueUnderTest.open(server ?? "", { fifo });
  const proxy = await startAwsFaultProxy(server ?? "", SEND_BATCH);
  afterwards(t, () => Promise.all([queue.close(), proxy.close()]));
  return { queue, proxy };
}

/** Takes all messages out of the queue. */
async function receiveAll({ client, url: QueueUrl }: SqsQueueUnderTest) {
  const found = [];
  for (;;) {
    const names = { MessageSystemAttributeNames: ["All" as const], MessageAttributeNames: ["All"] };
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...names }),
    );
    if (Messages.length === 0) return found;
    found.push(...Messages);
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
}
