import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { test } from "node:test";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeleteObjectTaggingCommand,
  GetBucketAclCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { seededRandom } from "../../src/std/random.ts";
import { presign } from "./presign.ts";
import { Bucket, failure, KEY, MIB, put, REGION, signedLake, textOf } from "./s3-lake.ts";

/** The AWS SDK for S3 against the local lake: every operation. */

test("buckets are made, found, listed and removed", async (t) => {
  const { s3 } = await signedLake(t);
  await s3.send(
    new CreateBucketCommand({ Bucket: "second", CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } }),
  );
  const { Buckets } = await s3.send(new ListBucketsCommand({}));
  assert.deepEqual(
    Buckets?.map(({ Name }) => Name),
    ["lake", "second"],
  );
  assert.equal((await s3.send(new HeadBucketCommand({ Bucket }))).BucketRegion, REGION);
  assert.equal((await s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint, REGION);
  assert.equal((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status, undefined);
  assert.deepEqual(await failure(s3.send(new CreateBucketCommand({ Bucket }))), {
    name: "BucketAlreadyOwnedByYou",
    status: 409,
  });
  assert.equal((await failure(s3.send(new CreateBucketCommand({ Bucket: "Not_A_Name" })))).name, "InvalidBucketName");
  assert.deepEqual(await failure(s3.send(new HeadBucketCommand({ Bucket: "nobody" }))), {
    name: "NotFound",
    status: 404,
  });
  assert.deepEqual(await failure(s3.send(new GetBucketAclCommand({ Bucket }))), {
    name: "NotImplemented",
    status: 501,
  });
  await put(s3, "a/b");
  assert.deepEqual(await failure(s3.send(new DeleteBucketCommand({ Bucket }))), {
    name: "BucketNotEmpty",
    status: 409,
  });
  await s3.send(new DeleteObjectCommand({ Bucket, Key: "a/b" }));
  await s3.send(new DeleteBucketCommand({ Bucket }));
  assert.equal((await failure(s3.send(new ListObjectsV2Command({ Bucket })))).name, "NoSuchBucket");
});

test("an object comes back with its headers, metadata and tags, whole, in ranges and under conditions", async (t) => {
  const { s3 } = await signedLake(t);
  const Key = "dir/ä + b?&c%2F/../é\u0001 .txt";
  const about = {
    ContentType: "text/plain; charset=utf-8",
    ContentEncoding: "identity",
    ContentDisposition: 'attachment; filename="x"',
    ContentLanguage: "de",
    CacheControl: "max-age=5",
    Metadata: { "mixed-case": "Value, with: signs" },
  };
  const Body = "0123456789";
  const written = await s3.send(new PutObjectCommand({ Bucket, Key, Body, ...about, Tagging: "team=data&empty=" }));
  const etag = `"${createHash("md5").update(Body).digest("hex")}"`;
  assert.equal(written.ETag, etag);
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: "ENABLED" }));
  assert.deepEqual({ ...head, ...about, $metadata: 0 }, { ...head, $metadata: 0 });
  assert.deepEqual([head.ContentLength, head.ETag, head.AcceptRanges], [10, etag, "bytes"]);
  assert.equal(head.ChecksumCRC32, written.ChecksumCRC32);
  assert.ok(head.ChecksumCRC32);
  assert.equal(await textOf(s3, Key), Body);
  for (const [range, expected] of Object.entries({
    "2-4": "234",
    "7-": "789",
    "-2": "89",
    "8-99": "89",
    "-99": Body,
  })) {
    assert.equal(await textOf(s3, Key, `bytes=${range}`), expected, range);
  }
  const get = (more: object) => failure(s3.send(new GetObjectCommand({ Bucket, Key, ...more })));
  assert.deepEqual(await get({ Range: "bytes=10-" }), { name: "InvalidRange", status: 416 });
  assert.deepEqual(await get({ IfMatch: '"other"' }), { name: "PreconditionFailed", status: 412 });
  assert.equal((await get({ IfNoneMatch: etag })).status, 304);
  assert.equal((await get({ IfModifiedSince: new Date(Date.now() + 1000) })).status, 304);
  assert.equal((await get({ IfUnmodifiedSince: new Date(0) })).status, 412);
  assert.equal((await get({ IfMatch: etag, IfUnmodifiedSince: new Date(0) })).name, "nothing failed");
  assert.deepEqual(await get({ Key: "absent" }), { name: "NoSuchKey", status: 404 });
  assert.deepEqual(await get({ Key: "dir" }), { name: "NoSuchKey", status: 404 });
  const { TagSet } = await s3.send(new GetObjectTaggingCommand({ Bucket, Key }));
  assert.deepEqual(TagSet, [
    { Key: "team", Value: "data" },
    { Key: "empty", Value: "" },
  ]);
  const Tagging = { TagSet: [{ Key: "<&>", Value: "\"é'" }] };
  await s3.send(new PutObjectTaggingCommand({ Bucket, Key, Tagging }));
  assert.deepEqual((await s3.send(new GetObjectTaggingCommand({ Bucket, Key }))).TagSet, Tagging.TagSet);
  assert.equal((await s3.send(new HeadObjectCommand({ Bucket, Key }))).ContentLanguage, "de");
  await s3.send(new DeleteObjectTaggingCommand({ Bucket, Key }));
  assert.deepEqual((await s3.send(new GetObjectTaggingCommand({ Bucket, Key }))).TagSet, []);
  const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket, EncodingType: "url" }));
  assert.deepEqual(
    Contents?.map(({ Key, ETag, Size }) => [decodeURIComponent(Key ?? ""), ETag, Size]),
    [[Key, etag, 10]],
  );
});

