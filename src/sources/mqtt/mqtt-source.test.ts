import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it, type TestContext } from "node:test";
import { connectAsync } from "mqtt";
import { describeSourceConformance } from "../../../test/conformance/source.ts";
import { MqttTopic } from "../../../test/fakes/mqtt-topic.ts";
import { UpstreamWorld } from "../../../test/fakes/upstream-world.ts";
import { RECORD_BYTES_CEILING } from "../../model/limits.ts";
import { systemClock } from "../../std/clock.ts";
import { mqttSource } from "./mqtt-source.ts";

const { LAKEHOSE_TEST_MOSQUITTO = "", LAKEHOSE_TEST_MOSQUITTO_TLS = "", LAKEHOSE_TEST_MOSQUITTO_CA = "" } = process.env;
const skip = LAKEHOSE_TEST_MOSQUITTO === "" && "LAKEHOSE_TEST_MOSQUITTO is not set";

for (const [version, deduplicateBy] of [
  [4, "nothing"],
  [5, { userProperty: "id" }],
] as const) {
  const makeUpstream = async () => {
    const topic = await MqttTopic.open(LAKEHOSE_TEST_MOSQUITTO);
    await topic.openSession(version);
    const options = { ...topic.options, version, deduplicateBy };
    return {
      kind: mqttSource,
      options,
      missing: { ...options, password: "wrong" },
      exactlyOnce: deduplicateBy !== "nothing",
      put: (texts: readonly string[]) => topic.put(texts),
      interrupt: async () => {
        topic.proxy.state = "down";
        return async () => {
          topic.proxy.state = "pass";
        };
      },
      cleanUp: () => topic.close(),
    };
  };
  describeSourceConformance(`mqtt, version ${version}`, makeUpstream, { skip });
}

describe("mqtt: messages", { skip }, () => {
  it("knows a message again by a field of its payload, within its topic", async (t) => {
    const { topic, world } = await open(t, { deduplicateBy: { field: "event.id" } });
    const other = `${topic.name}/other`;
    world.options = { ...world.options, topics: [`${topic.name}/#`] };
    await start(world);
    await topic.put(['{"event":{"id":1},"try":1}', '{"event":{"id":1},"try":2}', '{"event":{"id":"2"}}']);
    await topic.put(['{"event":{"id":1},"try":3}'], { topic: other });
    await topic.put(["no JSON", "no JSON", '{"event":{"id":null}}', '{"event":{}}', "[1]"]);
    assert.deepEqual((await world.untilRecords(8)).map(String), [
      '{"event":{"id":1},"try":1}',
      '{"event":{"id":"2"}}',
      '{"event":{"id":1},"try":3}',
      "no JSON",
      "no JSON",
      '{"event":{"id":null}}',
      '{"event":{}}',
      "[1]",
    ]);
    assert.equal(world.status.duplicates, 1);
  });

  it("puts the topic and the user properties beside the message where an envelope is wanted", async (t) => {
    const { topic, world } = await open(t, { record: "envelope" });
    await start(world);
    const userProperties = { device: "7", tag: ["a", "b"] };
    const properties = { userProperties, contentType: "text/plain", correlationData: Buffer.from([0xff]) };
    await topic.put(["21.5"], { properties });
    const [record] = await world.untilRecords(1);
    assert.deepEqual(JSON.parse(String(record)), {
      value: 21.5,
      topic: topic.name,
      qos: 1,
      retain: false,
      headers: userProperties,
      contentType: "text/plain",
      correlationData: { base64: "/w==" },
    });
  });

  it("takes what publishers send with QoS 0", async (t) => {
    const { topic, world } = await open(t);
    await start(world);
    await topic.put(["one", "two"], { qos: 0 });
    await world.untilRecords(2);
  });

  it("lets the socket hold back what a broker sends without limit", async (t) => {
    const { topic, world } = await open(t, { version: 4, receiveMaximum: 2 });
    await start(world);
    world.fate = "no-room";
    const texts = Array.from({ length: 50 }, (_, index) => `message ${index}`);
    await topic.put(texts, { qos: 0 });
    await world.until(() => world.status.state === "held", "held");
    world.fate = "answered";
    assert.deepEqual((await world.untilRecords(texts.length)).map(String), texts);
  });

  it("takes a message that is too large out of the way and says so", { timeout: 120_000 }, async (t) => {
    const { topic, world } = await open(t);
    await start(world);
    await topic.put(["before", Buffer.alloc(RECORD_BYTES_CEILING + 1, 0x61), "behind"]);
    assert.deepEqual((await world.untilRecords(2, 60_000)).map(String), ["before", "behind"]);
    assert.equal(world.status.counters.messagesRejected, 1);
    assert.match(world.status.warning?.message ?? "", /67108865 bytes, the most is 67108864/);
  });

  it("reads a retained message once, not with every connection", async (t) => {
    const { topic, world } = await open(t);
    await topic.put(["kept"], { retain: true });
    await start(world);
    await world.untilRecords(1);
    await world.stop();
    await start(world);
    await topic.put(["next"]);
    assert.deepEqual((await world.untilRecords(2)).map(String), ["kept", "next"]);
    await topic.put([""], { retain: true });
  });

  it("acknowledges so that nothing comes again after a stop, and all that is not durable after a kill", async (t) => {
    const { topic, world } = await open(t);
    await topic.openSession();
    await topic.put(["one", "two"]);
    world.fate = "killed-before";
    await world.start();
    await world.until(() => world.appends > 0, "an append");
    await world.kill();
    world.fate = "answered";
    await world.start();
    await world.untilRecords(2);
    assert.ok((world.status.counters.redeliveries ?? 0) >= 1);
    await world.stop();
    await start(world);
    await systemClock.sleep(300);
    assert.equal((await world.records()).length, 2);
    assert.equal(world.status.counters.redeliveries, undefined);
  });

  it("shares the messages of a group with other readers", async (t) => {
    const { topic, world } = await open(t);
    const shared = (clientId: string) => ({ ...topic.options, topics: [`$share/group/${topic.name}`], clientId });
    world.options = shared(`${topic.options.clientId}-a`);
    const other = new UpstreamWorld(mqttSource, shared(`${topic.options.clientId}-b`));
    t.after(() => other.stop());
    await start(world);
    await start(other);
    const texts = Array.from({ length: 20 }, (_, index) => `message ${index}`);
    await topic.put(texts);
    await world.until(() => world.status.records + other.status.records === texts.length, "all messages");
    const both = [...(await world.records()), ...(await other.records())].map(String);
    assert.deepEqual(both.sort(), texts.sort());
    assert.ok(world.status.records > 0 && other.status.records > 0);
  });
});

