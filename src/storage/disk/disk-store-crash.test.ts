import assert from "node:assert/strict";
import { it } from "node:test";
import { PretendDisk } from "../../../test/fakes/pretend-disk.ts";
import type { Disk } from "../../std/disk.ts";
import { seededRandom } from "../../std/random.ts";
import { bytesBody } from "../bytes-body.ts";
import type { ObjectBody } from "../object-store.ts";
import { openDiskStore } from "./disk-store.ts";

/**
 * One put of an object, with a crash at each operation on the disk in turn, by power loss and by kill. After every one:
 * the object is whole or not there, with its metadata; what was acknowledged is there; what `head` showed and `settle`
 * made sure of survives a second power loss; and trying again succeeds.
 */
const bucket = "lake";
const key = "year=2024/month=06/orders";
const content = "x".repeat(1500);
const metadata = { "lakehose-parcel": "p-1" };

function openOn(disk: Disk) {
  const folders = { root: "/buckets", temporaryDirectory: "/deliveries/staging", metadataDirectory: "/meta/objects" };
  return openDiskStore({ disk, ...folders });
}

async function encodedBody(disk: Disk): Promise<ObjectBody> {
  const path = "/deliveries/encoded";
  await disk.makeDirectory("/deliveries");
  const file = await disk.open(path, "create");
  await file.write([Buffer.from(content)], 0);
  await file.datasync();
  await file.close();
  await disk.syncDirectory("/deliveries");
  return { ...bytesBody(Buffer.from(content)), file: path };
}

async function readAll(source: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of source) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

/** The first life: one put, until it is done or the crash comes. Says whether the put was acknowledged. */
async function firstLife(disk: PretendDisk, crashAt: number, how: "power" | "kill", linked: boolean): Promise<boolean> {
  const view = disk.process();
  const store = await openOn(view);
  await store.ensureBucket(bucket);
  const body = linked ? await encodedBody(view) : bytesBody(Buffer.from(content));
  disk.crashAt(disk.faults.count + crashAt, how);
  const request = { bucket, key, body, onlyIfAbsent: true, contentType: "text/plain", metadata };
  return store.put(request).then(
    () => true,
    () => false,
  );
}

for (const how of ["power", "kill"] as const) {
  for (const linked of [false, true]) {
    it(`DiskStore survives a ${how} at every step of a put (${linked ? "linked" : "copied"})`, async () => {
      const seen = { whole: 0, absent: 0, steps: 0 };
      for (let seed = 1; seed <= 15; seed++) {
        for (let step = 0; ; step++) {
          const disk = new PretendDisk(seededRandom(seed * 1000 + step));
          const acknowledged = await firstLife(disk, step, how, linked);
          if (disk.crashPending) break;
          seen.steps = Math.max(seen.steps, step);
          const name = `seed ${seed}, step ${step}`;
          const store = await openOn(disk.process());
          const found = await store.head(bucket, key);
          seen[found ? "whole" : "absent"] += 1;
          if (acknowledged) assert.ok(found, `${name}: acknowledged and gone`);
          if (found) {
            assert.equal(await readAll(await store.get(bucket, key)), content, name);
            assert.deepEqual(found.metadata, metadata, name);
            await store.settle(bucket, key);
            disk.powerLoss();
            const again = await openOn(disk.process());
            assert.deepEqual((await again.head(bucket, key))?.metadata, metadata, `${name}: settled and gone`);
            assert.equal(await readAll(await again.get(bucket, key)), content, name);
          } else {
            await store.ensureBucket(bucket);
            const body = bytesBody(Buffer.from(content));
            await store.put({ bucket, key, body, onlyIfAbsent: true, contentType: "text/plain", metadata });
            disk.powerLoss();
            const again = await openOn(disk.process());
            assert.equal(await readAll(await again.get(bucket, key)), content, name);
          }
        }
      }
      assert.ok(seen.steps > 10, `enough steps to mean something, got ${seen.steps}`);
      assert.ok(seen.whole > 10 && seen.absent > 10, `both ends seen: ${JSON.stringify(seen)}`);
    });
  }
}
