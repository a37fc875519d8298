import assert from "node:assert/strict";
import { link, mkdir, mkdtemp, readdir, readFile, rm, stat, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { objectStoreConformance } from "../../../test/conformance/object-store.ts";
import { type Disk, DiskError } from "../../std/disk.ts";
import { nodeDisk } from "../../std/node-disk.ts";
import { bytesBody } from "../bytes-body.ts";
import { ObjectStoreError, type PutObject } from "../object-store.ts";
import { openDiskStore } from "./disk-store.ts";

const bucket = "lake";

async function openIn(folder: string, disk: Disk = nodeDisk) {
  const root = join(folder, "buckets");
  const temporaryDirectory = join(folder, "deliveries", "staging");
  const metadataDirectory = join(folder, "meta", "objects");
  const store = await openDiskStore({ disk, root, temporaryDirectory, metadataDirectory });
  await store.ensureBucket(bucket);
  return { store, root, temporaryDirectory, metadataDirectory };
}

async function fixture(context: TestContext, disk?: Disk) {
  const folder = await mkdtemp(join(tmpdir(), "lakehose-disk-store-"));
  context.after(() => rm(folder, { recursive: true }));
  return { folder, ...(await openIn(folder, disk)) };
}

function put(key: string, content: string, more: Partial<PutObject> = {}): PutObject {
  const body = bytesBody(Buffer.from(content));
  return { bucket, key, body, onlyIfAbsent: true, contentType: "text/plain", metadata: {}, ...more };
}

function hasCode(code: string) {
  return (error: unknown) => error instanceof ObjectStoreError && error.code === code;
}

objectStoreConformance({
  name: "disk",
  open: async () => {
    const folder = await mkdtemp(join(tmpdir(), "lakehose-disk-store-"));
    const { store } = await openIn(folder);
    return { store, bucket, cleanUp: () => rm(folder, { recursive: true }) };
  },
});

describe("DiskStore", () => {
  it("puts ordinary keys at their plain paths", async (context) => {
    const { store, root } = await fixture(context);
    await store.put(put("logs/year=2024/part 0%20.json", "x"));
    assert.equal(await readFile(join(root, bucket, "logs/year=2024/part 0%20.json"), "utf8"), "x");
  });

  it("links the encoded file instead of copying it", async (context) => {
    const { store, folder, root } = await fixture(context);
    const file = join(folder, "encoded");
    await writeFile(file, "encoded bytes");
    const read = () => assert.fail("nothing has to be read");
    const body = { ...bytesBody(Buffer.from("encoded bytes")), file, read };
    await store.put(put("a/linked", "", { body }));
    assert.equal((await stat(join(root, bucket, "a/linked"))).ino, (await stat(file)).ino);
  });

  it("refuses an encoded file of another size", async (context) => {
    const { store, folder } = await fixture(context);
    const file = join(folder, "encoded");
    await writeFile(file, "short");
    const body = { ...bytesBody(Buffer.from("longer than that")), file };
    await assert.rejects(store.put(put("a", "", { body })), hasCode("rejected"));
  });

  it("never makes a body visible that differs from its checksum", async (context) => {
    const { store, temporaryDirectory } = await fixture(context);
    const body = { ...bytesBody(Buffer.from("right")), read: async () => Buffer.from("wrong") };
    await assert.rejects(store.put(put("a", "", { body })), hasCode("rejected"));
    assert.equal(await store.head(bucket, "a"), undefined);
    assert.deepEqual(await readdir(temporaryDirectory), []);
  });

  it("keeps every hostile key inside its bucket and apart from all others", async (context) => {
    const { store, folder } = await fixture(context);
    const keys = ["../x", "/x", "//x", "a/../x", "a/./x", "a//x", "b/", "a/b/", "c/..", ".", "...", "%dot", "%%dot"];
    keys.push("%empty/x", "%dotdot/x", "a\\..\\x", "e\u0301", "\u00e9", "\u2025/x", "\uff0e\uff0e/x", "a/b\u2215c");
    keys.push("%more", "x%more", "x%%more/y", "é".repeat(121), `long/${"ab%".repeat(300)}/x`, `${"p".repeat(512)}s-1`);
    keys.push(`${"p".repeat(200)}`, `${"p".repeat(201)}/x`, `${"q".repeat(200)}%more/z`);
    for (const key of keys) await store.put(put(key, `content of ${key}`));
    for (const key of keys) {
      const pieces = await collect(await store.get(bucket, key));
      assert.equal(Buffer.concat(pieces).toString(), `content of ${key}`);
    }
    const listed = (await collect(store.list(bucket))).map((one) => one.key);
    assert.deepEqual(new Set(listed), new Set(keys));
    assert.deepEqual(await readdir(join(folder, "buckets")), [bucket]);
    assert.deepEqual((await readdir(folder)).sort(), ["buckets", "deliveries", "meta"]);
  });

  for (const [name, key] of [
    ["an empty key", ""],
    ["NUL", "a\0b"],
    ["a lone surrogate", "a\ud800b"],
    ["a segment that is hundreds of percent signs", `a/${"%".repeat(300)}`],
    ["more than 1,024 bytes", "abcd/".repeat(205)],
  ] as const) {
    it(`refuses ${name}`, async (context) => {
      const { store } = await fixture(context);
      await assert.rejects(store.put(put(key, "x")), hasCode("invalid-key"));
      await assert.rejects(store.head(bucket, key), hasCode("invalid-key"));
    });
  }

  it("refuses bucket names that are paths", async (context) => {
    const { store } = await fixture(context);
    for (const name of ["..", ".", "a/b", "", "a\0"]) {
      await assert.rejects(store.ensureBucket(name), hasCode("rejected"));
      await assert.rejects(store.head(name, "x"), hasCode("rejected"));
    }
  });

  it("says so when a key would be both an object and a folder", async (context) => {
    const { store } = await fixture(context);
    await store.put(put("a", "x"));
    await assert.rejects(store.put(put("a/b", "x")), hasCode("invalid-key"));
    await assert.rejects(store.put(put("a/b/c", "x")), hasCode("invalid-key"));
    assert.equal(await store.head(bucket, "a/b"), undefined);
    await store.put(put("c/d", "x"));
    await assert.rejects(store.put(put("c", "x")), hasCode("invalid-key"));
    assert.equal(await store.head(bucket, "c"), undefined);
  });

  it("writes a sidecar beside the folder that has the name of its temporary file", async (context) => {
    const { store } = await fixture(context);
    await store.put(put("a.json.tmp/b", "1", { metadata: { n: "1" } }));
    await store.put(put("a", "2", { metadata: { n: "2" } }));
    await store.put(put("a.json.tmp%/b", "3", { metadata: { n: "3" } }));
    const found = await Promise.all(["a.json.tmp/b", "a", "a.json.tmp%/b"].map((key) => store.head(bucket, key)));
    assert.deepEqual(
      found.map((object) => object?.metadata.n),
      ["1", "2", "3"],
    );
  });

  it("keeps the sidecars of a and of a.json/b apart", async (context) => {
    const { store } = await fixture(context);
    await store.put(put("a", "1", { metadata: { n: "1" } }));
    await store.put(put("a.json/b", "2", { metadata: { n: "2" } }));
    await store.put(put("a.json%/b", "3", { metadata: { n: "3" } }));
    const found = await Promise.all(["a", "a.json/b", "a.json%/b"].map((key) => store.head(bucket, key)));
    assert.deepEqual(
      found.map((one) => one?.metadata.n),
      ["1", "2", "3"],
    );
  });

  it("gives derived defaults for files that people put there", async (context) => {
    const { store, root } = await fixture(context);
    await mkdir(join(root, bucket, "by-hand"));
    await writeFile(join(root, bucket, "by-hand/file"), "hello");
    const found = await store.head(bucket, "by-hand/file");
    assert.equal(found?.bytes, 5);
    assert.equal(found.contentType, "application/octet-stream");
    assert.deepEqual(found.metadata, {});
    const listed = await collect(store.list(bucket));
    assert.equal(listed[0]?.etag, found.etag);
  });

  it("does not take a file that replaced an object by hand for the object", async (context) => {
    const { store, root } = await fixture(context);
    await store.put(put("a", "ours", { metadata: { "lakehose-parcel": "p" } }));
    await unlink(join(root, bucket, "a"));
    await writeFile(join(root, bucket, "a"), "theirs");
    assert.deepEqual((await store.head(bucket, "a"))?.metadata, {});
  });

  it("leaves a file alone that appears between the look and the link", async (context) => {
    let root = "";
    const disk: Disk = {
      ...nodeDisk,
      link: async (from, to) => {
        if (to.endsWith("/raced")) await writeFile(join(root, bucket, "raced"), "theirs");
        await nodeDisk.link(from, to);
      },
    };
    const opened = await fixture(context, disk);
    root = opened.root;
    const attempt = opened.store.put(put("raced", "ours", { metadata: { "lakehose-parcel": "p" } }));
    await assert.rejects(attempt, hasCode("exists"));
    assert.equal(await readFile(join(root, bucket, "raced"), "utf8"), "theirs");
    assert.deepEqual((await opened.store.head(bucket, "raced"))?.metadata, {});
  });

  it("removes temporary files of an earlier process at the start, and nothing else", async (context) => {
    const { folder, temporaryDirectory } = await fixture(context);
    await writeFile(join(temporaryDirectory, "put-7.tmp"), "left over");
    await writeFile(join(temporaryDirectory, "other.file"), "not ours");
    await openIn(folder);
    assert.deepEqual(await readdir(temporaryDirectory), ["other.file"]);
  });

  it("is refused at the start when files cannot be linked into the buckets", async (context) => {
    const link = async (_from: string, to: string) => {
      throw new DiskError("link", to, "EXDEV");
    };
    await assert.rejects(fixture(context, { ...nodeDisk, link }), /one file system/);
  });

  it("goes on after somebody removed a folder by hand", async (context) => {
    const { store, root } = await fixture(context);
    await store.put(put("day/one", "1"));
    await rm(join(root, bucket, "day"), { recursive: true });
    await store.put(put("day/two", "2"));
    assert.equal(await readFile(join(root, bucket, "day/two"), "utf8"), "2");
  });
});

describe("DiskStore on a failing disk", () => {
  it("names a full disk and leaves nothing behind", async (context) => {
    const disk: Disk = {
      ...nodeDisk,
      open: async (path, mode) => {
        const file = await nodeDisk.open(path, mode);
        const write = async () => {
          throw new DiskError("write", path, "ENOSPC");
        };
        return mode === "create" ? { ...wrap(file), write } : file;
      },
    };
    const { store, temporaryDirectory } = await fixture(context, disk);
    await assert.rejects(store.put(put("a", "x")), hasCode("disk-full"));
    assert.deepEqual(await readdir(temporaryDirectory), []);
    assert.equal(await store.head(bucket, "a"), undefined);
  });

  it("does not call an object written whose folder could not be synced", async (context) => {
    const broken = { now: false };
    const disk: Disk = {
      ...nodeDisk,
      syncDirectory: async (path) => {
        if (broken.now && path.endsWith("/buckets/lake/a")) throw new DiskError("sync", path, "EIO");
        await nodeDisk.syncDirectory(path);
      },
    };
    const { store } = await fixture(context, disk);
    broken.now = true;
    await assert.rejects(store.put(put("a/b", "x")), hasCode("unknown-outcome"));
    await assert.rejects(store.settle(bucket, "a/b"), hasCode("unavailable"));
    broken.now = false;
    await store.settle(bucket, "a/b");
  });

  it("syncs in an order that a power loss cannot turn round", async (context) => {
    const steps: string[] = [];
    const tail = (path: string) => path.split("/").slice(-2).join("/");
    const disk: Disk = {
      ...nodeDisk,
      link: async (from, to) => {
        steps.push(`link ${tail(to)}`);
        await nodeDisk.link(from, to);
      },
      syncDirectory: async (path) => {
        steps.push(`sync ${tail(path)}`);
        await nodeDisk.syncDirectory(path);
      },
    };
    const { store } = await fixture(context, disk);
    steps.length = 0;
    await store.put(put("x/y/object", "content"));
    const linked = steps.indexOf("link y/object");
    assert.deepEqual(steps.slice(linked), ["link y/object", "sync x/y"]);
    for (const before of ["sync buckets/lake", "sync lake/x"]) {
      const at = steps.indexOf(before);
      assert.ok(at >= 0 && at < linked, `${before} comes before the link: ${steps.join(", ")}`);
    }
    assert.equal(steps.filter((step) => step === "sync x/y").length, 2, "sidecar folder and bucket folder");
  });

  it("settles folders that a predecessor made and did not sync", async (context) => {
    const synced: string[] = [];
    const syncDirectory = async (path: string) => {
      synced.push(path);
      await nodeDisk.syncDirectory(path);
    };
    const { store, root, folder } = await fixture(context, { ...nodeDisk, syncDirectory });
    await mkdir(join(root, bucket, "p/q"), { recursive: true });
    await writeFile(join(folder, "encoded"), "x");
    await link(join(folder, "encoded"), join(root, bucket, "p/q/object"));
    synced.length = 0;
    await store.settle(bucket, "p/q/object");
    const wanted = [`${root}/${bucket}`, `${root}/${bucket}/p`, `${root}/${bucket}/p/q`];
    for (const path of wanted) assert.ok(synced.includes(path), `${path} was synced`);
  });
});

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

function wrap(file: Awaited<ReturnType<Disk["open"]>>): Awaited<ReturnType<Disk["open"]>> {
  return {
    path: file.path,
    size: () => file.size(),
    read: (target, position) => file.read(target, position),
    write: (chunks, position) => file.write(chunks, position),
    datasync: () => file.datasync(),
    truncate: (bytes) => file.truncate(bytes),
    close: () => file.close(),
  };
}
