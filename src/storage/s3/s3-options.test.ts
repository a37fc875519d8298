import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { errorXml, s3Put, scriptedS3 } from "../../../test/fakes/scripted-s3.ts";
import { ObjectStoreError } from "../object-store.ts";
import { makeS3Client } from "./s3-options.ts";

describe("what an S3 store sends", () => {
  it("is one plain PUT: condition, signed hash of the body, no trailers", async (context) => {
    const { server, store } = await scriptedS3(context);
    server.answer({ status: 200, headers: { etag: '"abc"' } });
    const written = await store.put(s3Put());
    assert.equal(written.etag, "abc");
    const [request] = server.seen;
    assert.equal(`${request?.method} ${request?.url}`, "PUT /lake/a/b?x-id=PutObject");
    assert.equal(request?.body.toString(), "content");
    assert.equal(request.headers["if-none-match"], "*");
    assert.equal(request.headers["x-amz-content-sha256"], createHash("sha256").update("content").digest("hex"));
    assert.equal(request.headers["x-amz-meta-lakehose-parcel"], "p");
    for (const name of ["x-amz-trailer", "x-amz-sdk-checksum-algorithm", "content-encoding"]) {
      assert.equal(request.headers[name], undefined, name);
    }
  });

  it("has no condition where replacing is allowed", async (context) => {
    const { server, store } = await scriptedS3(context);
    await store.put(s3Put({ onlyIfAbsent: false }));
    assert.equal(server.seen[0]?.headers["if-none-match"], undefined);
  });

  it("carries storage class, ACL and encryption", async (context) => {
    const { server, store } = await scriptedS3(context);
    const encryption = { type: "sse-kms", keyArn: "arn:aws:kms:us-east-1:000000000000:key/lake" } as const;
    await store.put(s3Put({ storageClass: "STANDARD_IA", acl: "bucket-owner-full-control", encryption }));
    await store.put(s3Put({ encryption: { type: "sse-s3" } }));
    const [first, second] = server.seen.map((one) => one.headers);
    assert.equal(first?.["x-amz-storage-class"], "STANDARD_IA");
    assert.equal(first["x-amz-acl"], "bucket-owner-full-control");
    assert.equal(first["x-amz-server-side-encryption"], "aws:kms");
    assert.equal(first["x-amz-server-side-encryption-aws-kms-key-id"], encryption.keyArn);
    assert.equal(second?.["x-amz-server-side-encryption"], "AES256");
  });

  it("carries the customer's key with writes, reads and parts, and never another one", async (context) => {
    const key = Buffer.alloc(32, 7);
    const { server, store } = await scriptedS3(context, { customerKey: key.toString("base64") });
    await store.put(s3Put());
    await store.head("lake", "a/b");
    await store.get("lake", "a/b");
    server.answer({ status: 200, headers: { etag: '"e"' } });
    await store.multipart.uploadPart({ bucket: "lake", key: "a/b", uploadId: "u" }, 1, Buffer.from("x"));
    assert.equal(server.seen.length, 4);
    for (const { headers } of server.seen) {
      assert.equal(headers["x-amz-server-side-encryption-customer-algorithm"], "AES256");
      assert.equal(headers["x-amz-server-side-encryption-customer-key"], key.toString("base64"));
      const md5 = createHash("md5").update(key).digest("base64");
      assert.equal(headers["x-amz-server-side-encryption-customer-key-md5"], md5);
    }
    const other = { type: "sse-c", key: Buffer.alloc(32, 8).toString("base64") } as const;
    await assert.rejects(store.put(s3Put({ encryption: other })), /SSE-C/);
  });

  it("never has keys that servers read as steps upward", async (context) => {
    const { server, store } = await scriptedS3(context);
    for (const key of ["../x", "a/../x", "a/./x", "", "a\ud800", "k".repeat(1025)]) {
      const refused = (error: unknown) => error instanceof ObjectStoreError && error.code === "invalid-key";
      await assert.rejects(store.put(s3Put({ key })), refused, JSON.stringify(key));
      await assert.rejects(store.head("lake", key), refused);
      await assert.rejects(store.multipart.create(s3Put({ key })), refused);
    }
    assert.equal(server.seen.length, 0);
  });
});

