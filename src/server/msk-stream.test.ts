import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CreateDeliveryStreamCommand, DeleteDeliveryStreamCommand, FirehoseClient } from "@aws-sdk/client-firehose";
import { KafkaTopic, kafkaBroker, skipKafka } from "../../test/fakes/kafka-topic.ts";
import { systemClock } from "../std/clock.ts";
import { start } from "./index.ts";

const ARN = "arn:aws:kafka:us-east-1:000000000000:cluster/orders/5f";
const ROLE = "arn:aws:iam::000000000000:role/delivery";

describe("MSKAsSource", { skip: skipKafka }, () => {
  it("a stream reads its topic by itself, from creation to deletion", async (t) => {
    const topic = await KafkaTopic.create();
    t.after(() => topic.close());
    await topic.put([{ value: "before\n" }]);
    const lakehose = await start({ streamSources: { kafka: { "arn:aws:kafka:*": { brokers: [kafkaBroker] } } } });
    t.after(() => lakehose.close());
    const credentials = { accessKeyId: "any", secretAccessKey: "any" };
    const client = new FirehoseClient({ endpoint: lakehose.url, region: "us-east-1", credentials });
    t.after(() => client.destroy());
    await client.send(
      new CreateDeliveryStreamCommand({
        DeliveryStreamName: "orders",
        DeliveryStreamType: "MSKAsSource",
        MSKSourceConfiguration: {
          MSKClusterARN: ARN,
          TopicName: topic.name,
          AuthenticationConfiguration: { RoleARN: ROLE, Connectivity: "PRIVATE" },
          ReadFromTimestamp: new Date(0),
        },
        ExtendedS3DestinationConfiguration: { RoleARN: ROLE, BucketARN: "arn:aws:s3:::lake" },
      }),
    );
    const untilSources = async (pattern: RegExp) => {
      const deadline = performance.now() + 20_000;
      for (;;) {
        const told = await (await fetch(`${lakehose.url}/api/sources`)).text();
        if (pattern.test(told)) return;
        assert.ok(performance.now() < deadline, told);
        await systemClock.sleep(50);
      }
    };
    await topic.put([{ value: "behind\n" }]);
    await untilSources(/"name":"stream\.orders","kind":"kafka".*"records":2/);
    await lakehose.flush("orders");
    const found: string[] = [];
    for await (const { bytes } of lakehose.records("orders")) found.push(bytes.toString());
    assert.deepEqual(found, ["before", "behind"]);
    await client.send(new DeleteDeliveryStreamCommand({ DeliveryStreamName: "orders" }));
    await untilSources(/^((?!stream\.orders).)*$/s);
  });
});
