// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of HCL are written so.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { cliText } from "./cli-text.ts";
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

test("requestOf() fills in what was left empty, and asks for nothing that nobody wanted", () => {
  const { ExtendedS3DestinationConfiguration: s3, ...rest } = requestOf({ ...EMPTY_DRAFT, name: "clicks" });
  assert.deepEqual(rest, { DeliveryStreamName: "clicks", DeliveryStreamType: "DirectPut" });
  assert.equal(s3.Prefix, "clicks/!{timestamp:yyyy/MM/dd/HH}/");
  assert.equal(s3.ErrorOutputPrefix, "errors/clicks/!{firehose:error-output-type}/");
  assert.equal(s3.ProcessingConfiguration, undefined);
  assert.equal(s3.BufferingHints.SizeInMBs, 5);
});

test("requestOf() puts processors into AWS's order and names every partition key in the prefix", () => {
  const { ExtendedS3DestinationConfiguration: s3, Tags } = requestOf(RICH);
  const types = s3.ProcessingConfiguration?.Processors.map(({ Type }) => Type);
  assert.deepEqual(types, ["Lambda", "MetadataExtraction", "AppendDelimiterToRecord"]);
  assert.equal(s3.Prefix, "clicks/kind=!{partitionKeyFromQuery:kind}/");
  assert.equal(s3.BufferingHints.SizeInMBs, 64);
  assert.deepEqual(Tags, [{ Key: "lakehose:roll-at", Value: "08:30 Europe/London" }]);
});

test("yamlText() reads back as the request", () => {
  const parquet: Draft = { ...EMPTY_DRAFT, name: "yes", format: "parquet", table: "sales.orders" };
  for (const draft of [RICH, parquet]) {
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

test("terraformText() closes what it opens and keeps templates of HCL out of texts", () => {
  const hcl = terraformText(requestOf(RICH), ENDPOINT);
  const bare = hcl.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  assert.equal(bare.split("{").length, bare.split("}").length);
  assert.match(hcl, /resource "aws_kinesis_firehose_delivery_stream" "clicks" \{/);
  assert.match(hcl, /firehose = "http:\/\/127\.0\.0\.1:4573"/);
  assert.ok(hcl.includes("it's $${empty}"));
  assert.match(hcl, /"lakehose:roll-at" = "08:30 Europe\/London"/);
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
