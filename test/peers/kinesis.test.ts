import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, it } from "node:test";
import {
  CreateStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  PutRecordsCommand,
  SplitShardCommand,
  waitUntilStreamExists,
} from "@aws-sdk/client-kinesis";
import { SQSClient } from "@aws-sdk/client-sqs";

const { LAKEHOSE_TEST_KINESIS } = process.env;

describe("kinesis", { skip: !LAKEHOSE_TEST_KINESIS && "LAKEHOSE_TEST_KINESIS is not set" }, () => {
  it("gives records from the start of a shard, and the children of a shard that was split", async (t) => {
    const kinesis = new KinesisClient({
      endpoint: LAKEHOSE_TEST_KINESIS ?? "",
      region: "us-east-1",
      credentials: { accessKeyId: "any", secretAccessKey: "any" },
      // This client prefers HTTP/2, which the server answers wrongly now and then; that of SQS speaks HTTP/1.1.
      requestHandler: new SQSClient({ region: "us-east-1" }).config.requestHandler,
    });
    t.after(() => kinesis.destroy());
    const StreamName = `peer-${randomUUID()}`;
    const untilActive = () =>
      waitUntilStreamExists({ client: kinesis, maxWaitTime: 20, minDelay: 1, maxDelay: 1 }, { StreamName });
    await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }));
    await untilActive();
    const Records = ["one", "two"].map((text) => ({ Data: Buffer.from(text), PartitionKey: text }));
    await kinesis.send(new PutRecordsCommand({ StreamName, Records }));

    const { Shards: [parent] = [] } = await kinesis.send(new ListShardsCommand({ StreamName }));
    const ShardId = parent?.ShardId;
    const ShardIteratorType = "TRIM_HORIZON";
    const { ShardIterator } = await kinesis.send(
      new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType }),
    );
    const read = await kinesis.send(new GetRecordsCommand({ ShardIterator }));
    assert.deepEqual(
      read.Records?.map((one) => Buffer.from(one.Data ?? []).toString()),
      ["one", "two"],
    );
    assert.equal(read.MillisBehindLatest, 0);

    const NewStartingHashKey = String(2n ** 127n);
    await kinesis.send(new SplitShardCommand({ StreamName, ShardToSplit: ShardId, NewStartingHashKey }));
    await untilActive();
    const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName }));
    assert.deepEqual(
      Shards.map((one) => one.ParentShardId),
      [undefined, ShardId, ShardId],
    );
  });
});
