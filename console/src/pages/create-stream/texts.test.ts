// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of HCL are written so.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { cliText } from "./cli-text.ts";
import { DESTINATION_KINDS } from "./destination-kinds.ts";
import { type Draft, EMPTY_DRAFT, requestOf } from "./draft.ts";
import { problemsOf } from "./problems.ts";
import { terraformText } from "./terraform-text.ts";
import { yamlText } from "./yaml-text.ts";

const ENDPOINT = "http://127.0.0.1:4573";

const RICH: Draft = {
  ...EMPTY_DRAFT,
  name: "clicks",
  source: "kinesis",
  kinesisArn: "arn:aws:kinesis:eu-west-1:000000000000:stream/c",
  functionName: "flatten",
  appendsLineFeed: true,
  partitionKeys: [{ id: 1, name: "kind", query: '.kind // "none: it\'s ${empty}"' }],
  rollAt: "08:30 Europe/London",
};

/** One stream for each kind that is no bucket, with everything filled in, and two more destinations. */
const OTHERS: readonly Draft[] = DESTINATION_KINDS.map(({ value, fields }) => ({
  ...EMPTY_DRAFT,
  name: "clicks",
  source: "kafka",
  kafkaArn: "arn:aws:kafka:eu-west-1:000000000000:cluster/c/1",
  kafkaTopic: "t",
  functionName: "flatten",
  megabytes: 128,
  destination: value,
  values: Object.fromEntries(
    fields.flatMap(({ name, choices }) => (choices === undefined ? [[name, `the ${name}`]] : [])),
  ),
  further: [
    { id: 1, name: "bus", kind: "kafka", values: { brokers: "a:1, b:2", topic: "it's" } },
    { id: 2, name: "rows", kind: "postgres", values: { host: "h", password: "db" } },
  ],
}));

test("requestOf() puts each kind's fields where AWS has them, over a bucket for what it refuses", () => {
  const [search, http, splunk, redshift] = OTHERS.map(
    (draft) => requestOf(draft) as unknown as Record<string, Record<string, unknown>>,
  );
  assert.deepEqual(Object.keys(http ?? {}), [
    "DeliveryStreamName",
    "DeliveryStreamType",
    "MSKSourceConfiguration",
    "HttpEndpointDestinationConfiguration",
    "lakehose",
  ]);
  const { S3Configuration, ...configuration } = http?.HttpEndpointDestinationConfiguration ?? {};
  assert.deepEqual(configuration.EndpointConfiguration, { Url: "the url", AccessKey: "the accessKey" });
  assert.deepEqual(configuration.BufferingHints, { SizeInMBs: 64, IntervalInSeconds: 300 });
  assert.equal((S3Configuration as { BucketARN: string }).BucketARN, "arn:aws:s3:::lake");
  assert.equal(search?.AmazonopensearchserviceDestinationConfiguration?.IndexRotationPeriod, "OneDay");
  assert.equal("RoleARN" in (splunk?.SplunkDestinationConfiguration ?? {}), false);
  assert.deepEqual(redshift?.RedshiftDestinationConfiguration?.CopyCommand, {
    DataTableName: "the table",
    CopyOptions: "the options",
  });
});

test("requestOf() makes entries of further destinations, with options as the server has them", () => {
  assert.deepEqual(requestOf(OTHERS[0] ?? EMPTY_DRAFT).lakehose?.destinations, [
    { name: "bus", type: "kafka", options: { brokers: ["a:1", "b:2"], topic: "it's" } },
    { name: "rows", type: "postgres", options: { host: "h", password: { secret: "db" } } },
  ]);
});

test("requestOf() fills in what was left empty, and asks for nothing that nobody wanted", () => {
  const { ExtendedS3DestinationConfiguration: s3, ...rest } = requestOf({ ...EMPTY_DRAFT, name: "clicks" });
  assert.deepEqual(rest, { DeliveryStreamName: "clicks", DeliveryStreamType: "DirectPut" });
  assert.ok(s3);
  assert.equal(s3.Prefix, "clicks/!{timestamp:yyyy/MM/dd/HH}/");
  assert.equal(s3.ErrorOutputPrefix, "errors/clicks/!{firehose:error-output-type}/");
  assert.equal(s3.ProcessingConfiguration, undefined);
  assert.equal(s3.BufferingHints.SizeInMBs, 5);
});

test("requestOf() puts processors into AWS's order and names every partition key in the prefix", () => {
  const { ExtendedS3DestinationConfiguration: s3, Tags } = requestOf(RICH);
  assert.ok(s3);
  const types = s3.ProcessingConfiguration?.Processors.map(({ Type }) => Type);
  assert.deepEqual(types, ["Lambda", "MetadataExtraction", "AppendDelimiterToRecord"]);
  assert.equal(s3.Prefix, "clicks/kind=!{partitionKeyFromQuery:kind}/");
  assert.equal(s3.BufferingHints.SizeInMBs, 64);
  assert.deepEqual(Tags, [{ Key: "lakehose:roll-at", Value: "08:30 Europe/London" }]);
});

