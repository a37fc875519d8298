import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PretendClock } from "../../../test/fakes/pretend-clock.ts";
import { errorXml, s3Put, scriptedS3 } from "../../../test/fakes/scripted-s3.ts";
import { systemClock } from "../../std/clock.ts";
import { seededRandom } from "../../std/random.ts";
import { MemoryStore } from "../memory/memory-store.ts";
import { ObjectStoreError, type StoreCapabilities } from "../object-store.ts";
import { probeBucket } from "./s3-probe.ts";

const bucket = "lake";

async function probeMemory(capabilities: Partial<StoreCapabilities>) {
  const multipart = { putBytesMax: 1000, partBytes: 10 };
  const store = new MemoryStore({ clock: systemClock, multipart, capabilities });
  await store.ensureBucket(bucket);
  assert.ok(store.multipart);
  const withParts = Object.assign(store, { multipart: store.multipart });
  const found = await probeBucket(withParts, bucket, seededRandom(1), () => assert.fail("the header was not refused"));
  const left: string[] = [];
  for await (const { key } of store.list(bucket)) left.push(key);
  for await (const { key } of store.multipart.listUploads(bucket, "")) left.push(key);
  return { found, left };
}

describe("probeBucket", () => {
  const all = { conditionalPut: true, conditionalComplete: true, keepsMetadata: true };
  for (const missing of [undefined, "conditionalPut", "conditionalComplete", "keepsMetadata"] as const) {
    it(`finds out about a store ${missing === undefined ? "that honours all" : `without ${missing}`}`, async () => {
      const wanted = missing === undefined ? all : { ...all, [missing]: false };
      const { found, left } = await probeMemory(wanted);
      assert.deepEqual(found, wanted);
      assert.deepEqual(left, []);
    });
  }

  it("removes what a killed process left, and nothing that is young or somebody else's", async () => {
    const clock = new PretendClock();
    const store = new MemoryStore({ clock, multipart: { putBytesMax: 1000, partBytes: 10 } });
    assert.ok(store.multipart);
    const { multipart } = store;
    await store.ensureBucket(bucket);
    const old = "_lakehose/probe/00112233445566aa";
    const young = "_lakehose/probe/00112233445566bb";
    const foreign = ["_lakehose/probe/notes", `${old}/more`, `data/${old}`, `${old}.gz`];
    for (const key of [old, ...foreign]) {
      await store.put(s3Put({ bucket, key }));
      await multipart.create(s3Put({ bucket, key }));
    }
    await clock.advance(11 * 60_000);
    await store.put(s3Put({ bucket, key: young }));
    await multipart.create(s3Put({ bucket, key: young }));
    await clock.advance(60_000);
    await probeBucket(Object.assign(store, { multipart }), bucket, seededRandom(1), () => undefined);
    const [objects, uploads]: [string[], string[]] = [[], []];
    for await (const { key } of store.list(bucket)) objects.push(key);
    for await (const { key } of multipart.listUploads(bucket, "")) uploads.push(key);
    assert.deepEqual(objects.sort(), [young, ...foreign].sort());
    assert.deepEqual(uploads.sort(), [young, ...foreign].sort());
  });

  it("finds out what it can where it may not look for leftovers", async (context) => {
    const { server, store } = await scriptedS3(context);
    const upload = "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>";
    const metadata = { "x-amz-meta-lakehose-probe": "1", "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT" };
    server.answer({ status: 200 }, { status: 200, headers: metadata });
    server.answer({ status: 412, body: errorXml("PreconditionFailed") }, { status: 200, body: upload });
    server.answer({ status: 200, headers: { etag: '"e"' } }, { status: 412, body: errorXml("PreconditionFailed") });
    server.answer({ status: 204 }, { status: 404, body: errorXml("NoSuchUpload") });
    server.answer({ status: 403, body: errorXml("AccessDenied") }, { status: 204 });
    const found = await store.probe(bucket);
    assert.deepEqual(found, { conditionalPut: true, conditionalComplete: true, keepsMetadata: true });
    assert.equal(server.seen.at(-1)?.method, "DELETE");
  });

  it("counts on nothing where it may not write, and is careful instead of stuck", async (context) => {
    const { server, store } = await scriptedS3(context);
    server.answer({ status: 403, body: errorXml("AccessDenied") });
    assert.equal((await store.probe(bucket)).conditionalPut, false);
    await store.put(s3Put());
    assert.equal(server.seen.at(-1)?.headers["if-none-match"], "*", "the condition is sent all the same");
  });

  it("spares a store the header that it refuses", async (context) => {
    const { server, store } = await scriptedS3(context);
    const upload = "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>";
    server.answer({ status: 501, body: errorXml("NotImplemented") }, { status: 200 });
    server.answer({ status: 200, headers: { "x-amz-meta-lakehose-probe": "1" } }, { status: 200 });
    server.answer({ status: 200, body: upload }, { status: 200, headers: { etag: '"e"' } });
    server.answer({ status: 200, body: "<R><ETag>e</ETag></R>" }, { status: 200 }, { status: 204 });
    const found = await store.probe(bucket);
    assert.deepEqual(found, { conditionalPut: false, conditionalComplete: false, keepsMetadata: true });
    await store.put(s3Put());
    assert.equal(server.seen.at(-1)?.headers["if-none-match"], undefined);
  });

  it("asks again after a failure, and only once after an answer", async (context) => {
    const { server, store } = await scriptedS3(context);
    server.answer({ status: 500 });
    await assert.rejects(store.probe(bucket), ObjectStoreError);
    server.answer({ status: 403, body: errorXml("AccessDenied") });
    const first = store.probe(bucket);
    assert.equal(store.probe(bucket), first);
    await first;
    const { length } = server.seen;
    await store.probe(bucket);
    assert.equal(server.seen.length, length);
  });
});
