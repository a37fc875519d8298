import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { start } from "../../src/server/index.ts";
import { afterwards } from "./cleanup.ts";
import { runCli } from "./run-cli.ts";

const TEMPLATES = join(import.meta.dirname, "..", "fixtures", "templates");
const WEB_LOGS = join(TEMPLATES, "web-logs.yaml");

async function server(t: TestContext) {
  const lakehose = await start();
  afterwards(t, () => lakehose.close());
  const run = (...argv: string[]) => runCli(lakehose.url, argv);
  const feed = (input: string, ...argv: string[]) => runCli(lakehose.url, argv, input);
  const importJson = async (...argv: string[]) => {
    const { code, out, err } = await run("--json", "streams", "import", ...argv);
    assert.equal(code, 0, err);
    return JSON.parse(out) as {
      streams: { name: string; result: string; differences?: { path: string; here?: unknown; file?: unknown }[] }[];
      tables: { name: string; result: string }[];
      notes: unknown[];
    };
  };
  return { run, feed, importJson };
}

const results = (all: readonly { readonly name: string; readonly result: string }[]) =>
  all.map(({ name, result }) => `${name} ${result}`);

test("streams import makes streams and the tables that they write by; a second one finds all there and the same", async (t) => {
  const { run, importJson } = await server(t);
  const first = await importJson(WEB_LOGS);
  assert.deepEqual(results(first.tables), ["web.visits created"]);
  assert.deepEqual(results(first.streams), ["visits-dev created", "Clicks created"]);
  assert.ok(first.notes.length > 0);
  const listed = JSON.parse((await run("--json", "streams", "list")).out) as { name: string; status: string }[];
  assert.deepEqual(
    listed.map(({ name, status }) => `${name} ${status}`),
    ["Clicks ACTIVE", "visits-dev ACTIVE"],
  );
  const second = await importJson(WEB_LOGS);
  assert.deepEqual(results(second.tables), ["web.visits exists"]);
  assert.deepEqual(results(second.streams), ["visits-dev same", "Clicks same"]);
});

test("streams import --dry-run makes nothing, and shows where the file and the server differ", async (t) => {
  const { run, importJson } = await server(t);
  const dry = await run("streams", "import", WEB_LOGS, "--dry-run");
  assert.equal(dry.code, 0, dry.err);
  assert.match(dry.out, /^\+ visits-dev \(Resources\.Visits\) would be created$/m);
  assert.match(dry.out, /^lost +Resources\.Clicks\.ExtendedS3DestinationConfiguration\.FutureSetting/m);
  assert.equal((await run("--json", "streams", "list")).out.trim(), "[]");
  await importJson(WEB_LOGS);
  const changed = await importJson(WEB_LOGS, "--parameter", "BufferSize=100", "--dry-run");
  assert.deepEqual(
    changed.streams.find(({ name }) => name === "visits-dev"),
    {
      name: "visits-dev",
      origin: "Resources.Visits",
      result: "differs",
      differences: [{ path: "ExtendedS3DestinationDescription.BufferingHints.SizeInMBs", here: 64, file: 100 }],
    },
  );
});

test("streams import says which stream the server refused, makes the others, and ends with 1", async (t) => {
  const { feed } = await server(t);
  const template = {
    Resources: {
      Good: { Type: "AWS::KinesisFirehose::DeliveryStream", Properties: destination({}) },
      Bad: { Type: "AWS::KinesisFirehose::DeliveryStream", Properties: destination({ Prefix: "!{timestamp:" }) },
    },
  };
  const { code, out, err } = await feed(JSON.stringify(template), "streams", "import", "-");
  assert.equal(code, 1);
  assert.match(out, /^\+ Good \(Resources\.Good\) created$/m);
  assert.match(out, /^! Bad \(Resources\.Bad\) was refused: .*InvalidArgumentException/m);
  assert.match(err, /1 of .* could not be created/);
});

function destination(more: Readonly<Record<string, string>>) {
  const s3 = { BucketARN: "arn:aws:s3:::lake", RoleARN: "arn:aws:iam::000000000000:role/any", ...more };
  return { ExtendedS3DestinationConfiguration: s3 };
}
