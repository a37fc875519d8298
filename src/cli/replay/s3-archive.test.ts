import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { test } from "node:test";
import { systemClock } from "../../std/clock.ts";
import { seededRandom } from "../../std/random.ts";
import { bytesBody } from "../../storage/bytes-body.ts";
import { MemoryStore } from "../../storage/memory/memory-store.ts";
import { type ByteRange, ObjectStoreError } from "../../storage/object-store.ts";
import type { ArchiveFile } from "./archive-file.ts";
import { findObjects, type S3ArchiveOptions } from "./s3-archive.ts";

const LARGE = Buffer.alloc(9 * 1024 * 1024, "0123456789\n");

/** A store whose reads fail as often as they are told to, and that writes down what it was asked for. */
class FailingStore extends MemoryStore {
  failures = 0;
  readonly asked: string[] = [];

  override async get(bucket: string, key: string, range?: ByteRange): Promise<AsyncIterable<Buffer>> {
    this.asked.push(`${key} ${range?.start}-${range?.end}`);
    if (this.failures-- > 0) throw new ObjectStoreError("unavailable", "The store is away");
    return super.get(bucket, key, range);
  }
}

async function archive(keys: readonly string[]) {
  const store = new FailingStore({ clock: systemClock });
  await store.ensureBucket("b");
  for (const key of keys) {
    const body = bytesBody(key.endsWith("large") ? LARGE : Buffer.from(key));
    await store.put({ bucket: "b", key, body, onlyIfAbsent: false, contentType: "text/plain", metadata: {} });
  }
  const clock = { ...systemClock, sleep: async () => undefined };
  const options: S3ArchiveOptions = { store, clock, random: seededRandom(1), signal: new AbortController().signal };
  return { store, find: (address: string) => findObjects(address, options) };
}

const namesOf = (files: readonly ArchiveFile[]) => files.map(({ name }) => name);

async function read(file: ArchiveFile): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of file.open()) parts.push(part);
  return Buffer.concat(parts);
}

test("findObjects takes what is below a prefix, or the object of that key, and passes over what is no data", async () => {
  const { find } = await archive(["t/a", "t/_SUCCESS", "t/.crc/x", "t/y=1/b", "t/folder/", "t-2/c", "_t/d"]);
  assert.deepEqual(namesOf(await find("s3://b/t/")), ["s3://b/t/a", "s3://b/t/y=1/b"]);
  assert.deepEqual(namesOf(await find("s3://b/t")), ["s3://b/t-2/c", "s3://b/t/a", "s3://b/t/y=1/b"]);
  assert.deepEqual(namesOf(await find("s3://b/t/_SUCCESS")), ["s3://b/t/_SUCCESS"]);
  assert.deepEqual(namesOf(await find("s3a://b/_t/")), ["s3://b/_t/d"]);
  assert.deepEqual(await find("s3://b/nothing"), []);
  await assert.rejects(find("s3:///key"), /Expected an address such as s3:\/\/bucket\/prefix\//);
});

test("objects are read in pieces, and only the piece that failed is asked for again", async () => {
  const { store, find } = await archive(["large"]);
  const [file] = await find("s3://b/large");
  assert.ok(file);
  store.failures = 2;
  assert.ok((await read(file)).equals(LARGE));
  const first = "large 0-4194304";
  assert.deepEqual(store.asked, [first, first, first, "large 4194304-8388608", "large 8388608-9437184"]);
  store.failures = Number.POSITIVE_INFINITY;
  await assert.rejects(read(file), /The store is away/);
});

test("an object that became shorter is no end of it", async () => {
  const { store, find } = await archive(["large"]);
  const [file] = await find("s3://b/large");
  assert.ok(file);
  const body = bytesBody(Buffer.from("short"));
  await store.put({ bucket: "b", key: "large", body, onlyIfAbsent: false, contentType: "text/plain", metadata: {} });
  await assert.rejects(read(file), { code: "changed-object" });
});

test("onDisk makes a copy that goes again", async () => {
  const { find } = await archive(["large"]);
  const [file] = await find("s3://b/large");
  const copy = await file?.onDisk();
  assert.ok(copy && (await readFile(copy.path)).equals(LARGE));
  await copy.release();
  await assert.rejects(stat(copy.path), { code: "ENOENT" });
});
