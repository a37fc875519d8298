import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { describeSourceConformance } from "../../../test/conformance/source.ts";
import { SqsQueueUnderTest, type SqsQueueUnderTestOptions } from "../../../test/fakes/sqs-queue-under-test.ts";
import { UpstreamWorld } from "../../../test/fakes/upstream-world.ts";
import { systemClock } from "../../std/clock.ts";
import { sqsSource } from "./sqs-source.ts";

const { LAKEHOSE_TEST_ELASTICMQ = "", LAKEHOSE_TEST_MOTO = "" } = process.env;

const PEERS = [
  { peer: "ElasticMQ", address: LAKEHOSE_TEST_ELASTICMQ, variable: "LAKEHOSE_TEST_ELASTICMQ" },
  { peer: "moto", address: LAKEHOSE_TEST_MOTO, variable: "LAKEHOSE_TEST_MOTO" },
];

for (const { peer, address, variable } of PEERS) {
  const skip = address === "" && `${variable} is not set`;
  for (const fifo of [false, true]) {
    const makeUpstream = async () => {
      const queue = await SqsQueueUnderTest.open(address, { fifo });
      return {
        kind: sqsSource,
        options: { ...queue.options, visibilityTimeoutSeconds: 6 },
        missing: { ...queue.options, queueName: "missing" },
        exactlyOnce: true,
        ordered: fifo,
        anyBytes: false,
        put: (texts: readonly string[]) => queue.put(texts),
        unacknowledged: () => queue.unacknowledged(),
        interrupt: async () => {
          queue.proxy.state = "down";
          return async () => {
            queue.proxy.state = "pass";
          };
        },
        cleanUp: () => queue.close(),
      };
    };
    describeSourceConformance(`sqs, ${fifo ? "FIFO" : "standard"} queue of ${peer}`, makeUpstream, { skip });
  }
}

describe("sqs", { skip: LAKEHOSE_TEST_ELASTICMQ === "" && "LAKEHOSE_TEST_ELASTICMQ is not set" }, () => {
  const open = async (t: TestContext, options: object = {}, queueOptions: SqsQueueUnderTestOptions = {}) => {
    const queue = await SqsQueueUnderTest.open(LAKEHOSE_TEST_ELASTICMQ, queueOptions);
    const world = new UpstreamWorld(sqsSource, { ...queue.options, ...options });
    t.after(async () => {
      await world.stop();
      await queue.close();
    });
    return { queue, world };
  };

  it("counts what it does, and its receives of a backlog are full", async (t) => {
    const { queue, world } = await open(t, { receivers: 4, backOffSecondsMax: 10 });
    await queue.put(texts(1_000));
    await world.start();
    await world.untilRecords(1_000);
    await world.until(() => world.status.counters.deletes === 1_000, "deletes");
    const { counters, measures } = world.status;
    assert.equal(counters.messagesReceived, 1_000);
    assert.ok((counters.receiveCalls ?? 0) <= 111, `${counters.receiveCalls} receives`);
    assert.ok((measures.batchEfficiencyPercent ?? 0) >= 90, `${measures.batchEfficiencyPercent} %`);
    assert.equal(counters.deleteFailures ?? 0, 0);
    assert.equal(await queue.unacknowledged(), 0);
  });

  it("keeps messages hidden while the stream has no room", async (t) => {
    const { queue, world } = await open(t, { visibilityTimeoutSeconds: 6, receivers: 2 });
    await queue.put(texts(5));
    world.fate = "no-room";
    await world.start();
    await world.until(() => (world.status.counters.visibilityExtensions ?? 0) >= 20, "extensions", 15_000);
    assert.equal(world.status.counters.messagesReceived, 5, "no message came a second time");
    world.fate = "answered";
    await world.untilRecords(5);
    await world.until(() => world.status.counters.deletes === 5, "deletes");
    assert.equal(world.status.duplicates, 0);
  });

  it("keeps the order of each group with several receivers, and takes each message once", async (t) => {
    const { queue, world } = await open(t, { receivers: 4 }, { fifo: true });
    const groups = ["a", "b", "c"];
    const entries = texts(120).map((MessageBody, index) => ({ MessageBody, MessageGroupId: groups[index % 3] }));
    await queue.putEntries(entries);
    await world.start();
    const records = (await world.untilRecords(120)).map((record) => JSON.parse(record.toString()).index as number);
    for (const group of [0, 1, 2]) {
      const ofGroup = records.filter((index) => index % 3 === group);
      assert.deepEqual(
        ofGroup,
        ofGroup.toSorted((a, b) => a - b),
      );
    }
    assert.equal(new Set(records).size, 120);
  });

  it("tells messages apart by their id for de-duplication where it shall", async (t) => {
    const { queue, world } = await open(t, { deduplicateBy: "messageDeduplicationId" }, { fifo: true });
    await queue.putEntries([{ MessageBody: "one", MessageDeduplicationId: "id-1" }]);
    await world.start();
    await world.untilRecords(1);
    await world.stop();
    const copy = { MessageBody: "one", MessageGroupId: "two", MessageDeduplicationId: "id-2" };
    await queue.putEntries([copy]);
    await world.start();
    assert.equal((await world.untilRecords(2)).length, 2, "another id is another message");
  });

  it("puts attributes into the envelope", async (t) => {
    const { queue, world } = await open(t, { record: "envelope" });
    const MessageAttributes = {
      type: { DataType: "String", StringValue: "login" },
      shard: { DataType: "Number", StringValue: "7" },
      raw: { DataType: "Binary", BinaryValue: Buffer.from([0xff, 0x00]) },
    };
    await queue.putEntries([{ MessageBody: '{"a": 1.50}', MessageAttributes }]);
    await world.start();
    const [record] = await world.untilRecords(1);
    const text = String(record);
    assert.ok(text.startsWith('{"value":{"a": 1.50},'), text);
    const { headers, messageId, approximateReceiveCount, sentTimestamp, queue: address } = JSON.parse(text);
    assert.deepEqual(headers, { type: "login", shard: "7", raw: { base64: "/wA=" } });
    assert.deepEqual([typeof messageId, approximateReceiveCount, address], ["string", 1, queue.url]);
    assert.ok(Math.abs(sentTimestamp - Date.now()) < 60_000);
  });

  it("says what it waits for in words that name the queue", async (t) => {
    const { world } = await open(t, { queueName: "nowhere" });
    await world.start();
    await world.until(() => world.status.state === "waiting", "waiting");
    assert.equal(world.status.failure?.code, "queue-not-found");
    assert.match(world.status.failure?.message ?? "", /queue nowhere at http.*create the queue/);
  });

  it("recovers when answers are lost on the way, and stores nothing twice", async (t) => {
    const { queue, world } = await open(t, { receivers: 3, visibilityTimeoutSeconds: 6 });
    await queue.put(texts(100));
    queue.proxy.state = "swallow";
    await world.start();
    await systemClock.sleep(2_000);
    queue.proxy.state = "pass";
    const records = await world.untilRecords(100, 45_000);
    await world.until(() => (world.status.counters.deletes ?? 0) > 0, "deletes");
    assert.equal(new Set(records.map(String)).size, 100);
    assert.equal(records.length, 100);
  });
});

function texts(count: number): string[] {
  return Array.from({ length: count }, (_, index) => JSON.stringify({ index }));
}
