import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { type TestContext, test } from "node:test";
import { type Lakehose, start } from "../server/index.ts";
import { runCommand } from "./main.ts";

const OPERATOR = { accessKeyId: "OPERATOR", secretAccessKey: "operator-secret" };
const READER = {
  accessKeyId: "READER",
  secretAccessKey: "reader-secret",
  allow: [{ actions: ["lakehose:List*"], resources: ["*"] }],
};
const AS_OPERATOR = { AWS_ACCESS_KEY_ID: OPERATOR.accessKeyId, AWS_SECRET_ACCESS_KEY: OPERATOR.secretAccessKey };
const AS_READER = { AWS_ACCESS_KEY_ID: READER.accessKeyId, AWS_SECRET_ACCESS_KEY: READER.secretAccessKey };
const REQUEST = JSON.stringify({
  DeliveryStreamName: "clicks",
  ExtendedS3DestinationConfiguration: { RoleARN: "arn:aws:iam::000000000000:role/any", BucketARN: "arn:aws:s3:::lake" },
});

async function guarded(t: TestContext): Promise<Lakehose> {
  const lakehose = await start({ accessKeys: [OPERATOR, READER] });
  t.after(() => lakehose.close());
  return lakehose;
}

async function run(lakehose: Lakehose, environment: Record<string, string>, ...argv: string[]) {
  let out = "";
  let err = "";
  const code = await runCommand(argv, {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    stdin: Readable.from([Buffer.from("one\n")]),
    environment: { LAKEHOSE_ENDPOINT: lakehose.url, ...environment },
    signal: new AbortController().signal,
  });
  return { code, out, err };
}

async function requestFile(t: TestContext): Promise<string> {
  const file = join(await folderOf(t), "stream.json");
  await writeFile(file, REQUEST);
  return file;
}

async function folderOf(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "lakehose-connection-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test("a server with access keys and no token is managed with the keys alone", async (t) => {
  const lakehose = await guarded(t);
  const operator = (...argv: string[]) => run(lakehose, { ...AS_OPERATOR, AWS_REGION: "eu-west-1" }, ...argv);
  assert.equal((await operator("streams", "create", "--file", await requestFile(t))).code, 0);
  for (const argv of [
    ["put", "clicks"],
    ["streams", "flush", "clicks"],
    ["redrive", "clicks"],
    ["replay", "clicks", "--list"],
    ["tables", "list"],
  ]) {
    const { code, err } = await operator(...argv);
    assert.deepEqual([argv, code, err], [argv, 0, ""]);
  }
});

test("rules of a key hold for the admin API as those of a token do", async (t) => {
  const lakehose = await guarded(t);
  assert.equal((await run(lakehose, AS_READER, "tables", "list")).code, 0);
  const { code, err } = await run(lakehose, AS_READER, "streams", "flush", "clicks");
  assert.equal(code, 1);
  assert.match(err, /403 User: .*user\/READER is not authorized to perform: lakehose:FlushStream/);
});

test("without credentials, or with wrong ones, the server says what it wants", async (t) => {
  const lakehose = await guarded(t);
  const nobody = await run(lakehose, {}, "tables", "list");
  assert.match(nobody.err, /401 .*AWS Signature Version 4 .*lakehose.*Authorization: Bearer TOKEN/);
  const wrong = { ...AS_OPERATOR, AWS_SECRET_ACCESS_KEY: "guessed" };
  assert.match((await run(lakehose, wrong, "tables", "list")).err, /signature we calculated does not match/);
});

test("--profile takes the keys from AWS's credentials file, for calls of both kinds", async (t) => {
  const lakehose = await guarded(t);
  const file = join(await folderOf(t), "credentials");
  const { accessKeyId, secretAccessKey } = OPERATOR;
  await writeFile(file, `[ops]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`);
  const before = process.env.AWS_SHARED_CREDENTIALS_FILE;
  process.env.AWS_SHARED_CREDENTIALS_FILE = file;
  t.after(() => {
    if (before === undefined) delete process.env.AWS_SHARED_CREDENTIALS_FILE;
    else process.env.AWS_SHARED_CREDENTIALS_FILE = before;
  });
  assert.equal(
    (await run(lakehose, AS_READER, "--profile", "ops", "streams", "create", "--file", await requestFile(t))).code,
    0,
  );
  const { code, err } = await run(lakehose, AS_READER, "--profile", "ops", "streams", "flush", "clicks");
  assert.deepEqual([code, err], [0, ""]);
});
