import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { describe, it, type TestContext } from "node:test";
import { describeSourceConformance } from "../../../test/conformance/source.ts";
import { aggregate } from "../../../test/fakes/kinesis-aggregate.ts";
import { KinesisUnderTest } from "../../../test/fakes/kinesis-under-test.ts";
import { UpstreamWorld } from "../../../test/fakes/upstream-world.ts";
import { systemClock } from "../../std/clock.ts";
import { kinesisSource } from "./kinesis-source.ts";

const { LAKEHOSE_TEST_KINESIS = "", LAKEHOSE_TEST_MOTO = "" } = process.env;

const PEERS = [
  { peer: "kinesis-local", address: LAKEHOSE_TEST_KINESIS, variable: "LAKEHOSE_TEST_KINESIS" },
  { peer: "moto", address: LAKEHOSE_TEST_MOTO, variable: "LAKEHOSE_TEST_MOTO" },
];

const kind = kinesisSource;

for (const { peer, address, variable } of PEERS) {
  const skip = address === "" && `${variable} is not set`;
  const makeUpstream = async () => {
    const stream = await KinesisUnderTest.open(address);
    return {
      kind,
      options: stream.options,
      missing: { ...stream.options, stream: "missing" },
      exactlyOnce: true,
      put: (texts: readonly string[]) => stream.put(texts),
      interrupt: async () => {
        stream.proxy.state = "down";
        return async () => {
          stream.proxy.state = "pass";
        };
      },
      cleanUp: () => stream.close(),
    };
  };
  describeSourceConformance(`kinesis, a stream of ${peer}`, makeUpstream, { skip });

  describe(`kinesis, ${peer}`, { skip }, () => {
    const open = async (t: TestContext, options: object = {}, shards = 1) => {
      const stream = await KinesisUnderTest.open(address, shards);
      const world = new UpstreamWorld(kind, { ...stream.options, ...options });
      t.after(async () => {
        await world.stop();
        await stream.close();
      });
      return { stream, world };
    };

    it("keeps the order of each key through splits and merges, whenever it is stopped", async (t) => {
      const { stream, world } = await open(t, {}, 2);
      const keys = Array.from({ length: 12 }, (_, index) => `key ${index}`);
      let put = 0;
      const putMore = async () => {
        const texts = Array.from({ length: 120 }, (_, index) => JSON.stringify({ key: keys[index % 12], n: put++ }));
        await stream.put(texts, (index) => keys[index % 12] ?? "");
      };
      await putMore();
      for (const shard of await stream.openShards()) await stream.split(shard);
      await putMore();
      await world.start();
      await world.untilRecords(120);
      await world.kill();
      const [, one, other] = await stream.openShards();
      assert.ok(one !== undefined && other !== undefined);
      await stream.merge(one, other);
      await putMore();
      await world.start();
      await world.untilRecords(240);
      const [first] = await stream.openShards();
      assert.ok(first !== undefined);
      await stream.split(first);
      await putMore();
      const records = (await world.untilRecords(put)).map(
        (record) => JSON.parse(record.toString()) as { key: string; n: number },
      );
      await systemClock.sleep(500);
      assert.equal((await world.records()).length, put, "each once");
      for (const key of keys) {
        const numbers = records.filter((record) => record.key === key).map(({ n }) => n);
        assert.deepEqual(
          numbers,
          numbers.toSorted((a, b) => a - b),
          key,
        );
      }
      await world.stop();
      await world.start();
      await world.until(() => (world.status.counters.readCalls ?? 0) >= 12, "further reads");
      assert.equal((await world.records()).length, put, "each once after a restart");
    });

    it("begins with LATEST where it first connected, also in shards that it had nothing from before a stop", async (t) => {
      const { stream, world } = await open(t, { start: "LATEST" }, 2);
      await stream.put(["old", "older"], keyOfHalf);
      const [shard] = await stream.openShards();
      // moto puts what comes after a split into the shard that is closed.
      if (shard !== undefined && peer !== "moto") await stream.split(shard);
      await systemClock.sleep(1_200);
      await world.start();
      await world.until(() => world.status.state === "reading", "reading");
      await stream.put(["new"], () => keyOfHalf(0));
      await world.untilRecords(1);
      await world.stop();
      await stream.put(["newer"], () => keyOfHalf(1));
      await systemClock.sleep(1_200);
      await world.start();
      assert.deepEqual((await world.untilRecords(2)).map(String), ["new", "newer"]);
    });

    it("begins at a time", async (t) => {
      const { stream } = await open(t);
      await stream.put(["before"]);
      await systemClock.sleep(1_200);
      const time = new Date().toISOString();
      await stream.put(["after"]);
      const world = new UpstreamWorld(kind, { ...stream.options, start: { time }, stream: await stream.arn() });
      t.after(() => world.stop());
      await world.start();
      assert.deepEqual((await world.untilRecords(1)).map(String), ["after"]);
    });

    it("opens aggregates of the producer library, with the key of each record", async (t) => {
      const { stream, world } = await open(t, { record: "envelope" });
      await stream.put([aggregate(["a", '{"n":1.50}'], "inner"), "plain"]);
      await world.start();
      const records = (await world.untilRecords(3)).map(String);
      assert.match(
        records[1] ?? "",
        /^\{"value":\{"n":1\.50\},"partitionKey":"inner","sequenceNumber":"\d+","subSequenceNumber":1,"approximateArrivalTimestamp":"\d{4}-[^"]+Z","shardId":"shardId-000000000000","stream":"source-[^"]+"\}$/,
      );
      assert.match(records[2] ?? "", /^\{"value":"plain","partitionKey":"one","sequenceNumber":"\d+","approx/);
    });

    it("gives the event that AWS Lambda hands to functions", async (t) => {
      const { stream, world } = await open(t, { record: "event" });
      await stream.put(["Hello"]);
      await world.start();
      const [record] = await world.untilRecords(1);
      const event = JSON.parse(String(record));
      const { sequenceNumber, approximateArrivalTimestamp: at, ...kinesis } = event.kinesis;
      assert.deepEqual(kinesis, { kinesisSchemaVersion: "1.0", partitionKey: "one", data: "SGVsbG8=" });
      assert.ok(Math.abs(at * 1000 - Date.now()) < 60_000, String(at));
      const streamArn = await stream.arn();
      const account = streamArn.split(":")[4];
      assert.deepEqual(
        { ...event, kinesis: undefined },
        {
          kinesis: undefined,
          eventSource: "aws:kinesis",
          eventVersion: "1.0",
          eventID: `shardId-000000000000:${sequenceNumber}`,
          eventName: "aws:kinesis:record",
          invokeIdentityArn: `arn:aws:iam::${account}:role/lakehose`,
          awsRegion: "us-east-1",
          eventSourceARN: streamArn,
        },
      );
    });

    it("tells how far it is behind, and reads no more often than it shall", async (t) => {
      const { stream, world } = await open(t, { pollIntervalMs: 500 });
      await stream.put(["one"]);
      await world.start();
      await world.untilRecords(1);
      await systemClock.sleep(2_000);
      const { measures, counters } = world.status;
      assert.deepEqual([measures.millisBehindLatest, measures.shards], [0, 1]);
      assert.ok((counters.readCalls ?? 0) >= 3 && (counters.readCalls ?? 0) <= 6, `${counters.readCalls} reads`);
    });

    it("says what to do when the stream is not there", async (t) => {
      const { world } = await open(t, { stream: "missing" });
      await world.start();
      await world.until(() => world.status.state === "waiting", "waiting");
      const { code, message = "" } = world.status.failure ?? {};
      assert.equal(code, "stream-not-found");
      assert.match(message, /^stream missing at http:.* create the stream, or look at its name, account and region$/);
    });
  });
}

/** Keys whose hashes lie in the lower and in the upper half of all. */
function keyOfHalf(half: number): string {
  const isUpper = (key: string) => (hash("md5", key, "buffer")[0] ?? 0) >= 0x80;
  for (let n = 0; ; n++) if (isUpper(`key ${n}`) === (half === 1)) return `key ${n}`;
}