describe("makeS3Client", () => {
  it("never repeats a request, and puts the bucket into the path where an endpoint is given", async () => {
    const local = makeS3Client({ endpoint: "http://127.0.0.1:1" }).config;
    assert.equal(await local.maxAttempts(), 1);
    assert.equal(local.forcePathStyle, true);
    assert.equal(await local.region(), "us-east-1");
    assert.equal(makeS3Client({ region: "eu-west-1" }).config.forcePathStyle, false);
    assert.equal(makeS3Client({ endpoint: "http://127.0.0.1:1", pathStyle: false }).config.forcePathStyle, false);
  });
});

describe("S3Store.ensureBucket", () => {
  it("tells an absent bucket from one that it may only write to", async (context) => {
    const { server, store } = await scriptedS3(context);
    server.answer({ status: 404 }, { status: 403 }, { status: 500 });
    const hasCode = (code: string) => (error: unknown) => error instanceof ObjectStoreError && error.code === code;
    await assert.rejects(store.ensureBucket("lake"), hasCode("no-such-bucket"));
    await store.ensureBucket("lake");
    await assert.rejects(store.ensureBucket("lake"), hasCode("unavailable"));
  });
});

describe("S3Store.list", () => {
  it("follows pages and takes keys as they are encoded", async (context) => {
    const { server, store } = await scriptedS3(context);
    const page = (inner: string) => ({ status: 200, body: `<ListBucketResult>${inner}</ListBucketResult>` });
    const one = "<Contents><Key>a%20b%2Bc</Key><Size>3</Size><ETag>&quot;e&quot;</ETag></Contents>";
    const more = "<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>";
    server.answer(page(`<EncodingType>url</EncodingType>${one}${more}`));
    server.answer(page("<Contents><Key>plain%20key</Key><Size>4</Size></Contents><IsTruncated>false</IsTruncated>"));
    const keys: string[] = [];
    for await (const { key } of store.list("lake", { prefix: "p" })) keys.push(key);
    assert.deepEqual(keys, ["a b+c", "plain%20key"]);
    assert.match(server.seen[1]?.url ?? "", /continuation-token=t/);
  });
});

describe("S3Store aborting an upload", () => {
  it("repeats until no part is left", async (context) => {
    const { server, store } = await scriptedS3(context);
    const parts = (inner: string) => ({ status: 200, body: `<ListPartsResult>${inner}</ListPartsResult>` });
    const part = "<Part><PartNumber>1</PartNumber><ETag>e</ETag></Part>";
    server.answer({ status: 204 }, parts(part), { status: 204 }, { status: 404, body: errorXml("NoSuchUpload") });
    await store.multipart.abort({ bucket: "lake", key: "k", uploadId: "u" });
    assert.deepEqual(
      server.seen.map((one) => one.method),
      ["DELETE", "GET", "DELETE", "GET"],
    );
  });

  it("takes an upload that nobody knows for aborted", async (context) => {
    const { server, store } = await scriptedS3(context);
    server.answer({ status: 404, body: errorXml("NoSuchUpload") });
    await store.multipart.abort({ bucket: "lake", key: "k", uploadId: "u" });
    assert.equal(server.seen.length, 1);
  });
});

describe("makeS3Client", () => {
  it("leaves the credentials that it is given as they are", async (context) => {
    const credentials = { accessKeyId: "AKIA", secretAccessKey: "secret" };
    const client = makeS3Client({ credentials });
    context.after(() => client.destroy());
    await client.config.credentials();
    assert.deepEqual(Object.keys(credentials), ["accessKeyId", "secretAccessKey"]);
  });
});
