import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { KafkaTopic, kafkaBroker, kafkaOverTls, skipKafka } from "../../../test/fakes/kafka-topic.ts";
import { UpstreamWorld } from "../../../test/fakes/upstream-world.ts";
import { kafkaSource } from "./kafka-source.ts";

interface Opened {
  readonly topic: KafkaTopic;
  /** A server of its own that reads the topic; not started. */
  readonly server: (more?: object) => UpstreamWorld;
}

async function open(t: TestContext, partitions = 1): Promise<Opened> {
  const topic = await KafkaTopic.create(partitions);
  const worlds: UpstreamWorld[] = [];
  t.after(async () => {
    await Promise.all(worlds.map((world) => world.stop()));
    await topic.close();
  });
  const server = (more: object = {}) => {
    const options = { brokers: [kafkaBroker], topics: [topic.name], group: topic.name, ...more };
    const world = new UpstreamWorld(kafkaSource, options);
    worlds.push(world);
    return world;
  };
  return { topic, server };
}

const numbered = (name: string, count: number, partition = 0) =>
  Array.from({ length: count }, (_, index) => ({ value: `${name} ${index}`, partition }));
const texts = (records: readonly Buffer[]) => records.map(String);

describe("kafka source", { skip: skipKafka }, () => {
  it("puts key, headers, topic, partition, offset and timestamp into an envelope, tombstones with null", async (t) => {
    const { topic, server } = await open(t, 2);
    await topic.put([
      { value: '{"a":1.10}', key: "k", headers: { source: "web" }, partition: 1, timestamp: 86_400_000n },
      { value: null, key: "gone", partition: 1, timestamp: 0n },
    ]);
    const world = server({ record: "envelope", tombstones: "envelope" });
    await world.start();
    const records = await world.untilRecords(2);
    const tail = `"topic":"${topic.name}","partition":1`;
    assert.deepEqual(texts(records), [
      `{"value":{"a":1.10},"key":"k","headers":{"source":"web"},${tail},"offset":0,"timestamp":"1970-01-02T00:00:00.000Z"}`,
      `{"value":null,"key":"gone","headers":{},${tail},"offset":1,"timestamp":"1970-01-01T00:00:00.000Z"}`,
    ]);
  });

  it("leaves tombstones out and counts them, and keeps values that are empty", async (t) => {
    const { topic, server } = await open(t);
    await topic.put([{ value: "one" }, { value: null, key: "k" }, { value: "" }, { value: "three" }]);
    const world = server();
    await world.start();
    assert.deepEqual(texts(await world.untilRecords(3)), ["one", "", "three"]);
    assert.equal(world.status.counters.tombstonesSkipped, 1);
  });

  it("reads what was committed, and nothing of what was aborted, however many of both are in one answer", async (t) => {
    const { topic, server } = await open(t);
    const wanted: string[] = [];
    for (let number = 0; number < 12; number++) {
      const commits = number % 3 !== 1;
      const messages = numbered(`${commits ? "kept" : "aborted"} ${number},`, 20);
      await topic.transact(messages, commits ? "commit" : "abort");
      if (commits) wanted.push(...messages.map(({ value }) => value));
      await topic.put(numbered(`plain ${number},`, 5));
      wanted.push(...numbered(`plain ${number},`, 5).map(({ value }) => value));
    }
    const world = server();
    await world.start();
    assert.deepEqual(texts(await world.untilRecords(wanted.length)), wanted);
  });

  for (const compression of ["gzip", "snappy", "lz4", "zstd"] as const) {
    it(`reads batches that are compressed by ${compression}`, async (t) => {
      const { topic, server } = await open(t);
      await topic.put(numbered(compression, 1_000), compression);
      const world = server();
      await world.start();
      const wanted = numbered(compression, 1_000).map(({ value }) => value);
      assert.deepEqual(texts(await world.untilRecords(1_000)), wanted);
    });
  }

  it("reads records of 10 MB, more than one answer may have", async (t) => {
    const { topic, server } = await open(t);
    const large = Buffer.alloc(10_000_000, "0123456789");
    await topic.put([{ value: "before" }, { value: large }]);
    await topic.put([{ value: large }, { value: "behind" }]);
    const world = server({ fetchBytes: 64 * 1024 });
    await world.start();
    const records = await world.untilRecords(4);
    assert.ok(records[1]?.equals(large) && records[2]?.equals(large));
    assert.deepEqual([String(records[0]), String(records[3])], ["before", "behind"]);
  });

  for (const mechanism of ["PLAIN", "SCRAM-SHA-512"] as const) {
    it(`lets itself in by ${mechanism} over TLS, and says so when it is not let in`, async (t) => {
      const { topic, server } = await open(t);
      await topic.put([{ value: "secret" }]);
      const world = server(kafkaOverTls(mechanism));
      await world.start();
      assert.deepEqual(texts(await world.untilRecords(1)), ["secret"]);
      const stranger = server(kafkaOverTls(mechanism, "wrong"));
      await stranger.start();
      await stranger.until(() => stranger.status.state === "waiting", "waiting");
      assert.match(stranger.status.failure?.message ?? "", /[Aa]uthentication/);
    });
  }

  it("says that it does not trust a broker whose authority it does not know", async (t) => {
    const { server } = await open(t);
    const world = server({ ...kafkaOverTls("PLAIN"), tls: {} });
    await world.start();
    await world.until(() => world.status.state === "waiting", "waiting");
    assert.match(world.status.failure?.message ?? "", /certificate/);
  });

  it("begins at the latest record, and keeps that place for partitions without records", async (t) => {
    const { topic, server } = await open(t, 2);
    await topic.put([...numbered("old", 3), ...numbered("old", 3, 1)]);
    const world = server({ start: "latest" });
    await world.start();
    await world.until(() => world.status.state === "reading", "reading");
    await topic.put(numbered("new", 1));
    await world.untilRecords(1);
    await world.stop();
    await topic.put(numbered("later", 1, 1));
    await world.start();
    assert.deepEqual(texts(await world.untilRecords(2)), ["new 0", "later 0"]);
  });

  it("begins at a time", async (t) => {
    const { topic, server } = await open(t);
    await topic.put([
      { value: "before", timestamp: 1_000n },
      { value: "at", timestamp: 2_000n },
      { value: "behind", timestamp: 3_000n },
    ]);
    const world = server({ start: { time: "1970-01-01T00:00:02Z" } });
    await world.start();
    assert.deepEqual(texts(await world.untilRecords(2)), ["at", "behind"]);
  });

  it("reads all topics that match a pattern", async (t) => {
    const { topic, server } = await open(t);
    const other = await KafkaTopic.create(1, `${topic.name}-other`);
    t.after(() => other.close());
    await topic.put([{ value: "one" }]);
    await other.put([{ value: "two" }]);
    const world = server({ topics: { pattern: `${topic.name}(-other)?` } });
    await world.start();
    assert.deepEqual(texts(await world.untilRecords(2)).sort(), ["one", "two"]);
  });

  it("warns of records that retention took before they were read, counts them, and goes on", async (t) => {
    const { topic, server } = await open(t);
    await topic.put(numbered("kept", 2));
    const world = server();
    await world.start();
    await world.untilRecords(2);
    await world.stop();
    await topic.put(numbered("missed", 10));
    await topic.deleteBefore(9n);
    await world.start();
    const wanted = ["kept 0", "kept 1", "missed 7", "missed 8", "missed 9"];
    assert.deepEqual(texts(await world.untilRecords(5)), wanted);
    const { counters, warning } = world.status;
    assert.deepEqual([counters.offsetsOutOfRange, counters.recordsMissing], [1, 7]);
    assert.match(warning?.message ?? "", /begins at offset 9, and the 7 records from offset 2 on are not there/);
  });

  it("waits where it is told to fail when records are missing", async (t) => {
    const { topic, server } = await open(t);
    await topic.put(numbered("kept", 2));
    const world = server({ outOfRange: "fail" });
    await world.start();
    await world.untilRecords(2);
    await world.stop();
    await topic.put(numbered("missed", 2));
    await topic.deleteBefore(3n);
    await world.start();
    await world.until(() => world.status.state === "waiting", "waiting");
    assert.equal(world.status.failure?.code, "offset-out-of-range");
  });

  it("begins anew with a topic that was deleted and created again, and warns of it", async (t) => {
    const { topic, server } = await open(t);
    await topic.put(numbered("first", 5));
    const world = server();
    await world.start();
    await world.untilRecords(5);
    await world.stop();
    await topic.recreate();
    await topic.put(numbered("second", 8));
    await world.start();
    const wanted = [...numbered("first", 5), ...numbered("second", 8)].map(({ value }) => value);
    assert.deepEqual(texts(await world.untilRecords(13)), wanted);
    assert.equal(world.status.warning?.code, "topic-recreated");
  });

  it("measures how far it is behind, and tells the group what is durable", async (t) => {
    const { topic, server } = await open(t);
    await topic.put(numbered("lag", 10));
    const world = server();
    world.fate = "no-room";
    await world.start();
    await world.until(() => world.status.state === "held", "held");
    assert.equal(await topic.committed(topic.name), 0n);
    world.fate = "answered";
    await world.untilRecords(10);
    await world.until(() => world.status.measures.recordsLagMax === 0, "no lag");
    assert.equal(world.status.measures[`recordsLag.${topic.name}.0`], 0);
    await world.stop();
    assert.equal(await topic.committed(topic.name), 10n);
  });
});