test("yamlText() reads back as the request", () => {
  const parquet: Draft = { ...EMPTY_DRAFT, name: "yes", format: "parquet", table: "sales.orders" };
  for (const draft of [RICH, parquet, ...OTHERS]) {
    const request = requestOf(draft);
    assert.deepEqual(parse(yamlText(request)), { streams: [request] });
  }
});

test("cliText() hands the shell one word that is the request", () => {
  const command = cliText(requestOf(RICH), ENDPOINT);
  const quoted = command.slice(command.indexOf("'") + 1, command.lastIndexOf("'"));
  assert.deepEqual(JSON.parse(quoted.replaceAll(`'\\''`, "'")), requestOf(RICH));
  assert.ok(command.includes(`--endpoint-url ${ENDPOINT} `));
});

test("cliText() gives the stream what AWS has no word for by a second call", () => {
  const [create = "", extend = ""] = cliText(requestOf(OTHERS[0] ?? EMPTY_DRAFT), ENDPOINT).split("\ncurl ");
  assert.ok(!create.includes('lakehose": {'));
  assert.match(extend, /^-X PUT http:\/\/127\.0\.0\.1:4573\/api\/streams\/clicks\/extensions --data '/);
  assert.ok(extend.includes("it'\\''s"));
});

test("terraformText() has a block for each kind, with its arguments flat, and the rest as a remark", () => {
  for (const [at, draft] of OTHERS.entries()) {
    const kind = DESTINATION_KINDS[at];
    const hcl = terraformText(requestOf(draft), ENDPOINT);
    const code = hcl.replace(/"(?:[^"\\]|\\.)*"/g, '""').replace(/^#.*$/gm, "");
    assert.equal(code.split("{").length, code.split("}").length);
    assert.ok(hcl.includes(`${kind?.terraform}_configuration {`), hcl);
    for (const { terraform } of kind?.fields ?? []) assert.match(hcl, new RegExp(`^ *${terraform} += "`, "m"));
    assert.match(hcl, /msk_source_configuration \{/);
    assert.match(hcl, /^# curl -X PUT/m);
  }
});

test("terraformText() closes what it opens and keeps templates of HCL out of texts", () => {
  const hcl = terraformText(requestOf(RICH), ENDPOINT);
  const bare = hcl.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  assert.equal(bare.split("{").length, bare.split("}").length);
  assert.match(hcl, /resource "aws_kinesis_firehose_delivery_stream" "clicks" \{/);
  assert.match(hcl, /firehose = "http:\/\/127\.0\.0\.1:4573"/);
  assert.ok(hcl.includes("it's $${empty}"));
  assert.match(hcl, /"lakehose:roll-at" = "08:30 Europe\/London"/);
});

test("problemsOf() names what a destination still needs, and what only buckets have", () => {
  const problems = (draft: Partial<Draft>) => problemsOf({ ...EMPTY_DRAFT, name: "clicks", ...draft }, "destination");
  assert.match(problems({ destination: "splunk", values: { endpoint: "e" } }).values ?? "", /needs: HEC token\./);
  assert.deepEqual(problems({ destination: "http", values: { url: "https://x" } }), {});
  const key = { id: 1, name: "kind", query: ".kind" };
  assert.match(problems({ destination: "http", partitionKeys: [key] }).destination ?? "", /for buckets/);
  assert.match(problems({ destination: "http", format: "parquet", table: "a.b" }).destination ?? "", /Parquet/);
  const bus = { id: 1, name: "bus", kind: "kafka", values: { brokers: "a:1", topic: "t" } };
  assert.deepEqual(problems({ further: [bus] }), {});
  assert.match(problems({ further: [bus, { ...bus, id: 2 }] }).further ?? "", /name of its own/);
  assert.match(problems({ further: [{ ...bus, values: {} }] }).further ?? "", /bus still needs: Brokers, Topic/);
  assert.match(problems({ further: [{ ...bus, name: "A B" }] }).further ?? "", /lower-case/);
});

test("problemsOf() holds up who would be refused anyway", () => {
  assert.deepEqual(Object.keys(problemsOf({ ...EMPTY_DRAFT, name: "a b", source: "kinesis" }, "source")), [
    "name",
    "kinesisArn",
  ]);
  assert.deepEqual(problemsOf({ ...EMPTY_DRAFT, name: "clicks" }, "source"), {});
  const key = { id: 1, name: "kind", query: "kind" };
  assert.deepEqual(Object.keys(problemsOf({ ...EMPTY_DRAFT, partitionKeys: [key] }, "transform")), ["partitionKeys"]);
  assert.deepEqual(Object.keys(problemsOf({ ...EMPTY_DRAFT, bucket: "B", format: "parquet" }, "destination")), [
    "bucket",
    "table",
  ]);
  assert.deepEqual(Object.keys(problemsOf({ ...EMPTY_DRAFT, megabytes: Number.NaN, seconds: 901 }, "settings")), [
    "megabytes",
    "seconds",
  ]);
});
