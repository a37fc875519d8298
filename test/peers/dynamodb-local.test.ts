import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, it } from "node:test";
import { CreateTableCommand, DeleteItemCommand, DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from "@aws-sdk/client-dynamodb-streams";

const { LAKEHOSE_TEST_DYNAMODB } = process.env;

describe("dynamodb-local", { skip: !LAKEHOSE_TEST_DYNAMODB && "LAKEHOSE_TEST_DYNAMODB is not set" }, () => {
  it("gives the changes of a table as records of its stream", async (t) => {
    const options = {
      endpoint: LAKEHOSE_TEST_DYNAMODB ?? "",
      region: "us-east-1",
      credentials: { accessKeyId: "any", secretAccessKey: "any" },
    };
    const [tables, streams] = [new DynamoDBClient(options), new DynamoDBStreamsClient(options)];
    t.after(() => {
      tables.destroy();
      streams.destroy();
    });
    const TableName = `peer-${randomUUID()}`;
    const created = await tables.send(
      new CreateTableCommand({
        TableName,
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        BillingMode: "PAY_PER_REQUEST",
        StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
      }),
    );
    const Key = { id: { S: "one" } };
    await tables.send(new PutItemCommand({ TableName, Item: { ...Key, price: { N: "1" } } }));
    await tables.send(new PutItemCommand({ TableName, Item: { ...Key, price: { N: "2" } } }));
    await tables.send(new DeleteItemCommand({ TableName, Key }));

    const StreamArn = created.TableDescription?.LatestStreamArn;
    const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
    const ShardId = StreamDescription?.Shards?.[0]?.ShardId;
    const fromStart = new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: "TRIM_HORIZON" });
    const { ShardIterator } = await streams.send(fromStart);
    const { Records = [] } = await streams.send(new GetRecordsCommand({ ShardIterator }));
    assert.deepEqual(
      Records.map((one) => [one.eventName, one.dynamodb?.OldImage?.price?.N, one.dynamodb?.NewImage?.price?.N]),
      [
        ["INSERT", undefined, "1"],
        ["MODIFY", "1", "2"],
        ["REMOVE", "2", undefined],
      ],
    );
  });
});
