import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CreateBucketCommand,
  DeleteObjectsCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
} from "@aws-sdk/client-s3";
import { createStream, putAll, startJourney } from "./journey.ts";
import { presign } from "./presign.ts";
import { Bucket, failure, KEY, put, s3Of, signedLake, textOf } from "./s3-lake.ts";

/** Who may come through the S3 door, and what other doors and stores have to do with it. */

test("presigned URLs do what they were made for, until they expire, and nothing else", async (t) => {
  const { s3, url } = await signedLake(t);
  const of = (method: string, path: string, more: object = {}) => presign({ url, path, method, key: KEY, ...more });
  const upload = await fetch(of("PUT", "/lake/up%20load"), { method: "PUT", body: "by url" });
  assert.equal(upload.status, 200);
  const query = { "response-content-type": "text/x", "response-content-disposition": "attachment" };
  const answer = await fetch(of("GET", "/lake/up%20load", { query }));
  assert.deepEqual([answer.headers.get("content-type"), await answer.text()], ["text/x", "by url"]);
  const codeOf = async (address: string, init?: RequestInit) => {
    const answer = await fetch(address, init);
    return [answer.status, /<Code>(\w+)</.exec(await answer.text())?.[1]];
  };
  const old = of("GET", "/lake/up%20load", { at: Date.now() - 60_000, seconds: 30 });
  assert.deepEqual(await codeOf(old), [403, "AccessDenied"]);
  assert.match(await (await fetch(old)).text(), /<Message>Request has expired<\/Message>/);
  assert.deepEqual(await codeOf(of("PUT", "/lake/up%20load")), [403, "SignatureDoesNotMatch"]);
  const stolen = { method: "PUT", headers: { "x-amz-copy-source": "/lake/up%20load" } };
  assert.deepEqual(await codeOf(of("PUT", "/lake/copy"), stolen), [403, "AccessDenied"]);
  assert.equal((await failure(s3.send(new HeadObjectCommand({ Bucket, Key: "copy" })))).status, 404);
});

test("whoever has no key, the wrong one, or not the right is told so as S3 does", async (t) => {
  const reader = { accessKeyId: "AKIAREADER", secretAccessKey: "reader" };
  const allow = [
    { actions: ["s3:Get*", "s3:ListBucket"], resources: ["arn:aws:s3:::lake", "arn:aws:s3:::lake/open/*"] },
  ];
  const { lakehose } = await startJourney(t, { accessKeys: [KEY, { ...reader, allow }] });
  const owner = s3Of(t, lakehose.url);
  await owner.send(new CreateBucketCommand({ Bucket }));
  for (const key of ["open/1", "closed/1"]) await put(owner, key);
  const s3 = s3Of(t, lakehose.url, { credentials: { ...reader } });
  assert.equal(await textOf(s3, "open/1"), "open/1");
  assert.deepEqual(await failure(textOf(s3, "closed/1")), { name: "AccessDenied", status: 403 });
  assert.equal((await failure(put(s3, "open/1"))).name, "AccessDenied");
  const Delete = { Objects: [{ Key: "open/1" }] };
  const { Errors } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete }));
  assert.deepEqual(
    Errors?.map(({ Code }) => Code),
    ["AccessDenied"],
  );
  const wrong = s3Of(t, lakehose.url, { credentials: { ...KEY, secretAccessKey: "other" } });
  assert.equal((await failure(put(wrong, "x"))).name, "SignatureDoesNotMatch");
  const unknown = s3Of(t, lakehose.url, { credentials: { ...KEY, accessKeyId: "NOBODY" } });
  assert.equal((await failure(put(unknown, "x"))).name, "InvalidAccessKeyId");
  const anonymous = await fetch(`${lakehose.url}/lake/open/1`);
  assert.match(await anonymous.text(), /<Code>AccessDenied<.*<RequestId>[0-9a-f-]{36}</s);
});

test("without keys unsigned requests are served, other doors stay open, and deliveries show as objects", async (t) => {
  const { lakehose, client } = await startJourney(t);
  const s3 = s3Of(t, lakehose.url, { credentials: { accessKeyId: "any", secretAccessKey: "any" } });
  await createStream(client, "clicks");
  await putAll(client, "clicks", [Buffer.from("one\n"), Buffer.from("two\n")]);
  await lakehose.flush();
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
  const [object, ...others] = Contents;
  assert.equal(others.length, 0, "nothing but the object is in the list");
  assert.equal(await textOf(s3, object?.Key ?? ""), "one\ntwo\n");
  const unsigned = await fetch(`${lakehose.url}/lake/${object?.Key}`);
  assert.equal(await unsigned.text(), "one\ntwo\n");
  assert.equal((await fetch(`${lakehose.url}/lake/new`, { method: "PUT", body: "x" })).status, 200);
  for (const path of ["/healthz", "/readyz", "/metrics", "/api/streams"]) {
    assert.equal((await fetch(lakehose.url + path)).status, 200, path);
  }
  assert.match(
    (await fetch(`${lakehose.url}/`)).headers.get("content-type") ?? "",
    /^text\/html/,
    "the console, and no list",
  );
  assert.match(await (await fetch(`${lakehose.url}/lake/absent`)).text(), /<Code>NoSuchKey</);
  assert.equal((await s3.send(new ListBucketsCommand({}))).Buckets?.length, 1);
});

test("a bucket that is mapped to another store is named with its address, not passed on", async (t) => {
  const storage = { buckets: { far: { store: "s3", endpoint: "https://user:secret@s3.example:9000/" } } } as const;
  const { lakehose } = await startJourney(t, { storage });
  const answer = await fetch(`${lakehose.url}/far/key`);
  assert.equal(answer.status, 400);
  const text = await answer.text();
  assert.match(text, /<Code>InvalidRequest<.*mapped to the S3 store at https:\/\/s3\.example:9000,/s);
  assert.doesNotMatch(text, /secret/);
});
