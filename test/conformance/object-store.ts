import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { bytesBody } from "../../src/storage/bytes-body.ts";
import { compareKeys } from "../../src/storage/compare-keys.ts";
import { deleteUnchanged } from "../../src/storage/delete-unchanged.ts";
import {
  type ObjectInfo,
  type ObjectStore,
  ObjectStoreError,
  type ObjectStoreErrorCode,
  type PutObject,
} from "../../src/storage/object-store.ts";

/**
 * What delivery needs of every object store, as named promises. A store's test hands over how to make one with an empty
 * bucket, and the promises that its server breaks, each with the reason.
 */
export interface StoreUnderTest {
  readonly store: ObjectStore;
  readonly bucket: string;
  /** Removes what the run left behind and closes the store. */
  cleanUp(): Promise<void>;
}

export interface ObjectStoreConformance {
  readonly name: string;
  /** Why the whole suite cannot run here, when it cannot. */
  readonly skip?: string;
  /** Promise → why this store, or its server, does not keep it. */
  readonly broken?: Readonly<Record<string, string>>;
  open(): Promise<StoreUnderTest>;
}

export function objectStoreConformance(subject: ObjectStoreConformance): void {
  describe(`${subject.name}: object store conformance`, { skip: subject.skip ?? false }, () => {
    let opened: StoreUnderTest;
    const context = { store: undefined as unknown as ObjectStore, bucket: "" };
    before(async () => {
      opened = await subject.open();
      context.store = opened.store;
      context.bucket = opened.bucket;
    });
    after(async () => {
      await opened?.cleanUp();
    });
    const names = Object.keys(PROMISES);
    const unknown = Object.keys(subject.broken ?? {}).filter((name) => !names.includes(name));
    assert.deepEqual(unknown, [], "every broken promise has to be one that exists");
    for (const [name, check] of Object.entries(PROMISES)) {
      it(name, { skip: subject.broken?.[name] ?? false }, () => check(context.store, context.bucket));
    }
  });
}

type Check = (store: ObjectStore, bucket: string) => Promise<void>;

