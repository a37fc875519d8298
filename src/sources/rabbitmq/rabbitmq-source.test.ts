import assert from "node:assert/strict";
import { type AddressInfo, createServer } from "node:net";
import { describe, it, type TestContext, test } from "node:test";
import { describeSourceConformance } from "../../../test/conformance/source.ts";
import { RabbitMqQueue } from "../../../test/fakes/rabbitmq-queue.ts";
import { UpstreamWorld } from "../../../test/fakes/upstream-world.ts";
import { RECORD_BYTES_CEILING } from "../../model/limits.ts";
import { systemClock } from "../../std/clock.ts";
import { rabbitMqSource } from "./rabbitmq-source.ts";

const ADDRESS = process.env.LAKEHOSE_TEST_RABBITMQ ?? "";
const skip = ADDRESS === "" && "LAKEHOSE_TEST_RABBITMQ is not set";

for (const type of ["classic", "quorum", "stream"] as const) {
  const makeUpstream = async () => {
    const queue = await RabbitMqQueue.open(ADDRESS, type);
    return {
      kind: rabbitMqSource,
      options: queue.options,
      missing: { ...queue.options, queue: `missing-${queue.name}` },
      exactlyOnce: true,
      put: (texts: readonly string[]) => queue.put(texts),
      interrupt: async () => {
        queue.proxy.state = "down";
        return async () => {
          queue.proxy.state = "pass";
        };
      },
      cleanUp: () => queue.close(),
    };
  };
  describeSourceConformance(`rabbitmq, ${type}`, makeUpstream, { skip });
}

test("rabbitmq: a reader ends soon when it is stopped, though the broker says nothing any more", async (t) => {
  const frame = (method: readonly number[]) => Buffer.from([1, 0, 0, 0, 0, 0, method.length, ...method, 0xce]);
  const plain = [0, 0, 0, 5, ...Buffer.from("PLAIN")];
  const start = [0, 10, 0, 10, 0, 9, 0, 0, 0, 0, ...plain, 0, 0, 0, 5, ...Buffer.from("en_US")];
  const tune = [0, 10, 0, 30, 0, 0, 0, 2, 0, 0, 0, 0];
  const openOk = [0, 10, 0, 41, 0];
  const opened = Promise.withResolvers<void>();
  const server = createServer((socket) => {
    const answers = [start, tune, openOk];
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => {
      // Tune-ok and open may come in one read or in two.
      const asksToOpen = bytes.includes(Buffer.from([0, 10, 0, 40]));
      if (answers.length === 1 && !asksToOpen) return;
      const answer = answers.shift();
      if (answer === undefined) return;
      socket.write(frame(answer));
      if (answer === openOk) opened.resolve();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const options = { url: `amqp://127.0.0.1:${port}`, queue: "orders" };
  const world = new UpstreamWorld(rabbitMqSource, options);
  await world.start();
  await opened.promise;
  await systemClock.sleep(50);
  const ended = await Promise.race([world.stop().then(() => true), systemClock.sleep(6_000).then(() => false)]);
  assert.ok(ended, "still reading after 6 s");
});

describe("rabbitmq: what a reader owes the queue", { skip }, () => {
  it("leaves a queue empty after a stop, and full after a kill", async (t) => {
    const { queue, world } = await open(t);
    await queue.put(["one", "two"]);
    world.fate = "killed-before";
    await world.start();
    await world.until(() => world.appends > 0, "an append");
    await world.kill();
    await untilReady(queue, 2);
    world.fate = "answered";
    await world.start();
    await world.untilRecords(2);
    assert.equal(world.status.counters.redeliveries, 2);
    await world.stop();
    await systemClock.sleep(100);
    assert.equal(await queue.ready(), 0);
  });

  it("rejects a message that is too large for a record, and goes on", { timeout: 120_000 }, async (t) => {
    const dead = await RabbitMqQueue.open(ADDRESS);
    t.after(() => dead.close());
    const toDead = { "x-dead-letter-exchange": "", "x-dead-letter-routing-key": dead.name };
    const { queue, world } = await open(t, {}, toDead);
    await queue.put(["before", Buffer.alloc(RECORD_BYTES_CEILING + 1, 0x61), "behind"]);
    await world.start();
    assert.deepEqual((await world.untilRecords(2, 60_000)).map(String), ["before", "behind"]);
    await untilReady(dead, 1);
    assert.match(world.status.warning?.message ?? "", /67108865 bytes, the most is 67108864.*dead-letter/);
    assert.equal(world.status.counters.messagesRejected, 1);
  });

  it("waits for a queue that is deleted under it, and reads it when it is there again", async (t) => {
    const { queue, world } = await open(t);
    await world.start();
    await world.until(() => world.status.state === "reading", "reading");
    await queue.channel.deleteQueue(queue.name);
    await world.until(() => world.status.state === "waiting", "waiting");
    assert.match(world.status.failure?.message ?? "", /the queue was deleted|no queue/);
    await queue.channel.assertQueue(queue.name, { durable: true });
    await queue.put(["again"]);
    await world.untilRecords(1);
  });

  it("makes the queue where it is told to", async (t) => {
    const { queue, world } = await open(t, { declare: "quorum" });
    await queue.channel.deleteQueue(queue.name);
    await world.start();
    await world.until(() => world.status.state === "reading", "reading");
    await queue.put(["one"]);
    await world.untilRecords(1);
    assert.ok(await queue.channel.assertQueue(queue.name, { arguments: { "x-queue-type": "quorum" } }));
  });

  it("is the only reader where it is exclusive, and tells the other one why it waits", async (t) => {
    const { queue, world } = await open(t, { exclusive: true, consumerTag: "lake", priority: 5 });
    await world.start();
    await world.until(() => world.status.state === "reading", "reading");
    const other = new UpstreamWorld(rabbitMqSource, queue.options);
    t.after(() => other.stop());
    await other.start();
    await other.until(() => other.status.state === "waiting", "waiting");
    assert.match(other.status.failure?.message ?? "", /another reader of the queue is exclusive/);
    await world.stop();
    await queue.put(["for the other"]);
    await other.untilRecords(1);
  });

  it("says how many messages wait", async (t) => {
    const { queue, world } = await open(t, { prefetch: 1 });
    world.fate = "no-room";
    await queue.put(["one", "two", "three"]);
    await world.start();
    await world.until(() => world.status.measures.messagesReady !== undefined, "a measure");
    assert.equal(world.status.measures.messagesReady, 2);
  });
});

async function untilReady(queue: RabbitMqQueue, count: number): Promise<void> {
  while ((await queue.ready()) !== count) await systemClock.sleep(20);
}

async function open(t: TestContext, options: object = {}, queueArguments: object = {}) {
  const queue = await RabbitMqQueue.open(ADDRESS, "classic", queueArguments);
  const world = new UpstreamWorld(rabbitMqSource, { ...queue.options, ...options });
  t.after(async () => {
    await world.stop();
    await queue.close();
  });
  return { queue, world };
}
