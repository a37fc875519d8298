import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../std/json.ts";
import type { StreamDocument } from "../../streams/streams.ts";
import { sourceOfStream } from "./source-of-stream.ts";

const ARN = "arn:aws:kafka:eu-west-1:000000000000:cluster/orders/5f";

function document(type: StreamDocument["type"], source: JsonObject = {}) {
  const MSKSourceConfiguration = { MSKClusterARN: ARN, TopicName: "orders", ...source };
  return { name: "s", uid: "u1", type, createdAt: 86_400_000, declared: { sources: { MSKSourceConfiguration } } };
}

const upstreams = {
  kafkaCluster: (arn: string) => (arn === ARN ? { brokers: ["kafka-1:9092"] } : undefined),
  kinesisStream: () => ({ endpoint: "http://127.0.0.1:4567" }),
};

test("sourceOfStream makes a Kafka source of an MSK stream, from the time of its creation and in a group of its own", () => {
  assert.deepEqual(sourceOfStream(document("MSKAsSource"), upstreams), {
    name: "stream.s",
    stream: "s",
    description: "",
    enabled: true,
    kind: "kafka",
    options: {
      brokers: ["kafka-1:9092"],
      topics: ["orders"],
      group: "lakehose-s-u1",
      start: { time: "1970-01-02T00:00:00.000Z" },
    },
  });
});

test("sourceOfStream begins at the time that the stream names, at the earliest record for 0", () => {
  const startOf = (from: number) =>
    sourceOfStream(document("MSKAsSource", { ReadFromTimestamp: from }), upstreams)?.options.start;
  assert.deepEqual(startOf(1.5), { time: "1970-01-01T00:00:01.500Z" });
  assert.equal(startOf(0), "earliest");
});

test("sourceOfStream says that the configuration does not know the cluster", () => {
  const unknown = document("MSKAsSource", { MSKClusterARN: "arn:aws:kafka:eu-west-1:000000000000:cluster/other/1" });
  assert.throws(() => sourceOfStream(unknown, upstreams), /streamSources\.kafka .*cluster\/other\/1.*Add one/);
});

test("sourceOfStream makes a Kinesis source of a data stream, and leaves aggregates to the delivery", () => {
  const KinesisStreamARN = "arn:aws:kinesis:eu-west-1:000000000000:stream/clicks";
  const declared = { sources: { KinesisStreamSourceConfiguration: { KinesisStreamARN, RoleARN: "any" } } };
  const source = sourceOfStream({ ...document("KinesisStreamAsSource"), declared }, upstreams);
  assert.deepEqual(
    [source?.name, source?.kind, source?.options],
    [
      "stream.s",
      "kinesis",
      {
        endpoint: "http://127.0.0.1:4567",
        stream: KinesisStreamARN,
        start: { time: "1970-01-02T00:00:00.000Z" },
        deaggregate: false,
      },
    ],
  );
});

test("sourceOfStream has none for streams that producers put records into", () => {
  assert.equal(sourceOfStream(document("DirectPut"), upstreams), undefined);
});