const PROMISES: Readonly<Record<string, Check>> = {
  "an object comes back with its bytes, type, encoding and metadata": async (store, bucket) => {
    const metadata = { "lakehose-parcel": "p-1", cause: "size" };
    const request = { ...put(bucket, "a/b.json.gz", "hello"), contentEncoding: "gzip", metadata };
    const written = await store.put({ ...request, contentType: "application/json" });
    const found = await store.head(bucket, "a/b.json.gz");
    assert.equal(found?.bytes, 5);
    assert.equal(found.etag, written.etag);
    assert.equal(found.contentType, "application/json");
    assert.equal(found.contentEncoding, "gzip");
    assert.deepEqual(found.metadata, metadata);
    assert.equal(await text(store, bucket, "a/b.json.gz"), "hello");
  },

  "an empty object is an object": async (store, bucket) => {
    await store.put(put(bucket, "empty", ""));
    assert.equal((await store.head(bucket, "empty"))?.bytes, 0);
    assert.equal(await text(store, bucket, "empty"), "");
  },

  "an absent object has no head": async (store, bucket) => {
    assert.equal(await store.head(bucket, "absent/object"), undefined);
  },

  "get of an absent object is not-found": async (store, bucket) => {
    await rejectsWith("not-found", text(store, bucket, "absent/object"));
  },

  "put with onlyIfAbsent refuses a taken key and leaves it alone": async (store, bucket) => {
    await store.put(put(bucket, "taken", "first"));
    await rejectsWith("exists", store.put(put(bucket, "taken", "second")));
    assert.equal(await text(store, bucket, "taken"), "first");
  },

  "of ten conditional puts at once one wins": async (store, bucket) => {
    const attempts = Array.from({ length: 10 }, (_, index) => store.put(put(bucket, "race", `writer ${index}`)));
    const settled = await Promise.allSettled(attempts);
    const winners = settled.flatMap((one, index) => (one.status === "fulfilled" ? [index] : []));
    assert.equal(winners.length, 1, `expected one winner, got ${winners.length}`);
    assert.equal(await text(store, bucket, "race"), `writer ${winners[0]}`);
    for (const one of settled) {
      if (one.status === "rejected") assert.ok(["exists", "conflict"].includes(one.reason.code), one.reason.message);
    }
  },

  "put without a condition replaces bytes and metadata": async (store, bucket) => {
    await store.put({ ...put(bucket, "replaced", "first"), metadata: { version: "1" } });
    await store.put({ ...put(bucket, "replaced", "second one"), onlyIfAbsent: false, metadata: { version: "2" } });
    assert.equal(await text(store, bucket, "replaced"), "second one");
    assert.deepEqual((await store.head(bucket, "replaced"))?.metadata, { version: "2" });
  },

  "an object that has become another is not deleted as what it was": async (store, bucket) => {
    await store.put(put(bucket, "aged", "first"));
    const [listed] = await collect(store.list(bucket, { prefix: "aged" }));
    assert.ok(listed);
    await store.put({ ...put(bucket, "aged", "second one"), onlyIfAbsent: false });
    assert.equal(await deleteUnchanged(store, bucket, listed), false);
    assert.equal(await text(store, bucket, "aged"), "second one");
    const found = await store.head(bucket, "aged");
    assert.ok(found);
    assert.equal(await deleteUnchanged(store, bucket, found), true);
    assert.equal(await store.head(bucket, "aged"), undefined);
    assert.equal(await deleteUnchanged(store, bucket, found), false);
  },

  "an object keeps what it is in another storage class": async (store, bucket) => {
    const metadata = { cause: "size" };
    await store.put({ ...put(bucket, "cold ü+/one", "hello"), metadata, storageClass: "STANDARD_IA" });
    const [before] = await collect(store.list(bucket, { prefix: "cold" }));
    assert.ok(before && store.setStorageClass);
    assert.equal(before.storageClass, "STANDARD_IA");
    assert.equal(await store.setStorageClass(bucket, before, "GLACIER_IR"), true);
    const after = await store.head(bucket, "cold ü+/one");
    assert.equal(after?.storageClass, "GLACIER_IR");
    assert.deepEqual([after.bytes, after.metadata, after.contentType], [5, metadata, "application/octet-stream"]);
    assert.equal(await text(store, bucket, "cold ü+/one"), "hello");
  },

  "an object that has become another keeps its storage class": async (store, bucket) => {
    await store.put(put(bucket, "warm", "first"));
    const [before] = await collect(store.list(bucket, { prefix: "warm" }));
    assert.ok(before && store.setStorageClass);
    await store.put({ ...put(bucket, "warm", "second one"), onlyIfAbsent: false });
    assert.equal(await store.setStorageClass(bucket, before, "DEEP_ARCHIVE"), false);
    assert.notEqual((await store.head(bucket, "warm"))?.storageClass, "DEEP_ARCHIVE");
  },

  "put into an absent bucket is no-such-bucket": async (store) => {
    await rejectsWith("no-such-bucket", store.put(put("lakehose-no-such-bucket", "key", "x")));
    await rejectsWith("no-such-bucket", collect(store.list("lakehose-no-such-bucket")));
  },

  "a deleted object is gone, and deleting it again is no error": async (store, bucket) => {
    await store.put(put(bucket, "short-lived", "x"));
    await store.delete(bucket, "short-lived");
    assert.equal(await store.head(bucket, "short-lived"), undefined);
    await store.delete(bucket, "short-lived");
    await store.put(put(bucket, "short-lived", "again"));
    assert.equal(await text(store, bucket, "short-lived"), "again");
  },

  "get of a range gives exactly that range": async (store, bucket) => {
    await store.put(put(bucket, "range", "0123456789"));
    assert.equal(await text(store, bucket, "range", { start: 0, end: 1 }), "0");
    assert.equal(await text(store, bucket, "range", { start: 3, end: 7 }), "3456");
    assert.equal(await text(store, bucket, "range", { start: 8, end: 100 }), "89");
    assert.equal(await text(store, bucket, "range", { start: 10, end: 12 }), "");
    assert.equal(await text(store, bucket, "range", { start: 4, end: 4 }), "");
  },

  "an object larger than one read comes back whole": async (store, bucket) => {
    const bytes = Buffer.from(Array.from({ length: 3_000_001 }, (_, index) => (index * 7) % 251));
    await store.put({ ...put(bucket, "large", ""), body: bytesBody(bytes) });
    const pieces = await collect(await store.get(bucket, "large"));
    assert.ok(Buffer.concat(pieces).equals(bytes));
  },

  "list gives keys in the order of their bytes": async (store, bucket) => {
    const keys = ["a", "a.b", "b/c", "b/c.d/e", "b/c0", "b-", "b0", "é", "z", "～"].map((key) => `order/${key}`);
    for (const key of keys) await store.put(put(bucket, key, key));
    const listed = await collect(store.list(bucket, { prefix: "order/" }));
    assert.deepEqual(
      listed.map((one) => one.key),
      [...keys].sort(compareKeys),
    );
    const sizes = new Map(listed.map((one) => [one.key, one.bytes]));
    for (const key of keys) assert.equal(sizes.get(key), Buffer.byteLength(key));
  },

  "list puts keys beyond the basic plane last": async (store, bucket) => {
    for (const key of ["plane/𐀀", "plane/～"]) await store.put(put(bucket, key, key));
    assert.deepEqual(await keys(store, bucket, { prefix: "plane/" }), ["plane/～", "plane/𐀀"]);
  },

  "list honours prefix and after": async (store, bucket) => {
    for (const key of ["p/1", "p/2", "p/3/x", "p/3/y", "p/4", "pq"]) await store.put(put(bucket, key, "x"));
    assert.deepEqual(await keys(store, bucket, { prefix: "p/" }), ["p/1", "p/2", "p/3/x", "p/3/y", "p/4"]);
    assert.deepEqual(await keys(store, bucket, { prefix: "p/3" }), ["p/3/x", "p/3/y"]);
    assert.deepEqual(await keys(store, bucket, { prefix: "p/", after: "p/2" }), ["p/3/x", "p/3/y", "p/4"]);
    assert.deepEqual(await keys(store, bucket, { prefix: "p/", after: "p/3/x" }), ["p/3/y", "p/4"]);
    assert.deepEqual(await keys(store, bucket, { prefix: "p/", after: "p/3" }), ["p/3/x", "p/3/y", "p/4"]);
    assert.deepEqual(await keys(store, bucket, { prefix: "nothing/" }), []);
  },

  "list goes beyond one page of a thousand": async (store, bucket) => {
    const wanted = Array.from({ length: 1005 }, (_, index) => `many/${String(index).padStart(4, "0")}`);
    for (let first = 0; first < wanted.length; first += 50) {
      await Promise.all(wanted.slice(first, first + 50).map((key) => store.put(put(bucket, key, "x"))));
    }
    assert.deepEqual(await keys(store, bucket, { prefix: "many/" }), wanted);
  },

  "keys with spaces, plus, percent, quotes and ampersands keep apart": async (store, bucket) => {
    const odd = ["a b", "a+b", "a%20b", "a%b", 'a"b', "a&b<c>", "a'b", "a=b;c", "a?b#c", "ünïcødé/日本"].map(
      (key) => `odd/${key}`,
    );
    for (const key of odd) await store.put(put(bucket, key, key));
    for (const key of odd) assert.equal(await text(store, bucket, key), key);
    assert.deepEqual(await keys(store, bucket, { prefix: "odd/" }), [...odd].sort(compareKeys));
  },

  "a request that was given up before it began does nothing": async (store, bucket) => {
    const signal = AbortSignal.abort(new Error("given up"));
    await assert.rejects(store.put({ ...put(bucket, "given-up", "x"), signal }), ObjectStoreError);
    assert.equal(await store.head(bucket, "given-up"), undefined);
  },

  "probe says what the store does": async (store, bucket) => {
    const capabilities = await store.probe(bucket);
    assert.deepEqual(await store.probe(bucket), capabilities, "the answer stays the same");
    await store.put({ ...put(bucket, "probed", "first"), metadata: { name: "value" } });
    const second = await store.put(put(bucket, "probed", "second")).then(
      () => "replaced",
      (error: ObjectStoreError) => error.code,
    );
    assert.equal(second, capabilities.conditionalPut ? "exists" : "replaced");
    const kept = (await store.head(bucket, "probed"))?.metadata.name === "value";
    if (capabilities.conditionalPut) assert.equal(kept, capabilities.keepsMetadata);
    assert.deepEqual(await keys(store, bucket, { prefix: "_lakehose/" }), [], "nothing of the probe is left");
  },

  "an upload in parts appears at completion, whole": async (store, bucket) => {
    if (!store.multipart) return;
    const { multipart } = store;
    const request = { ...put(bucket, "parts/whole", ""), metadata: { "lakehose-parcel": "p-2" } };
    const ref = { bucket, key: request.key, uploadId: await multipart.create(request) };
    const first = Buffer.alloc(multipart.partBytes, "a");
    const etags = [await multipart.uploadPart(ref, 1, first), await multipart.uploadPart(ref, 2, Buffer.from("tail"))];
    assert.equal(await store.head(bucket, request.key), undefined);
    const written = await multipart.complete(ref, etags, request);
    const found = await store.head(bucket, request.key);
    assert.equal(found?.bytes, first.length + 4);
    assert.equal(found.etag, written.etag);
    assert.equal(found.metadata["lakehose-parcel"], "p-2");
    assert.equal(await text(store, bucket, request.key, { start: first.length - 1, end: first.length + 4 }), "atail");
  },

  "completion with onlyIfAbsent refuses a taken key": async (store, bucket) => {
    if (!store.multipart) return;
    const { ref, etags, request } = await startUpload(store, bucket, "parts/taken", "late");
    await store.put(put(bucket, request.key, "first"));
    await rejectsWith("exists", store.multipart.complete(ref, etags, request));
    assert.equal(await text(store, bucket, request.key), "first");
    await store.multipart.abort(ref);
  },

  "aborting an upload leaves an object of its name alone": async (store, bucket) => {
    if (!store.multipart) return;
    const { ref, request } = await startUpload(store, bucket, "parts/beside", "late");
    await store.put(put(bucket, request.key, "first"));
    await store.multipart.abort(ref);
    assert.equal(await text(store, bucket, request.key), "first");
  },

  "completing twice is no-such-upload or the same object": async (store, bucket) => {
    if (!store.multipart) return;
    const { ref, etags, request } = await startUpload(store, bucket, "parts/twice", "once");
    await store.multipart.complete(ref, etags, request);
    const again = await store.multipart.complete(ref, etags, request).then(
      () => "completed",
      (error: ObjectStoreError) => error.code,
    );
    assert.ok(["no-such-upload", "exists", "completed"].includes(again), again);
    assert.equal(await text(store, bucket, request.key), "once");
  },

  "an aborted upload is gone from the list": async (store, bucket) => {
    if (!store.multipart) return;
    const { ref, request } = await startUpload(store, bucket, "orphans/one", "x");
    const other = await startUpload(store, bucket, "elsewhere/two", "x");
    const listed = await collect(store.multipart.listUploads(bucket, "orphans/"));
    assert.deepEqual(
      listed.map(({ key, uploadId }) => ({ key, uploadId })),
      [{ key: ref.key, uploadId: ref.uploadId }],
    );
    await store.multipart.abort(ref);
    await store.multipart.abort(ref);
    assert.deepEqual(await collect(store.multipart.listUploads(bucket, "orphans/")), []);
    assert.equal(await store.head(bucket, request.key), undefined);
    await store.multipart.abort(other.ref);
  },

  "completing an aborted upload is no-such-upload": async (store, bucket) => {
    if (!store.multipart) return;
    const { ref, etags, request } = await startUpload(store, bucket, "parts/aborted", "x");
    await store.multipart.abort(ref);
    await rejectsWith("no-such-upload", store.multipart.complete(ref, etags, request));
    assert.equal(await store.head(bucket, request.key), undefined);
  },
};

async function startUpload(store: ObjectStore, bucket: string, key: string, content: string) {
  assert.ok(store.multipart);
  const request = put(bucket, key, content);
  const ref = { bucket, key, uploadId: await store.multipart.create(request) };
  return { ref, request, etags: [await store.multipart.uploadPart(ref, 1, Buffer.from(content))] };
}

function put(bucket: string, key: string, content: string): PutObject {
  const contentType = "application/octet-stream";
  return { bucket, key, body: bytesBody(Buffer.from(content)), onlyIfAbsent: true, contentType, metadata: {} };
}

async function text(store: ObjectStore, bucket: string, key: string, range?: { start: number; end: number }) {
  return Buffer.concat(await collect(await store.get(bucket, key, range))).toString();
}

async function keys(store: ObjectStore, bucket: string, options: { prefix: string; after?: string }) {
  return (await collect<ObjectInfo>(store.list(bucket, options))).map((one) => one.key);
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

async function rejectsWith(code: ObjectStoreErrorCode, work: Promise<unknown>): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof ObjectStoreError, String(error));
    assert.equal(error.code, code, error.message);
    return true;
  });
}