test("lists go page by page, by prefix and delimiter, in both versions", async (t) => {
  const { s3 } = await signedLake(t);
  const keys = ["a", "b/1", "b/2", "b/c/3", "d e&<é>", "z/1"];
  for (const key of keys) await put(s3, key);
  const collect = async (Prefix: string, Delimiter: string | undefined) => {
    const seen: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await s3.send(
        new ListObjectsV2Command({ Bucket, Prefix, Delimiter, ContinuationToken, MaxKeys: 2, FetchOwner: true }),
      );
      seen.push(...(page.Contents ?? []).map(({ Key }) => Key ?? ""));
      seen.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => `${Prefix}*`));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    return seen.sort();
  };
  assert.deepEqual(await collect("", undefined), keys);
  assert.deepEqual(await collect("", "/"), ["a", "b/*", "d e&<é>", "z/*"]);
  assert.deepEqual(await collect("b/", "/"), ["b/1", "b/2", "b/c/*"]);
  const after = await s3.send(new ListObjectsV2Command({ Bucket, StartAfter: "b/2" }));
  assert.deepEqual(
    after.Contents?.map(({ Key }) => Key),
    keys.slice(3),
  );
  const first = await s3.send(new ListObjectsCommand({ Bucket, MaxKeys: 2 }));
  assert.deepEqual([first.IsTruncated, first.NextMarker], [true, "b/1"]);
  const rest = await s3.send(new ListObjectsCommand({ Bucket, Marker: first.NextMarker }));
  assert.deepEqual(
    rest.Contents?.map(({ Key }) => Key),
    keys.slice(2),
  );
  const wrong = s3.send(new ListObjectsV2Command({ Bucket, ContinuationToken: "%%" }));
  assert.equal((await failure(wrong)).name, "InvalidArgument");
  const Delete = { Objects: keys.map((Key) => ({ Key })), Quiet: false };
  const { Deleted, Errors } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete }));
  assert.deepEqual([Deleted?.length, Errors], [keys.length, undefined]);
  const quiet = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { ...Delete, Quiet: true } }));
  assert.equal(quiet.Deleted, undefined);
  assert.equal((await s3.send(new ListObjectsV2Command({ Bucket }))).KeyCount, 0);
});

