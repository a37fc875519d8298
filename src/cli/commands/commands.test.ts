import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { type TestContext, test } from "node:test";
import { type Lakehose, start } from "../../server/index.ts";
import { runCommand } from "../main.ts";
import { demoCommand } from "./demo.ts";

const REQUEST = `
DeliveryStreamName: clicks
ExtendedS3DestinationConfiguration:
  RoleARN: arn:aws:iam::000000000000:role/any
  BucketARN: arn:aws:s3:::lake
  Prefix: clicks/dt=!{timestamp:yyyy}/
  ErrorOutputPrefix: errors/!{firehose:error-output-type}/
lakehose: { roll-records: 1000 }
`;

interface Fixture {
  readonly lakehose: Lakehose;
  readonly folder: string;
  /** Runs a command against the server; the exit code has to be 0. */
  run(...argv: string[]): Promise<string>;
  feed(stdin: string, ...argv: string[]): Promise<string>;
}

async function temporary(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "lakehose-commands-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function invoke(argv: readonly string[], environment: Record<string, string>, stdin = "") {
  let out = "";
  let err = "";
  const code = await runCommand(argv, {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    stdin: Readable.from([Buffer.from(stdin)]),
    environment,
    signal: new AbortController().signal,
  });
  return { code, out, err };
}

async function fixture(t: TestContext): Promise<Fixture> {
  const lakehose = await start();
  t.after(() => lakehose.close());
  const folder = await temporary(t);
  await writeFile(join(folder, "stream.yaml"), REQUEST);
  const feed = async (stdin: string, ...argv: string[]) => {
    const { code, out, err } = await invoke(argv, { LAKEHOSE_ENDPOINT: lakehose.url }, stdin);
    assert.equal(code, 0, err);
    return out;
  };
  return { lakehose, folder, feed, run: (...argv) => feed("", ...argv) };
}

async function delivered(lakehose: Lakehose): Promise<string[]> {
  const found: string[] = [];
  for await (const { bytes } of lakehose.records("clicks")) found.push(bytes.toString());
  return found;
}

test("streams create, put, flush: what was fed in is in the lake", async (t) => {
  const { lakehose, folder, run, feed } = await fixture(t);
  assert.match(await run("streams", "create", "--file", join(folder, "stream.yaml")), /clicks is ACTIVE/);
  assert.match(await feed("one\n\ntwo", "put", "clicks"), /^2 records \(7 B\) accepted by clicks\.$/m);
  assert.match(await run("streams", "flush", "clicks"), /has landed/);
  assert.deepEqual(await delivered(lakehose), ["one", "two"]);
});

test("streams create sends the lakehose section along", async (t) => {
  const { lakehose, folder, run } = await fixture(t);
  await run("streams", "create", "--file", join(folder, "stream.yaml"));
  const response = await fetch(`${lakehose.url}/api/streams/clicks`);
  const text = await response.text();
  assert.match(text, /"roll-records":1000/);
});

test("streams list and describe print JSON when asked, streams delete removes", async (t) => {
  const { folder, run } = await fixture(t);
  assert.match(await run("streams", "list"), /There are no streams yet/);
  await run("streams", "create", "--file", join(folder, "stream.yaml"));
  const [row] = JSON.parse(await run("--json", "streams", "list"));
  assert.deepEqual([row.name, row.status], ["clicks", "ACTIVE"]);
  const description = JSON.parse(await run("streams", "describe", "clicks"));
  assert.equal(description.DeliveryStreamName, "clicks");
  await run("streams", "delete", "clicks", "--force");
  assert.deepEqual(JSON.parse(await run("--json", "streams", "list")), []);
});

test("streams create --dry-run shows keys and warnings and makes nothing", async (t) => {
  const { folder, run, feed } = await fixture(t);
  const file = join(folder, "stream.yaml");
  await writeFile(file, REQUEST.replace("yyyy", "YYYY"));
  const out = await feed("one\ntwo\n", "--json", "streams", "create", "--file", file, "--dry-run", "--records", "-");
  const { objects, rejects, warnings } = JSON.parse(out);
  assert.equal(objects.length, 1);
  assert.match(objects[0].key, /^clicks\/dt=\d{4}\/clicks-1-/);
  assert.deepEqual([objects[0].bytes, rejects.length], [8, 0]);
  assert.match(warnings[0], /week-based year/);
  assert.deepEqual(JSON.parse(await run("--json", "streams", "list")), []);
});