describe("mqtt: what keeps it from reading", { skip }, () => {
  it("tells a wrong password, and a name that somebody else has taken", async (t) => {
    const { topic, world } = await open(t);
    world.options = { ...topic.options, password: "wrong" };
    await world.start();
    assert.match(await failureOf(world), /^access-refused: .*look at user and password/i);
    await world.stop();
    world.options = topic.options;
    await start(world);
    const { clientId } = topic.options;
    const taker = await connectAsync(LAKEHOSE_TEST_MOSQUITTO, { clientId, protocolVersion: 5 }, false);
    t.after(() => taker.endAsync());
    assert.match(await failureOf(world), /^(connection-lost|session-taken-over): .*the same clientId/);
  });

  it("trusts the authority that it is told, and no other", async (t) => {
    const { topic, world } = await open(t);
    const authority = await readFile(LAKEHOSE_TEST_MOSQUITTO_CA, "utf8");
    const options = { ...topic.options, url: LAKEHOSE_TEST_MOSQUITTO_TLS };
    world.options = options;
    await world.start();
    assert.match(await failureOf(world), /^tls-failed: .*tls\.authority/);
    await world.stop();
    world.options = { ...options, tls: { authority } };
    await start(world);
    await topic.put(["one"]);
    await world.untilRecords(1);
  });
});

async function start(world: UpstreamWorld): Promise<void> {
  await world.start();
  await world.until(() => world.status.state === "reading", "reading");
}

async function failureOf(world: UpstreamWorld): Promise<string> {
  await world.until(() => world.status.state === "waiting", "waiting");
  return `${world.status.failure?.code}: ${world.status.failure?.message}`;
}

async function open(t: TestContext, options: object = {}) {
  const topic = await MqttTopic.open(LAKEHOSE_TEST_MOSQUITTO);
  const world = new UpstreamWorld(mqttSource, { ...topic.options, ...options });
  t.after(async () => {
    await world.stop();
    await topic.close();
  });
  return { topic, world };
}
