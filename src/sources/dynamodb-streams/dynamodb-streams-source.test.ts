import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { describeSourceConformance } from "../../../test/conformance/source.ts";
import { TableUnderTest } from "../../../test/fakes/table-under-test.ts";
import { UpstreamWorld } from "../../../test/fakes/upstream-world.ts";
import { dynamodbStreamsSource } from "./dynamodb-streams-source.ts";

const { LAKEHOSE_TEST_DYNAMODB = "" } = process.env;
const skip = LAKEHOSE_TEST_DYNAMODB === "" && "LAKEHOSE_TEST_DYNAMODB is not set";
const kind = dynamodbStreamsSource;

describeSourceConformance(
  "dynamodb-streams",
  async () => {
    const table = await TableUnderTest.open(LAKEHOSE_TEST_DYNAMODB);
    return {
      kind,
      options: table.options,
      missing: { ...table.options, table: "missing" },
      exactlyOnce: true,
      textOf: (record: Buffer) => JSON.parse(record.toString()).NewImage.text,
      put: (texts: readonly string[]) => table.putTexts(texts),
      interrupt: async () => {
        table.proxy.state = "down";
        return async () => {
          table.proxy.state = "pass";
        };
      },
      cleanUp: () => table.close(),
    };
  },
  { skip },
);

describe("dynamodb-streams, DynamoDB Local", { skip }, () => {
  const open = async (t: TestContext, options: object = {}) => {
    const table = await TableUnderTest.open(LAKEHOSE_TEST_DYNAMODB);
    const world = new UpstreamWorld(kind, { ...table.options, ...options });
    t.after(async () => {
      await world.stop();
      await table.close();
    });
    return { table, world };
  };
  const change = async (table: TableUnderTest) => {
    await table.put({ id: { S: "one" }, price: { N: "12345678901234567890.10" } });
    await table.put({ id: { S: "one" }, price: { N: "2" }, raw: { B: Buffer.from("hi") } });
    await table.remove("one");
  };

  it("gives changes as plain JSON, numbers digit for digit", async (t) => {
    const { table, world } = await open(t);
    await change(table);
    await world.start();
    const keys = '"Keys":{"id":"one"}';
    const price = '"price":12345678901234567890.1';
    const records = (await world.untilRecords(3)).map(String);
    assert.match(records[0] ?? "", new RegExp(`^{"eventName":"INSERT",${keys},"NewImage":{.*${price}.*}}$`));
    assert.match(records[1] ?? "", new RegExp(`^{"eventName":"MODIFY",${keys},"NewImage":{.*},"OldImage":{.*}}$`));
    const removed = JSON.parse(records[2] ?? "");
    assert.deepEqual(removed, {
      eventName: "REMOVE",
      Keys: { id: "one" },
      OldImage: { id: "one", price: 2, raw: "aGk=" },
    });
  });

  it("puts the change into an envelope", async (t) => {
    const { table, world } = await open(t, { record: "envelope" });
    await table.put({ id: { S: "one" } });
    await world.start();
    const [record] = await world.untilRecords(1);
    const { value, sequenceNumber, approximateCreationDateTime, eventID, shardId, ...rest } = JSON.parse(
      String(record),
    );
    assert.deepEqual(value, { eventName: "INSERT", Keys: { id: "one" }, NewImage: { id: "one" } });
    assert.deepEqual(rest, { eventName: "INSERT", table: table.name });
    assert.match(approximateCreationDateTime, /^\d{4}-.*Z$/);
    for (const text of [sequenceNumber, eventID, shardId]) assert.ok(text.length > 0);
  });

  it("gives the event that AWS Lambda hands to functions", async (t) => {
    const { table, world } = await open(t, { record: "event" });
    await change(table);
    await world.start();
    const [, second] = await world.untilRecords(3);
    const { dynamodb, eventID, ...event } = JSON.parse(String(second));
    assert.deepEqual(event, {
      eventName: "MODIFY",
      eventVersion: "1.1",
      eventSource: "aws:dynamodb",
      awsRegion: "ddblocal",
      eventSourceARN: table.streamArn,
    });
    assert.ok(eventID.length > 0);
    const { ApproximateCreationDateTime, SequenceNumber, SizeBytes, ...images } = dynamodb;
    assert.deepEqual(images, {
      Keys: { id: { S: "one" } },
      NewImage: { id: { S: "one" }, price: { N: "2" }, raw: { B: "aGk=" } },
      OldImage: { id: { S: "one" }, price: { N: "12345678901234567890.1" } },
      StreamViewType: "NEW_AND_OLD_IMAGES",
    });
    assert.ok(Number.isInteger(ApproximateCreationDateTime) && ApproximateCreationDateTime > 1.7e9);
    assert.ok(SizeBytes > 0 && SequenceNumber.length > 0);
  });

  it("says what to do when a table has no stream", async (t) => {
    const { world } = await open(t, { table: "missing" });
    await world.start();
    await world.until(() => world.status.state === "waiting", "waiting");
    assert.equal(world.status.failure?.code, "stream-not-found");
    assert.match(world.status.failure?.message ?? "", /table missing .* enable its stream/);
  });

  it("leaves out changes from before a time", async (t) => {
    const { table } = await open(t);
    await table.put({ id: { S: "old" } });
    const time = new Date(Date.now() + 120_000).toISOString();
    const world = new UpstreamWorld(kind, { ...table.options, start: { time } });
    t.after(() => world.stop());
    await world.start();
    await world.until(() => (world.status.counters.readCalls ?? 0) > 2, "reads");
    assert.equal(world.appends, 0);
  });

  it("reads a stream that was switched off to its end, and then the newer one", async (t) => {
    const { table, world } = await open(t);
    await table.put({ id: { S: "one" } });
    await table.switchStream(false);
    await world.start();
    await world.untilRecords(1);
    await world.until(() => world.status.state === "waiting", "the end");
    assert.equal(world.status.failure?.code, "stream-ended");
    await table.switchStream(true);
    await table.put({ id: { S: "two" } });
    const records = (await world.untilRecords(2)).map((record) => JSON.parse(record.toString()).Keys.id);
    assert.deepEqual(records, ["one", "two"]);
  });
});