test("of many who create a key with If-None-Match one wins, and If-Match guards a replacement", async (t) => {
  const { s3 } = await signedLake(t);
  const create = (Body: string) =>
    failure(s3.send(new PutObjectCommand({ Bucket, Key: "once", Body, IfNoneMatch: "*" })));
  const outcomes = await Promise.all(Array.from({ length: 16 }, (_, index) => create(`writer ${index}`)));
  assert.equal(outcomes.filter(({ name }) => name === "nothing failed").length, 1);
  assert.equal(outcomes.filter(({ status }) => status === 412).length, 15);
  const { ETag } = await s3.send(new HeadObjectCommand({ Bucket, Key: "once" }));
  const replace = (IfMatch: string | undefined, Key = "once") =>
    failure(s3.send(new PutObjectCommand({ Bucket, Key, Body: "next", IfMatch })));
  assert.deepEqual(await replace('"other"'), { name: "PreconditionFailed", status: 412 });
  assert.equal((await replace(ETag)).name, "nothing failed");
  assert.equal((await replace(ETag)).status, 412);
  assert.equal((await replace(ETag, "absent")).name, "NoSuchKey");
});

test("copies keep or replace what is known of an object", async (t) => {
  const { s3 } = await signedLake(t);
  const source = { Bucket, Key: "from/ä b", ContentType: "text/a", Metadata: { n: "1" }, Tagging: "t=1" };
  await s3.send(new PutObjectCommand({ ...source, Body: "content" }));
  const CopySource = `${Bucket}/${encodeURIComponent("from/ä b")}`;
  const { CopyObjectResult } = await s3.send(new CopyObjectCommand({ Bucket, Key: "kept", CopySource }));
  assert.equal(CopyObjectResult?.ETag, `"${createHash("md5").update("content").digest("hex")}"`);
  const kept = await s3.send(new HeadObjectCommand({ Bucket, Key: "kept" }));
  assert.deepEqual([kept.ContentType, kept.Metadata, kept.TagCount], ["text/a", { n: "1" }, 1]);
  const replacing = { MetadataDirective: "REPLACE", Metadata: { n: "2" }, TaggingDirective: "REPLACE" } as const;
  await s3.send(new CopyObjectCommand({ Bucket, Key: "from/ä b", CopySource, ...replacing }));
  const own = await s3.send(new HeadObjectCommand({ Bucket, Key: "from/ä b" }));
  assert.deepEqual([own.Metadata, own.TagCount, own.ContentLength], [{ n: "2" }, undefined, 7]);
  const copy = (more: object) => failure(s3.send(new CopyObjectCommand({ Bucket, Key: "x", CopySource, ...more })));
  assert.equal((await copy({ Key: "from/ä b" })).name, "InvalidRequest");
  assert.equal((await copy({ CopySourceIfMatch: '"other"' })).status, 412);
  assert.equal((await copy({ CopySource: "lake/absent" })).name, "NoSuchKey");
});

test("20 MB stream in and out, with a checksum behind them and without any length in memory", async (t) => {
  const { s3, url } = await signedLake(t);
  const bytes = Buffer.alloc(20 * MIB, seededRandom(4).bytes(65_521));
  const pieces = function* () {
    for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000);
  };
  const stream = () => Readable.from(pieces(), { objectMode: false });
  for (const ChecksumAlgorithm of ["CRC32", "CRC32C", "SHA1", "SHA256"] as const) {
    const Key = `streamed/${ChecksumAlgorithm}`;
    const command = { Bucket, Key, Body: stream(), ContentLength: bytes.length, ChecksumAlgorithm };
    await s3.send(new PutObjectCommand(command));
    const { Body, ContentEncoding } = await s3.send(new GetObjectCommand({ Bucket, Key, ChecksumMode: "ENABLED" }));
    assert.equal(ContentEncoding, undefined);
    assert.ok(bytes.equals((await Body?.transformToByteArray()) ?? Buffer.alloc(0)), ChecksumAlgorithm);
  }
  const wrong = { Bucket, Key: "wrong", Body: "content", ChecksumCRC32: "AAAAAA==" };
  assert.deepEqual(await failure(s3.send(new PutObjectCommand(wrong))), { name: "BadDigest", status: 400 });
  assert.equal((await failure(s3.send(new HeadObjectCommand({ Bucket, Key: "wrong" })))).status, 404);
  const answer = await fetch(presign({ url, path: "/lake/cut", method: "PUT", key: KEY }), {
    method: "PUT",
    body: "short",
    headers: { "content-md5": createHash("md5").update("longer").digest("base64") },
  });
  assert.match(await answer.text(), /<Code>BadDigest<\/Code>/);
});

