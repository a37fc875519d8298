import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { KafkaTopic, kafkaBroker, skipKafka } from "../../../test/fakes/kafka-topic.ts";
import { startStandInSchemaRegistry } from "../../../test/fakes/stand-in-schema-registry.ts";
import { UpstreamWorld } from "../../../test/fakes/upstream-world.ts";
import { kafkaSource } from "./kafka-source.ts";

const json = (text: string) => Buffer.concat([Buffer.from([0, 0, 0, 0, 7]), Buffer.from(text)]);

async function open(more: object, decode: object = {}) {
  const [topic, registry] = await Promise.all([KafkaTopic.create(), startStandInSchemaRegistry()]);
  registry.schemas.set(7, { schemaType: "JSON", schema: "{}" });
  const options = {
    brokers: [kafkaBroker],
    topics: [topic.name],
    group: topic.name,
    decode: { schemaRegistry: registry.url, ...decode },
    ...more,
  };
  const world = new UpstreamWorld(kafkaSource, options);
  const close = async () => {
    await world.stop();
    await Promise.all([topic.close(), registry.close()]);
  };
  return { topic, registry, world, close };
}

describe("kafka source with a schema registry", { skip: skipKafka }, () => {
  it("stores decoded values, and what cannot be decoded as it is with the reason", async (t) => {
    const { topic, world, close } = await open({});
    t.after(close);
    await topic.put([{ value: json('{"a":1}') }, { value: "no schema", key: "k" }, { value: json('{"b":2}') }]);
    await world.start();
    const [first, second, third] = (await world.untilRecords(3)).map(String);
    assert.deepEqual([first, third], ['{"a":1}', '{"b":2}']);
    const { value, undecodable, key, offset } = JSON.parse(second ?? "");
    assert.deepEqual([value, key, offset], ["no schema", "k", 1]);
    assert.match(undecodable, /expected a 0/);
    assert.equal(world.status.counters.recordsUndecodable, 1);
    assert.match(world.status.warning?.message ?? "", /^Value at offset 1 of partition 0 of topic .* is kept as it is/);
  });

  it("puts decoded keys and values into the envelope", async (t) => {
    const { topic, world, close } = await open({ record: "envelope" }, { keys: true, undecodable: "bytes" });
    t.after(close);
    await topic.put([
      { value: json("[9007199254740993]"), key: json('{"id":9007199254740993}') },
      { value: "as it is" },
    ]);
    await world.start();
    const [first, second] = (await world.untilRecords(2)).map(String);
    assert.match(first ?? "", /^\{"value":\[9007199254740993\],"key":\{"id":9007199254740993\},/);
    assert.equal(second, "as it is");
  });

  it("waits for a registry that gives no answer, and goes on by itself", async (t) => {
    const { topic, registry, world, close } = await open({});
    t.after(close);
    registry.available = false;
    await topic.put([{ value: json("1") }]);
    await world.start();
    await world.until(() => world.status.state === "waiting", "waiting");
    assert.match(world.status.failure?.message ?? "", /schema registry is of no help/);
    registry.available = true;
    assert.deepEqual((await world.untilRecords(1)).map(String), ["1"]);
  });
});
