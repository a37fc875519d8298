import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { describe, it, type TestContext } from "node:test";
import { inspect } from "node:util";
import {
  Admin,
  type BaseOptions,
  Consumer,
  Producer,
  stringDeserializers,
  stringSerializers,
} from "@platformatic/kafka";

const { LAKEHOSE_TEST_KAFKA, LAKEHOSE_TEST_KAFKA_TLS, LAKEHOSE_TEST_KAFKA_CA } = process.env;
const { LAKEHOSE_TEST_KAFKA_USER: username = "", LAKEHOSE_TEST_KAFKA_PASSWORD: password = "" } = process.env;

const RECORD_BYTES_MAX = 10 * 1024 * 1024;

describe("kafka", { skip: !LAKEHOSE_TEST_KAFKA && "LAKEHOSE_TEST_KAFKA is not set" }, () => {
  it("a group reads the records of a topic with their headers", async (t) => {
    assert.deepEqual(await roundTrip(t, "peer-plain", plain(), "one"), ["one", "web"]);
  });

  it("takes a record of 10 MiB", async (t) => {
    const value = "x".repeat(RECORD_BYTES_MAX);
    assert.deepEqual(await roundTrip(t, "peer-large", plain(), value), [value, "web"]);
  });

  for (const mechanism of ["PLAIN", "SCRAM-SHA-512"] as const) {
    it(`lets a user in by ${mechanism} over TLS, and nobody else`, async (t) => {
      const bootstrapBrokers = [LAKEHOSE_TEST_KAFKA_TLS ?? ""];
      const tls = { ca: await readFile(LAKEHOSE_TEST_KAFKA_CA ?? "") };
      const options = { clientId: "peer", bootstrapBrokers, tls, sasl: { mechanism, username, password } };
      assert.deepEqual(await roundTrip(t, `peer-${mechanism}`, options, "one"), ["one", "web"]);
      const stranger = new Admin({ ...options, retries: 0, sasl: { mechanism, username, password: "wrong" } });
      t.after(() => stranger.close());
      await assert.rejects(stranger.listTopics(), (error) =>
        /Authentication failed/.test(inspect(error, { depth: 9 })),
      );
    });
  }

  it("does not make a topic that is missing", async (t) => {
    const admin = new Admin({ ...plain(), retries: 0 });
    t.after(() => admin.close());
    await assert.rejects(admin.metadata({ topics: ["peer-missing"] }), /Unknown topic/);
  });
});

function plain(): BaseOptions {
  return { clientId: "peer", bootstrapBrokers: [LAKEHOSE_TEST_KAFKA ?? ""] };
}

/** What a group reads from a new topic: value and one header of the first record. */
async function roundTrip(t: TestContext, name: string, options: BaseOptions, value: string) {
  const topic = `${name}-${randomUUID()}`;
  const admin = new Admin(options);
  const producer = new Producer({ ...options, serializers: stringSerializers });
  const consumer = new Consumer({ ...options, groupId: topic, deserializers: stringDeserializers });
  t.after(() => Promise.all([admin.close(), producer.close(), consumer.close(true)]));
  await admin.createTopics({ topics: [topic], partitions: 2, replicas: 1 });
  await producer.send({ messages: [{ topic, key: "key", value, headers: { source: "web" } }] });
  const stream = await consumer.consume({ topics: [topic], mode: "earliest" });
  for await (const record of stream) return [record.value, record.headers.get("source")];
  return [];
}
