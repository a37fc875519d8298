import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAgentConfiguration } from "./agent-configuration.ts";

const parse = (value: unknown, stream?: string) =>
  parseAgentConfiguration(JSON.stringify(value), { folder: "/etc/agent", stream });

test("agent.json of a usual installation: endpoint, keys, a flow with AWS's defaults", () => {
  const { flows, ...rest } = parse({
    "firehose.endpoint": "https://lakehose.example:4573",
    awsAccessKeyId: "AKIA",
    awsSecretAccessKey: "secret",
    flows: [{ filePattern: "/var/log/app.log*", deliveryStream: "logs" }],
  });
  assert.deepEqual(rest, {
    endpoint: "https://lakehose.example:4573",
    credentials: { accessKeyId: "AKIA", secretAccessKey: "secret" },
    checkpointFile: undefined,
    shutdownTimeoutMs: 10_000,
    sendersMax: undefined,
    notes: [],
  });
  const [flow] = flows;
  assert.equal(flow?.initialPosition, "END_OF_FILE");
  assert.deepEqual(flow?.limits, { records: 500, bytes: 4_194_304 });
  assert.deepEqual([flow?.bufferAgeMs, flow?.pollMs, flow?.records.recordBytesMax], [60_000, 100, 1_024_000]);
  assert.equal(flow?.records.convert, undefined);
});

test("numbers may be texts, endpoints without a scheme are HTTPS, relative patterns lie beside the file", () => {
  const flow = { filePattern: "logs/*.log", deliveryStream: "logs", maxBufferAgeMillis: "2000" };
  const { flows, endpoint } = parse({ "firehose.endpoint": "firehose.us-east-1.amazonaws.com", flows: [flow] });
  assert.equal(endpoint, "https://firehose.us-east-1.amazonaws.com");
  assert.deepEqual([flows[0]?.filePattern, flows[0]?.bufferAgeMs], ["/etc/agent/logs/*.log", 2000]);
});

test("keys without effect and unknown keys are named, each in its own words", () => {
  const flow = { filePattern: "/a", deliveryStream: "s", partitionKeyOption: "RANDOM", maxBufferSizeBytes: 9_999_999 };
  const { notes } = parse({ "cloudwatch.emitMetrics": true, firehoseEndpoint: "x", flows: [flow] });
  assert.deepEqual(notes, [
    "cloudwatch.emitMetrics has no effect here.",
    "firehoseEndpoint is no key of the Kinesis Agent's configuration; it is passed over.",
    "flows.0.partitionKeyOption has no effect here.",
    "flows.0.maxBufferSizeBytes is more than a call may hold; 4194304 is used.",
  ]);
});

test("a flow to a Kinesis stream is refused with what to do, unless a stream is named for all", () => {
  const flows = [{ filePattern: "/a", kinesisStream: "clicks" }];
  assert.throws(() => parse({ flows }), /flows\.0 sends to the Kinesis stream "clicks".*"deliveryStream".*--stream/);
  assert.equal(parse({ flows }, "logs").flows[0]?.stream, "logs");
});

const MISTAKES: readonly (readonly [string, unknown, RegExp])[] = [
  ["no flows", { flows: [] }, /flows:/],
  ["no stream", { flows: [{ filePattern: "/a" }] }, /no deliveryStream/],
  ["no pattern", { flows: [{ deliveryStream: "s" }] }, /flows\.0\.filePattern/],
  [
    "an age below a second",
    { flows: [{ filePattern: "/a", deliveryStream: "s", maxBufferAgeMillis: 10 }] },
    /maxBufferAgeMillis/,
  ],
  ["half of the keys", { awsAccessKeyId: "a", flows: [{ filePattern: "/a", deliveryStream: "s" }] }, /go together/],
  ["a flow twice", { flows: [1, 2].map(() => ({ filePattern: "/a", deliveryStream: "s" })) }, /two flows/],
  [
    "a pattern of Java only",
    { flows: [{ filePattern: "/a", deliveryStream: "s", multiLineStartPattern: "\\Aa" }] },
    /outside of Java/,
  ],
  [
    "an option that nobody knows",
    { flows: [{ filePattern: "/a", deliveryStream: "s", dataProcessingOptions: [{ optionName: "ZIP" }] }] },
    /no option "ZIP"/,
  ],
  [
    "CSV without names",
    { flows: [{ filePattern: "/a", deliveryStream: "s", dataProcessingOptions: [{ optionName: "CSVTOJSON" }] }] },
    /needs customFieldNames/,
  ],
];

for (const [name, value, message] of MISTAKES) {
  test(`refused with its place: ${name}`, () => assert.throws(() => parse(value), message));
}

test("what is no JSON is refused", () => {
  assert.throws(() => parseAgentConfiguration("{", { folder: "/" }), /cannot be followed/);
});
