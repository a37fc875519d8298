import assert from "node:assert/strict";
import { rm, utimes } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteBucketLifecycleCommand,
  GetBucketLifecycleConfigurationCommand,
  HeadObjectCommand,
  type LifecycleRule,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutBucketLifecycleConfigurationCommand,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { start } from "../../src/server/index.ts";
import { afterwards } from "./cleanup.ts";
import { temporaryFolder, until } from "./journey.ts";
import { Bucket, failure, put, s3Of, signedLake } from "./s3-lake.ts";

const DAY_MS = 86_400_000;

const putRules = (s3: S3Client, ...Rules: LifecycleRule[]) =>
  s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));
const getRules = async (s3: S3Client) => (await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules;

async function keysOf(s3: S3Client): Promise<(string | undefined)[]> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
  return Contents.map(({ Key }) => Key);
}

/** As if the object had been written so many days ago. */
async function age(data: string, key: string, days: number): Promise<void> {
  const at = new Date(Date.now() - days * DAY_MS);
  await utimes(join(data, "buckets", Bucket, key), at, at);
}

/** A server on this folder that makes up for today's run, whoever had done it before. */
async function startAndRun(t: TestContext, data: string, options: Parameters<typeof start>[0] = {}) {
  await rm(join(data, "meta/lifecycle/progress.json"), { force: true });
  const lakehose = await start({ data, ...options });
  afterwards(t, () => lakehose.close());
  return { lakehose, s3: s3Of(t, lakehose.url) };
}

test("rules are put, shown, replaced and deleted as on S3, and end with their bucket", async (t) => {
  const { s3 } = await signedLake(t);
  const missing = { name: "NoSuchLifecycleConfiguration", status: 404 };
  assert.deepEqual(await failure(getRules(s3)), missing);
  const rules: LifecycleRule[] = [
    {
      ID: "logs",
      Status: "Enabled",
      Filter: { And: { Prefix: "logs/", Tags: [{ Key: "a", Value: "b" }], ObjectSizeGreaterThan: 5 } },
      Transitions: [{ Days: 30, StorageClass: "GLACIER_IR" }],
      Expiration: { Days: 365 },
    },
    {
      ID: "uploads",
      Status: "Disabled",
      Filter: { Prefix: "" },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
    },
  ];
  await putRules(s3, ...rules);
  assert.deepEqual(await getRules(s3), rules);
  const other: LifecycleRule = { ID: "x", Status: "Enabled", Filter: { Prefix: "x" }, Expiration: { Days: 1 } };
  await putRules(s3, other);
  assert.deepEqual(await getRules(s3), [other]);
  assert.deepEqual(await failure(putRules(s3, { ...other, Expiration: { Days: 0 } })), {
    name: "InvalidArgument",
    status: 400,
  });
  assert.deepEqual(await getRules(s3), [other]);
  await s3.send(new DeleteBucketLifecycleCommand({ Bucket }));
  assert.deepEqual(await failure(getRules(s3)), missing);
  await s3.send(new DeleteBucketLifecycleCommand({ Bucket }));
  await putRules(s3, other);
  await s3.send(new DeleteBucketCommand({ Bucket }));
  assert.equal((await failure(getRules(s3))).name, "NoSuchBucket");
  await s3.send(new CreateBucketCommand({ Bucket }));
  assert.deepEqual(await failure(getRules(s3)), missing);
});

test("rules of the S3 door and of the configuration are carried out at the next start", async (t) => {
  const data = await temporaryFolder(t);
  const first = await startAndRun(t, data);
  await first.s3.send(new CreateBucketCommand({ Bucket }));
  for (const key of ["door/old", "door/young", "file/old", "file/young", "kept", "moved"]) await put(first.s3, key);
  const tagged = { Bucket, Key: "tagged", Body: "x", Tagging: "gone=yes" };
  await first.s3.send(new PutObjectCommand(tagged));
  await first.s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "upload" }));
  await putRules(
    first.s3,
    { ID: "1", Status: "Enabled", Filter: { Prefix: "door/" }, Expiration: { Days: 3 } },
    { ID: "2", Status: "Enabled", Filter: { Tag: { Key: "gone", Value: "yes" } }, Expiration: { Days: 3 } },
    { ID: "3", Status: "Disabled", Filter: { Prefix: "" }, Expiration: { Days: 1 } },
    {
      ID: "4",
      Status: "Enabled",
      Filter: { And: { Prefix: "moved", ObjectSizeGreaterThan: 0 } },
      Transitions: [{ Days: 3, StorageClass: "GLACIER" }],
    },
    { ID: "5", Status: "Enabled", Filter: {}, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
  );
  await first.lakehose.close();
  for (const key of ["door/old", "file/old", "kept", "moved", "tagged"]) await age(data, key, 5);

  const configFile = { lifecycle: [{ bucket: Bucket, prefix: "file/", expireAfterDays: 3 }] };
  const second = await startAndRun(t, data, configFile);
  await until(async () => (await keysOf(second.s3)).length === 4);
  assert.deepEqual(await keysOf(second.s3), ["door/young", "file/young", "kept", "moved"]);
  await until(
    async () => (await second.s3.send(new HeadObjectCommand({ Bucket, Key: "moved" }))).StorageClass === "GLACIER",
  );
  const { Uploads } = await second.s3.send(new ListMultipartUploadsCommand({ Bucket }));
  assert.equal(Uploads?.length, 1, "it is not old enough");
});
