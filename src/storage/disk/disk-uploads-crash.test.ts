import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { it } from "node:test";
import { PretendClock } from "../../../test/fakes/pretend-clock.ts";
import { PretendDisk } from "../../../test/fakes/pretend-disk.ts";
import type { Disk } from "../../std/disk.ts";
import { seededRandom } from "../../std/random.ts";
import type { LakePart } from "../local-lake.ts";
import { ObjectStoreError, type UploadRef } from "../object-store.ts";
import { DiskLake } from "./disk-lake.ts";
import { openBucketFiles } from "./disk-store.ts";

/**
 * The completion of an upload in two parts, with a crash at each operation on the disk in turn, by power loss and by kill,
 * with and without an object that it replaces. After every one: the object is the old one or the new one, whole, with the
 * attributes that belong to it; as long as it is the old one, the upload has all that was acknowledged and can be
 * completed; what is left of it afterwards can be aborted.
 */
const bucket = "lake";
const key = "year=2024/orders";
const texts = ["a".repeat(900), "b".repeat(300)];
const attributes = { contentType: "text/plain", metadata: { n: "new" }, tags: {}, checksums: {} };
const former = { ...attributes, metadata: { n: "old" } };

async function openOn(disk: Disk): Promise<DiskLake> {
  const folders = { root: "/data/buckets", temporaryDirectory: "/data/temporary", metadataDirectory: "/data/meta" };
  const files = await openBucketFiles({ disk, ...folders });
  const lake = await DiskLake.open({
    files,
    clock: new PretendClock(),
    random: seededRandom(5),
    directory: "/data/uploads",
  });
  await lake.createBucket(bucket);
  return lake;
}

async function* bytes(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}

async function contentOf(lake: DiskLake): Promise<{ text: string; n: string | undefined } | undefined> {
  const opened = await lake.open(bucket, key);
  if (opened === undefined) return undefined;
  const pieces: Buffer[] = [];
  for await (const piece of opened.read(0, opened.object.bytes)) pieces.push(piece);
  await opened.close();
  return { text: Buffer.concat(pieces).toString(), n: opened.object.attributes.metadata.n };
}

function complete(lake: DiskLake, upload: UploadRef, parts: readonly LakePart[]) {
  const etag = `${createHash("md5").update(texts.join("")).digest("hex")}-2`;
  return lake.uploads.complete(upload, parts, { bucket, key, etag, attributes, onlyIfAbsent: false });
}

/** The first life: everything up to the completion is acknowledged. */
async function firstLife(disk: PretendDisk, crashAt: number, how: "power" | "kill", replaces: boolean) {
  const lake = await openOn(disk.process());
  if (replaces) {
    const received = await lake.receive(bytes("old"));
    await lake.place({ bucket, key, etag: received.md5, attributes: former, onlyIfAbsent: false }, received);
  }
  const upload = { bucket, key, uploadId: await lake.uploads.create(bucket, key, attributes) };
  for (const [index, text] of texts.entries()) {
    await lake.uploads.putPart(upload, index + 1, await lake.receive(bytes(text)));
  }
  const parts = await lake.uploads.listParts(upload);
  disk.crashAt(disk.faults.count + crashAt, how);
  const acknowledged = await complete(lake, upload, parts).then(
    () => true,
    () => false,
  );
  return { upload, acknowledged };
}

async function tryAbort(lake: DiskLake, upload: UploadRef): Promise<void> {
  await lake.uploads.abort(upload).catch((error: unknown) => {
    if (!(error instanceof ObjectStoreError && error.code === "no-such-upload")) throw error;
  });
  assert.deepEqual(await lake.uploads.list(bucket), []);
}

for (const how of ["power", "kill"] as const) {
  for (const replaces of [false, true]) {
    it(`DiskUploads survives a ${how} at every step of a completion (${replaces ? "replacing" : "new"})`, async () => {
      const seen = { done: 0, undone: 0, steps: 0 };
      for (let seed = 1; seed <= 10; seed++) {
        for (let step = 0; ; step++) {
          const disk = new PretendDisk(seededRandom(seed * 1000 + step));
          const { upload, acknowledged } = await firstLife(disk, step, how, replaces);
          if (disk.crashPending) break;
          seen.steps = Math.max(seen.steps, step);
          const name = `seed ${seed}, step ${step}`;
          const lake = await openOn(disk.process());
          const found = await contentOf(lake);
          const done = found?.n === "new";
          seen[done ? "done" : "undone"] += 1;
          if (acknowledged) assert.ok(done, `${name}: acknowledged and gone`);
          if (done) {
            assert.equal(found.text, texts.join(""), name);
            await tryAbort(lake, upload);
            assert.deepEqual(await contentOf(lake), found, name);
            continue;
          }
          assert.deepEqual(found, replaces ? { text: "old", n: "old" } : undefined, name);
          const parts = await lake.uploads.listParts(upload);
          assert.equal(parts.length, texts.length, `${name}: parts were acknowledged and are gone`);
          await complete(lake, upload, parts);
          disk.powerLoss();
          assert.equal((await contentOf(await openOn(disk.process())))?.text, texts.join(""), name);
        }
      }
      assert.ok(seen.steps > 10, `enough steps to mean something, got ${seen.steps}`);
      assert.ok(seen.done > 10 && seen.undone > 10, `both ends seen: ${JSON.stringify(seen)}`);
    });
  }
}
