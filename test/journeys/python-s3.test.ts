import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { seededRandom } from "../../src/std/random.ts";
import { startJourney, temporaryFolder } from "./journey.ts";

/** boto3 and the AWS CLI through the S3 door: `npm run servers -- run python -- npm test` brings them. */
const PYTHON = process.env.LAKEHOSE_TEST_PYTHON;
const AWS_CLI = process.env.LAKEHOSE_TEST_AWS_CLI;
const run = promisify(execFile);

/** Nothing of the machine's own AWS settings. */
const ENVIRONMENT = {
  PATH: process.env.PATH,
  AWS_CONFIG_FILE: "none",
  AWS_SHARED_CREDENTIALS_FILE: "none",
  AWS_EC2_METADATA_DISABLED: "true",
};

test("boto3 makes, fills, reads, copies and empties a bucket", {
  skip: PYTHON === undefined && "needs a Python with boto3: its path belongs in LAKEHOSE_TEST_PYTHON",
}, async (t) => {
  const accessKeys = [{ accessKeyId: "AKIAPYTHON", secretAccessKey: "secret-of-python" }];
  const { lakehose } = await startJourney(t, { accessKeys });
  const script = join(import.meta.dirname, "boto3-lake.py");
  const { stdout } = await run(PYTHON ?? "", [script, lakehose.url], { env: ENVIRONMENT });
  const { presigned, ...seen } = JSON.parse(stdout) as Record<string, unknown>;
  assert.deepEqual(presigned, ["checked", "InvalidRequest"], "Signature Version 4, and 2");
  assert.deepEqual(seen, {
    location: "eu-central-1",
    buckets: ["lake"],
    keys: [0, 1, 2, 3, 4].map((index) => `many/${index} ä+`),
    metadata: { index: "3" },
    large: true,
    etag: true,
    copied: 12 * 1024 * 1024,
    once: [null, "PreconditionFailed"],
    absent: "NoSuchKey",
    acl: "NotImplemented",
    sum: "checked",
    deleted: 9,
    gone: "404",
  });
});

test("aws s3 makes a bucket, syncs a folder into it and out of it, moves, lists and removes", {
  skip: AWS_CLI === undefined && "needs the AWS CLI: its path belongs in LAKEHOSE_TEST_AWS_CLI",
}, async (t) => {
  const accessKeys = [{ accessKeyId: "AKIACLI", secretAccessKey: "secret-of-cli" }];
  const { lakehose } = await startJourney(t, { accessKeys });
  const env = {
    ...ENVIRONMENT,
    AWS_ACCESS_KEY_ID: "AKIACLI",
    AWS_SECRET_ACCESS_KEY: "secret-of-cli",
    AWS_DEFAULT_REGION: "us-west-2",
    AWS_ENDPOINT_URL: lakehose.url,
  };
  const aws = async (...args: string[]) => (await run(AWS_CLI ?? "", ["s3", ...args], { env })).stdout;
  const [from, to] = [await temporaryFolder(t), await temporaryFolder(t)];
  const large = seededRandom(8).bytes(9 * 1024 * 1024);
  await writeFile(join(from, "large.bin"), large);
  await writeFile(join(from, "a b+ü.txt"), "small");
  await aws("mb", "s3://lake");
  await aws("sync", from, "s3://lake/folder/");
  await aws("mv", "s3://lake/folder/large.bin", "s3://lake/other/moved.bin");
  const listed = await aws("ls", "--recursive", "s3://lake/");
  assert.match(listed, /\s5 folder\/a b\+ü\.txt\n.*\s9437184 other\/moved\.bin\n$/s);
  assert.match(await aws("ls", "s3://lake/"), /PRE folder\/\n\s+PRE other\//);
  await aws("sync", "s3://lake", to);
  assert.ok(large.equals(await readFile(join(to, "other", "moved.bin"))));
  await aws("rb", "--force", "s3://lake");
  assert.equal(await aws("ls"), "");
});
