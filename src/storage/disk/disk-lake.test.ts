import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { PretendClock } from "../../../test/fakes/pretend-clock.ts";
import { PretendDisk } from "../../../test/fakes/pretend-disk.ts";
import type { Clock } from "../../std/clock.ts";
import { systemClock } from "../../std/clock.ts";
import type { Disk } from "../../std/disk.ts";
import { nodeDisk } from "../../std/node-disk.ts";
import { seededRandom } from "../../std/random.ts";
import type { LakeObject, ListPage, ObjectAttributes, OpenedObject } from "../local-lake.ts";
import { ObjectStoreError } from "../object-store.ts";
import { DiskLake } from "./disk-lake.ts";
import { openBucketFiles } from "./disk-store.ts";

const bucket = "lake";
const ATTRIBUTES: ObjectAttributes = { contentType: "text/plain", metadata: {}, tags: {}, checksums: {} };

async function openLake(folder: string, disk: Disk = nodeDisk, clock: Clock = systemClock, reserveBytes = 0) {
  const files = await openBucketFiles({
    disk,
    root: join(folder, "buckets"),
    temporaryDirectory: join(folder, "temporary"),
    metadataDirectory: join(folder, "meta"),
  });
  const lake = await DiskLake.open({
    files,
    clock,
    reserveBytes,
    random: seededRandom(3),
    directory: join(folder, "uploads"),
  });
  await lake.createBucket(bucket);
  return lake;
}

async function fixture(context: TestContext, clock?: Clock) {
  const folder = await mkdtemp(join(tmpdir(), "lakehose-disk-lake-"));
  context.after(() => rm(folder, { recursive: true }));
  return { folder, lake: await openLake(folder, nodeDisk, clock) };
}

async function* bytes(...pieces: readonly string[]): AsyncGenerator<Buffer> {
  for (const piece of pieces) yield Buffer.from(piece);
}

async function put(lake: DiskLake, key: string, text: string, more: Partial<ObjectAttributes> = {}) {
  const received = await lake.receive(bytes(text));
  const attributes = { ...ATTRIBUTES, ...more };
  return lake.place({ bucket, key, etag: received.md5, attributes, onlyIfAbsent: false }, received);
}

async function textOf(opened: OpenedObject | undefined, start = 0, end = opened?.object.bytes ?? 0): Promise<string> {
  assert.ok(opened);
  const pieces: Buffer[] = [];
  for await (const piece of opened.read(start, end)) pieces.push(piece);
  await opened.close();
  return Buffer.concat(pieces).toString();
}

const namesOf = ({ entries }: ListPage) =>
  entries.map((entry) => ("object" in entry ? entry.object.key : `${entry.commonPrefix}*`));
const md5 = (text: string) => createHash("md5").update(text).digest("hex");
const hasCode = (code: string) => (error: unknown) => error instanceof ObjectStoreError && error.code === code;