test("parts become one object; uploads are listed, aborted, and raced", async (t) => {
  const { s3 } = await signedLake(t);
  const Key = "big";
  const parts = [Buffer.alloc(5 * MIB, "a"), Buffer.alloc(5 * MIB, "b"), Buffer.from("end")];
  const begin = async () => {
    const command = new CreateMultipartUploadCommand({ Bucket, Key, ContentType: "text/parts", Metadata: { n: "1" } });
    return { Bucket, Key, UploadId: (await s3.send(command)).UploadId };
  };
  const send = async (upload: Awaited<ReturnType<typeof begin>>, bodies = parts) => {
    const sent = bodies.map((Body, index) =>
      s3.send(new UploadPartCommand({ ...upload, PartNumber: index + 1, Body })),
    );
    return (await Promise.all(sent)).map(({ ETag }, index) => ({ ETag, PartNumber: index + 1 }));
  };
  const upload = await begin();
  const Parts = await send(upload);
  const listed = await s3.send(new ListPartsCommand({ ...upload, MaxParts: 2 }));
  assert.deepEqual([listed.Parts?.length, listed.IsTruncated, listed.NextPartNumberMarker], [2, true, "2"]);
  const uploads = await s3.send(new ListMultipartUploadsCommand({ Bucket }));
  assert.deepEqual(
    uploads.Uploads?.map((one) => [one.Key, one.UploadId]),
    [[Key, upload.UploadId]],
  );
  const complete = (more: object, MultipartUpload = { Parts }) =>
    s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload, ...more }));
  assert.equal((await failure(complete({}, { Parts: [...Parts].reverse() }))).name, "InvalidPartOrder");
  assert.equal((await failure(complete({}, { Parts: [{ ETag: '"x"', PartNumber: 1 }] }))).name, "InvalidPart");
  const done = await complete({ IfNoneMatch: "*" });
  const md5s = parts.map((part) => createHash("md5").update(part).digest());
  assert.equal(done.ETag, `"${createHash("md5").update(Buffer.concat(md5s)).digest("hex")}-3"`);
  const { Body, ContentType, Metadata } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  assert.deepEqual([ContentType, Metadata], ["text/parts", { n: "1" }]);
  assert.ok(Buffer.concat(parts).equals((await Body?.transformToByteArray()) ?? Buffer.alloc(0)));

  const second = await begin();
  const CopySource = `${Bucket}/${Key}`;
  const range = { PartNumber: 1, CopySource, CopySourceRange: `bytes=0-${5 * MIB - 1}` };
  const { CopyPartResult } = await s3.send(new UploadPartCopyCommand({ ...second, ...range }));
  assert.equal(CopyPartResult?.ETag, Parts[0]?.ETag);
  const raced = complete({ ...second, IfNoneMatch: "*" }, { Parts: [{ ETag: Parts[0]?.ETag, PartNumber: 1 }] });
  assert.equal((await failure(raced)).status, 412);
  await s3.send(new AbortMultipartUploadCommand(second));
  assert.equal((await failure(s3.send(new AbortMultipartUploadCommand(second)))).name, "NoSuchUpload");
  const third = await begin();
  const small = { Parts: await send(third, [Buffer.from("1"), Buffer.from("2")]) };
  assert.equal((await failure(complete(third, small))).name, "EntityTooSmall");
});
