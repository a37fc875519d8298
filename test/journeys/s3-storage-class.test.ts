import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { Bucket, failure, signedLake, textOf } from "./s3-lake.ts";

const classOf = async (s3: S3Client, Key: string) =>
  (await s3.send(new HeadObjectCommand({ Bucket, Key }))).StorageClass;

test("the local lake keeps and shows the storage class of an object, and its copies have their own", async (t) => {
  const { s3 } = await signedLake(t);
  await s3.send(new PutObjectCommand({ Bucket, Key: "cold", Body: "x", StorageClass: "GLACIER" }));
  await s3.send(new PutObjectCommand({ Bucket, Key: "plain", Body: "x", StorageClass: "STANDARD" }));
  await s3.send(new PutObjectTaggingCommand({ Bucket, Key: "cold", Tagging: { TagSet: [{ Key: "a", Value: "b" }] } }));
  const got = await s3.send(new GetObjectCommand({ Bucket, Key: "cold" }));
  assert.deepEqual([got.StorageClass, await got.Body?.transformToString()], ["GLACIER", "x"]);
  assert.equal(await classOf(s3, "plain"), undefined, "S3 says nothing of the default");
  const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket }));
  assert.deepEqual(
    Contents?.map(({ StorageClass }) => StorageClass),
    ["GLACIER", "STANDARD"],
  );
  const copy = (Key: string, more: object = {}) =>
    s3.send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/cold`, ...more }));
  await copy("copied");
  assert.equal(await classOf(s3, "copied"), undefined);
  await copy("cold", { StorageClass: "STANDARD_IA" });
  assert.equal(await classOf(s3, "cold"), "STANDARD_IA");
  assert.equal(await textOf(s3, "cold"), "x");
  const wrong = new PutObjectCommand({ Bucket, Key: "wrong", Body: "x", StorageClass: "FROZEN" as "GLACIER" });
  assert.deepEqual(await failure(s3.send(wrong)), { name: "InvalidStorageClass", status: 400 });
});

test("an upload in parts has the storage class that it was begun with", async (t) => {
  const { s3 } = await signedLake(t);
  const of = { Bucket, Key: "big" };
  const begin = new CreateMultipartUploadCommand({ ...of, StorageClass: "ONEZONE_IA" });
  const upload = { ...of, UploadId: (await s3.send(begin)).UploadId };
  const { ETag } = await s3.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: "one" }));
  assert.equal((await s3.send(new ListPartsCommand(upload))).StorageClass, "ONEZONE_IA");
  const { Uploads } = await s3.send(new ListMultipartUploadsCommand({ Bucket }));
  assert.equal(Uploads?.[0]?.StorageClass, "ONEZONE_IA");
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
  await s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload }));
  assert.equal(await classOf(s3, "big"), "ONEZONE_IA");
});