describe("DiskLake", () => {
  it("gives an object back with all its attributes, also after it was replaced and described anew", async (context) => {
    const { lake } = await fixture(context);
    await put(lake, "a/b", "first", { metadata: { n: "1" } });
    const attributes = {
      contentType: "text/html",
      contentEncoding: "br",
      contentDisposition: "inline",
      contentLanguage: "de",
      cacheControl: "no-store",
      expires: "never",
      metadata: { n: "2" },
      storageClass: "GLACIER_IR",
      tags: { t: "1" },
      checksums: { crc32: "AAAA" },
    };
    await put(lake, "a/b", "other", attributes);
    await lake.setTags(bucket, "a/b", { t: "2" });
    const found = await lake.head(bucket, "a/b");
    assert.deepEqual([found?.etag, found?.bytes], [md5("other"), 5]);
    assert.deepEqual(found?.attributes, { ...attributes, tags: { t: "2" } });
    assert.equal(await textOf(await lake.open(bucket, "a/b"), 1, 4), "the");
    await assert.rejects(lake.setTags(bucket, "absent", {}), hasCode("not-found"));
  });

  it("takes no body that would leave less room than is kept for others", async () => {
    const disk = new PretendDisk(seededRandom(4));
    const view = disk.process();
    const lake = await openLake("/data", view, new PretendClock(), 2_000);
    disk.capacityBytes = disk.usedBytes() + 3_000;
    await assert.rejects(lake.receive(bytes("x".repeat(1_500)), 1_500), hasCode("disk-full"));
    const fits = await lake.receive(bytes("x".repeat(900)), 900);
    await fits.discard();

    // The length is not known, and others take the room in the middle of it.
    const piece = "x".repeat(4 * 1024 * 1024);
    disk.capacityBytes = disk.usedBytes() + 100 * piece.length;
    const growing = async function* () {
      yield* bytes(piece);
      disk.capacityBytes = disk.usedBytes() + 1_000;
      yield* bytes(piece);
    };
    const usedBefore = disk.usedBytes();
    await assert.rejects(lake.receive(growing()), hasCode("disk-full"));
    assert.equal(disk.usedBytes(), usedBefore, "nothing of it is left");
  });

  it("goes on reading the object that was opened while another takes its place", async (context) => {
    const { lake } = await fixture(context);
    await put(lake, "k", "old");
    const opened = await lake.open(bucket, "k");
    await put(lake, "k", "new");
    assert.equal(opened?.object.etag, md5("old"));
    assert.equal(await textOf(opened), "old");
    assert.equal(await textOf(await lake.open(bucket, "k")), "new");
  });

  it("lets exactly one of many writers create a key, and none where the check refuses", async (context) => {
    const { lake, folder } = await fixture(context);
    const attempts = Array.from({ length: 12 }, async (_, index) => {
      const received = await lake.receive(bytes(`writer ${index}`));
      const target = { bucket, key: "once", etag: received.md5, attributes: ATTRIBUTES, onlyIfAbsent: true };
      return lake.place(target, received).finally(() => received.discard());
    });
    const outcomes = await Promise.allSettled(attempts);
    assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 1);
    const received = await lake.receive(bytes("no"));
    const check = (current: LakeObject | undefined) => assert.equal(current, undefined, "refused");
    const target = { bucket, key: "once", etag: "", attributes: ATTRIBUTES, onlyIfAbsent: false, check };
    await assert.rejects(lake.place(target, received), /refused/);
    await received.discard();
    assert.deepEqual(await readdir(join(folder, "temporary")), []);
  });

  it("leaves no file of a body that broke off", async (context) => {
    const { lake, folder } = await fixture(context);
    async function* broken() {
      yield Buffer.alloc(3_000_000);
      throw new Error("gone");
    }
    await assert.rejects(lake.receive(broken()), /gone/);
    assert.deepEqual(await readdir(join(folder, "temporary")), []);
  });

  it("lists page after page, with and without a delimiter, every entry once", async (context) => {
    const { lake } = await fixture(context);
    const keys = ["a.b", "a/1", "a/2", "a/b/1", "a/b/2", "b", "c/1/x", "c/1/y", "d/", "d/é", "x-1", "x-2", "é"];
    for (const key of keys) await put(lake, key, key);
    const collect = async (prefix: string, delimiter: string, entriesMax: number) => {
      const all: string[] = [];
      for (let after = ""; ; ) {
        const page = await lake.listPage(bucket, { prefix, delimiter, after, entriesMax });
        assert.ok(page.entries.length <= entriesMax);
        all.push(...namesOf(page));
        if (!page.truncated) return all;
        after = all.at(-1)?.replace(/\*$/, "") ?? "";
      }
    };
    for (const entriesMax of [1, 2, 3, 100]) {
      assert.deepEqual(await collect("", "", entriesMax), keys);
      assert.deepEqual(await collect("", "/", entriesMax), ["a.b", "a/*", "b", "c/*", "d/*", "x-1", "x-2", "é"]);
      assert.deepEqual(await collect("a/", "/", entriesMax), ["a/1", "a/2", "a/b/*"]);
      assert.deepEqual(await collect("d/", "/", entriesMax), ["d/", "d/é"]);
      assert.deepEqual(await collect("", "-", entriesMax), [...keys.slice(0, 10), "x-*", "é"]);
      assert.deepEqual(await collect("c/1", "", entriesMax), ["c/1/x", "c/1/y"]);
    }
    const none = await lake.listPage(bucket, { prefix: "", delimiter: "", after: "", entriesMax: 0 });
    assert.deepEqual(none, { entries: [], truncated: false });
  });

  it("takes empty folders away with their last object, and a bucket only when nothing is in it", async (context) => {
    const { lake, folder } = await fixture(context);
    await put(lake, "a/b/c", "1");
    assert.equal(await lake.deleteBucket(bucket), false);
    await lake.delete(bucket, "a/b/c");
    assert.deepEqual(await readdir(join(folder, "buckets", bucket)), []);
    await put(lake, "a", "a name that was a folder");
    await lake.delete(bucket, "a");
    assert.equal(await lake.deleteBucket(bucket), true);
    await assert.rejects(stat(join(folder, "buckets", bucket)), { code: "ENOENT" });
    await assert.rejects(lake.deleteBucket(bucket), hasCode("no-such-bucket"));
    assert.equal(await lake.createBucket(bucket), true);
    assert.equal(await lake.createBucket(bucket), false);
  });

  it("makes one object of parts, in the order that was asked for, and forgets the upload", async (context) => {
    const { lake, folder } = await fixture(context);
    const uploadId = await lake.uploads.create(bucket, "big", ATTRIBUTES);
    const upload = { bucket, key: "big", uploadId };
    for (const [partNumber, text] of [
      [2, "two"],
      [1, "replaced"],
      [1, "one "],
    ] as const) {
      await lake.uploads.putPart(upload, partNumber, await lake.receive(bytes(text)));
    }
    const parts = await lake.uploads.listParts(upload);
    assert.deepEqual(
      parts.map(({ partNumber, etag }) => [partNumber, etag]),
      [
        [1, md5("one ")],
        [2, md5("two")],
      ],
    );
    assert.equal((await lake.uploads.list(bucket)).length, 1);
    const target = { bucket, key: "big", etag: "e-2", attributes: ATTRIBUTES, onlyIfAbsent: false };
    await lake.uploads.complete(upload, parts, target);
    assert.equal(await textOf(await lake.open(bucket, "big")), "one two");
    await assert.rejects(lake.uploads.find(upload), hasCode("no-such-upload"));
    for (const place of ["uploads", "temporary"]) assert.deepEqual(await readdir(join(folder, place)), []);
    const strange = { bucket, key: "big", uploadId: "../buckets" };
    await assert.rejects(lake.uploads.abort(strange), hasCode("no-such-upload"));
  });

  it("removes uploads that nobody touched for a week when another begins", async (context) => {
    const clock = new PretendClock(Date.now());
    const { lake } = await fixture(context, clock);
    const old = await lake.uploads.create(bucket, "old", ATTRIBUTES);
    await clock.advance(8 * 24 * 60 * 60 * 1000);
    await lake.uploads.create(bucket, "new", ATTRIBUTES);
    await assert.rejects(lake.uploads.find({ bucket, key: "old", uploadId: old }), hasCode("no-such-upload"));
  });

  it("does not take a file that a person put there for the object that a sidecar is about", async (context) => {
    const { lake, folder } = await fixture(context);
    await put(lake, "k", "ours", { metadata: { n: "1" } });
    await writeFile(join(folder, "buckets", bucket, "k"), "somebody else's");
    assert.deepEqual((await lake.head(bucket, "k"))?.attributes.metadata, {});
  });
});