test("streams create --dry-run says what AWS would say of a bad request", async (t) => {
  const folder = await temporary(t);
  const file = join(folder, "stream.yaml");
  await writeFile(file, REQUEST.replace("errors/!{firehose:error-output-type}/", "errors/!{timestamp:yyyy}/"));
  const { code, err } = await invoke(["streams", "create", "--file", file, "--dry-run"], {});
  assert.equal(code, 1);
  assert.match(err, /ErrorOutputPrefix must contain at least one occurrence of !\{firehose:error-output-type\}/);
});

test("generate gives the same events for the same seed and start, to a file and to a stream", async (t) => {
  const { lakehose, folder, run } = await fixture(t);
  await run("streams", "create", "--file", join(folder, "stream.yaml"));
  const file = join(folder, "events.ndjson");
  const options = ["--count", "5", "--seed", "7", "--start", "2026-01-31T08:30:00Z"];
  await run("generate", "ticker", "--file", file, ...options);
  await run("generate", "ticker", "--stream", "clicks", ...options);
  await run("streams", "flush", "clicks");
  const written = (await readFile(file, "utf8")).trimEnd().split("\n");
  assert.equal(written.length, 5);
  assert.deepEqual(await delivered(lakehose), written);
  assert.equal(await run("generate", "ticker", ...options), `${written.join("\n")}\n`);
});

test("log inspect checks every frame of a stream and changes nothing", async (t) => {
  const data = await temporary(t);
  const streams = [
    {
      DeliveryStreamName: "s",
      ExtendedS3DestinationConfiguration: {
        RoleARN: "arn:aws:iam::000000000000:role/any",
        BucketARN: "arn:aws:s3:::lake",
      },
    },
  ];
  const lakehose = await start({ data, streams });
  await invoke(["put", "s"], { LAKEHOSE_ENDPOINT: lakehose.url }, "one\ntwo\n");
  await lakehose.close();
  const { code, out, err } = await invoke(["log", "inspect", "s"], { LAKEHOSE_DATA: data });
  assert.equal(code, 0, err);
  assert.match(out, /segment 1 .*from offset 0/);
  assert.match(out, /valid frames.*2 records from offset 0/);
  const unknown = await invoke(["log", "inspect", "t", "--data", data], {});
  assert.match(unknown.err, /There is no stream t .*there are: s/);
});

test("demo delivers every flight once", async () => {
  const { code, out, err } = await invoke(["--json", demoCommand.name], {});
  assert.equal(code, 0, err);
  const { put, origins } = JSON.parse(out);
  assert.equal(put.records, 20_000);
  assert.deepEqual([origins[0].origin, origins[0].flights], ["DFW", 1103]);
});

test("replay delivers again beside what is there, and redrive says what it found", async (t) => {
  const { run, feed, folder } = await fixture(t);
  await run("streams", "create", "--file", join(folder, "stream.yaml"));
  await feed("one\ntwo\n", "put", "clicks");
  assert.match(
    await run("replay", "clicks"),
    /^Replay [0-9a-f]{12} into lake\/replay\/.* is landed: 2 delivered, 0 errored/,
  );
  const [listed] = JSON.parse(await run("replay", "clicks", "--list", "--json"));
  assert.equal(listed.state, "landed");
  assert.match(await run("redrive", "clicks", "--prefix", "errors/"), /^0 records went back .* from 0 objects/);
  assert.match(await run("redrive", "clicks", "--detach"), /^Redrive 2 of destinationId-000000000001 has begun/);
  assert.match(await run("redrive", "clicks", "--cancel", "2"), /^Redrive 2 is (done|cancelled)/);
  assert.match(await run("redrive", "clicks", "--list"), /^ 1 +destinationId-000000000001 +done +0 +0$/m);
});
