import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { type QueueType, RabbitMqQueue } from "../../../test/fakes/rabbitmq-queue.ts";
import { UpstreamWorld } from "../../../test/fakes/upstream-world.ts";
import { systemClock } from "../../std/clock.ts";
import { rabbitMqSource } from "./rabbitmq-source.ts";

const ADDRESS = process.env.LAKEHOSE_TEST_RABBITMQ ?? "";
const skip = ADDRESS === "" && "LAKEHOSE_TEST_RABBITMQ is not set";

describe("rabbitmq: what a message is known by", { skip }, () => {
  it("stores a message that was published twice once, by its id", async (t) => {
    const { queue, world } = await open(t);
    await queue.put(["one", "one"], { messageId: "1" });
    await queue.put(["two"], { messageId: "2" });
    await world.start();
    assert.deepEqual(await textsOf(world, 2), ["one", "two"]);
    await world.until(() => world.status.duplicates === 1, "a repetition");
  });

  it("takes the id from a header, as text or number, and knows nothing of empty ones", async (t) => {
    const { queue, world } = await open(t, "classic", { deduplicateBy: { header: "event" } });
    for (const event of ["7", 7, 7.5]) await queue.put([`event ${event}`], { messageId: "same", headers: { event } });
    for (const headers of [{}, { event: "" }, { event: { a: 1 } }]) await queue.put(["none"], { headers });
    await world.start();
    assert.deepEqual(await textsOf(world, 5), ["event 7", "event 7.5", "none", "none", "none"]);
  });

  it("stores what comes again as often as it comes where ids are to be ignored", async (t) => {
    const { queue, world } = await open(t, "classic", { deduplicateBy: "nothing" });
    await queue.put(["one", "one"], { messageId: "1" });
    await world.start();
    assert.deepEqual(await textsOf(world, 2), ["one", "one"]);
  });

  it("tells the same id in two queues apart", async (t) => {
    const { queue, world } = await open(t);
    const other = await RabbitMqQueue.open(ADDRESS);
    t.after(() => other.close());
    await queue.put(["here"], { messageId: "1" });
    await world.start();
    await world.untilRecords(1);
    await world.stop();
    await other.put(["there"], { messageId: "1" });
    world.options = { ...queue.options, queue: other.name };
    await world.start();
    assert.deepEqual(await textsOf(world, 2), ["here", "there"]);
  });

  it("puts headers and properties beside the message where an envelope is wanted", async (t) => {
    const { queue, world } = await open(t, "quorum", { record: "envelope" });
    const headers = {
      kind: "order",
      tries: 2,
      paid: true,
      when: { "!": "timestamp", value: 1_579_507_200 },
      price: { "!": "decimal", value: { places: 2, digits: 1999 } },
      raw: Buffer.from([0xff]),
      list: ["a", { b: 1 }],
    };
    await queue.put(['{"id":12345678901234567890}'], { messageId: "m", contentType: "application/json", headers });
    await world.start();
    const [text = ""] = await textsOf(world, 1);
    assert.match(text, /^\{"value":\{"id":12345678901234567890\},/);
    const { value: _, deliveryMode, headers: got, ...rest } = JSON.parse(text);
    assert.deepEqual(rest, {
      queue: queue.name,
      exchange: "",
      routingKey: queue.name,
      contentType: "application/json",
      messageId: "m",
    });
    assert.equal(deliveryMode, 2);
    const { "x-delivery-count": __, ...own } = got;
    assert.deepEqual(own, { ...headers, when: 1_579_507_200, price: 19.99, raw: { base64: "/w==" } });
  });

  it("says so when a stream is read as if it were a queue", async (t) => {
    const { queue, world } = await open(t, "stream", { type: "queue" });
    await world.start();
    await world.until(() => world.status.state === "reading", "reading");
    await queue.put(["one"]);
    await world.until(() => world.status.warning !== undefined, "a warning");
    assert.equal(world.status.warning?.code, "queue-is-a-stream");
  });
});

describe("rabbitmq: where a stream is read from", { skip }, () => {
  it("begins at an offset, a time, or what comes next", async (t) => {
    const { queue } = await open(t, "stream");
    await queue.put(["0", "1", "2", "3"]);
    const worldFrom = async (start: unknown) => {
      const world = new UpstreamWorld(rabbitMqSource, { ...queue.options, start });
      t.after(() => world.stop());
      await world.start();
      await world.until(() => world.status.state === "reading", "reading");
      return world;
    };
    const next = await worldFrom("next");
    const future = await worldFrom({ timestamp: new Date(Date.now() + 3_600_000).toISOString() });
    assert.deepEqual(await textsOf(await worldFrom({ offset: 2 }), 2), ["2", "3"]);
    assert.deepEqual(await textsOf(await worldFrom({ timestamp: "2026-01-20T08:00:00+01:00" }), 4), [
      "0",
      "1",
      "2",
      "3",
    ]);
    await queue.put(["4"]);
    assert.deepEqual(await textsOf(next, 1), ["4"]);
    assert.deepEqual(await textsOf(future, 1), ["4"], "a time that is not there yet is what comes next");
  });

  it("takes a stream that was made anew under the same name for what it is", { timeout: 60_000 }, async (t) => {
    const clock = { ...systemClock, sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms / 20, signal) };
    const { queue, world } = await open(t, "stream", {}, clock);
    await queue.put(["0", "1", "2"]);
    await world.start();
    await world.untilRecords(3);
    await world.stop();
    await queue.channel.deleteQueue(queue.name);
    await queue.channel.assertQueue(queue.name, { durable: true, arguments: { "x-queue-type": "stream" } });
    await queue.put(["another"]);
    await world.start();
    await world.until(() => world.status.failure?.code === "stream-too-short", "the failure");
    assert.match(world.status.failure?.message ?? "", /reach to offset 2, which is stored/);
  });

  it("warns of messages that retention has removed before they were read", async (t) => {
    const small = { "x-max-length-bytes": 2_000, "x-stream-max-segment-size-bytes": 1_000 };
    const { queue, world } = await open(t, "stream", {}, systemClock, small);
    await queue.put(["first"]);
    await world.start();
    await world.untilRecords(1);
    await world.stop();
    for (let index = 0; index < 20; index++) await queue.put(["x".repeat(900)]);
    await world.start();
    await world.until(() => world.status.warning !== undefined, "a warning");
    assert.match(world.status.warning?.message ?? "", /^Up to \d+ messages of .* from offset 1 on, were removed/);
  });
});

async function textsOf(world: UpstreamWorld, count: number): Promise<string[]> {
  return (await world.untilRecords(count)).map(String);
}

async function open(
  t: TestContext,
  type: QueueType = "classic",
  options: object = {},
  clock = systemClock,
  queueArguments: object = {},
) {
  const queue = await RabbitMqQueue.open(ADDRESS, type, queueArguments);
  const world = new UpstreamWorld(rabbitMqSource, { ...queue.options, ...options }, { clock });
  t.after(async () => {
    await world.stop();
    await queue.close();
  });
  return { queue, world };
}
