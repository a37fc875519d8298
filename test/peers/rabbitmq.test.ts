import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { describe, it, type TestContext } from "node:test";
import { connect } from "amqplib";

const { LAKEHOSE_TEST_RABBITMQ, LAKEHOSE_TEST_RABBITMQ_TLS, LAKEHOSE_TEST_RABBITMQ_CA } = process.env;

const QUEUES = {
  classic: {},
  quorum: { "x-queue-type": "quorum" },
  stream: { "x-queue-type": "stream" },
};

describe("rabbitmq", { skip: !LAKEHOSE_TEST_RABBITMQ && "LAKEHOSE_TEST_RABBITMQ is not set" }, () => {
  for (const [kind, queueArguments] of Object.entries(QUEUES)) {
    it(`a queue of the kind ${kind} gives what was confirmed`, async (t) => {
      const channel = await openChannel(t, LAKEHOSE_TEST_RABBITMQ);
      const name = `peer-${kind}-${randomUUID()}`;
      const { queue } = await channel.assertQueue(name, { durable: true, arguments: queueArguments });
      channel.sendToQueue(queue, Buffer.from("one"), { persistent: true });
      await channel.waitForConfirms();
      await channel.prefetch(10);
      const body = await new Promise((resolve) => {
        const offset = kind === "stream" ? { arguments: { "x-stream-offset": "first" } } : {};
        channel.consume(queue, (message) => resolve(message?.content.toString()), offset);
      });
      assert.equal(body, "one");
    });
  }

  it("speaks TLS with a certificate of its authority", async (t) => {
    const ca = [await readFile(LAKEHOSE_TEST_RABBITMQ_CA ?? "")];
    const channel = await openChannel(t, LAKEHOSE_TEST_RABBITMQ_TLS, { ca });
    assert.ok((await channel.assertQueue("", { exclusive: true })).queue);
    await assert.rejects(connect(LAKEHOSE_TEST_RABBITMQ_TLS ?? ""), /self-signed|unable to verify/);
  });
});

async function openChannel(t: TestContext, address = "", socketOptions: { ca?: Buffer[] } = {}) {
  const connection = await connect(address, socketOptions);
  t.after(() => connection.close());
  return connection.createConfirmChannel();
}