for (const how of ["power", "kill"] as const) {
  it(`DiskLake: a ${how} at every step of a replacement leaves the old object or the new one, with its own words`, async () => {
    const seen = { old: 0, new: 0 };
    for (let seed = 1; seed <= 10; seed++) {
      for (let step = 0; ; step++) {
        const disk = new PretendDisk(seededRandom(seed * 1000 + step));
        const before = await openLake("/data", disk.process());
        await put(before, "k", "old", { metadata: { of: "old" } });
        const received = await before.receive(bytes("new"));
        disk.crashAt(disk.faults.count + step, how);
        const attributes = { ...ATTRIBUTES, metadata: { of: "new" } };
        const target = { bucket, key: "k", etag: received.md5, attributes, onlyIfAbsent: false };
        const acknowledged = await before.place(target, received).then(
          () => true,
          () => false,
        );
        if (disk.crashPending) break;
        const lake = await openLake("/data", disk.process());
        const opened = await lake.open(bucket, "k");
        const name = `seed ${seed}, step ${step}`;
        const { etag, attributes: found } = opened?.object ?? {};
        const text = await textOf(opened);
        assert.deepEqual([text, etag, found?.metadata], [text, md5(text), { of: text }], name);
        if (acknowledged) assert.equal(text, "new", name);
        seen[text as "old" | "new"] += 1;
        disk.powerLoss();
        const again = await openLake("/data", disk.process());
        assert.deepEqual((await again.head(bucket, "k"))?.attributes.metadata, { of: text }, `${name}, once more`);
      }
    }
    assert.ok(seen.old > 10 && seen.new > 10, JSON.stringify(seen));
  });
}
