import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { KafkaTopic, kafkaBroker, skipKafka } from "../../../test/fakes/kafka-topic.ts";
import { UpstreamWorld } from "../../../test/fakes/upstream-world.ts";
import { type Clock, systemClock } from "../../std/clock.ts";
import { kafkaSource } from "./kafka-source.ts";

/** Partitions that change hands between servers, each with a log of its own. */

async function open(t: TestContext, partitions: number) {
  const topic = await KafkaTopic.create(partitions);
  const options = { brokers: [kafkaBroker], topics: [topic.name], group: topic.name };
  const one = new UpstreamWorld(kafkaSource, options);
  const two = new UpstreamWorld(kafkaSource, options);
  t.after(async () => {
    await Promise.all([one.stop(), two.stop()]);
    await topic.close();
  });
  return { topic, one, two };
}

const numbered = (name: string, count: number, partition = 0) =>
  Array.from({ length: count }, (_, index) => ({ value: `${name} ${index}`, partition }));

async function values(...worlds: readonly UpstreamWorld[]): Promise<string[]> {
  const records = await Promise.all(worlds.map((world) => world.records()));
  return records.flat().map(String).sort();
}

describe("kafka hand-over", { skip: skipKafka }, () => {
  it("shares partitions with a server that comes, and takes all when it goes, nothing twice", async (t) => {
    const { topic, one, two } = await open(t, 2);
    await topic.put([...numbered("a", 50), ...numbered("b", 50, 1)]);
    await one.start();
    await one.untilRecords(100);
    await two.start();
    await two.until(() => two.status.measures.partitionsAssigned === 1, "a partition of its own");
    await one.until(() => one.status.measures.partitionsAssigned === 1, "one partition left");
    await topic.put([...numbered("c", 50), ...numbered("d", 50, 1)]);
    await Promise.all([one.untilRecords(150), two.untilRecords(50)]);
    await two.stop();
    await one.until(() => one.status.measures.partitionsAssigned === 2, "both partitions");
    await topic.put([...numbered("e", 50), ...numbered("f", 50, 1)]);
    await one.untilRecords(250);
    const wanted = [...topicValues("abcdef")].sort();
    assert.deepEqual(await values(one, two), wanted);
    assert.equal(two.status.counters.commitFailures, undefined);
  });

  it("reads again what another had not committed, and goes on where the group is when it comes back", async (t) => {
    const { topic, one, two } = await open(t, 1);
    await topic.put(numbered("a", 10));
    one.fate = "killed-after";
    await one.start();
    await one.untilRecords(10);
    await one.kill();
    await two.start();
    await topic.put(numbered("b", 5));
    await two.untilRecords(15);
    await two.stop();
    one.fate = "answered";
    await one.start();
    await topic.put(numbered("c", 2));
    await one.untilRecords(12);
    const ofOne = await values(one);
    assert.deepEqual(ofOne, [...numbered("a", 10), ...numbered("c", 2)].map(({ value }) => value).sort());
    assert.deepEqual(await values(two), [...numbered("a", 10), ...numbered("b", 5)].map(({ value }) => value).sort());
  });

  it("notices partitions that are added, and reads them from their beginning wherever it began itself", async (t) => {
    const topic = await KafkaTopic.create(1);
    const options = { brokers: [kafkaBroker], topics: [topic.name], group: topic.name, start: "latest" };
    // It looks for new ones every half minute.
    const sleep: Clock["sleep"] = (ms, signal) => systemClock.sleep(ms === 30_000 ? 300 : ms, signal);
    const world = new UpstreamWorld(kafkaSource, options, { clock: { ...systemClock, sleep } });
    t.after(async () => {
      await world.stop();
      await topic.close();
    });
    await topic.put(numbered("old", 1));
    await world.start();
    await world.until(() => world.status.state === "reading", "reading");
    await topic.addPartition();
    await topic.put([...numbered("b", 3, 1), ...numbered("a", 1)]);
    await world.untilRecords(4);
    assert.deepEqual(await values(world), ["a 0", "b 0", "b 1", "b 2"]);
    assert.equal(world.status.failure, undefined);
  });
});

function* topicValues(names: string): Generator<string> {
  for (const name of names) for (const { value } of numbered(name, 50)) yield value;
}
