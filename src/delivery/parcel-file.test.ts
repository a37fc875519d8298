import assert from "node:assert/strict";
import { test } from "node:test";
import { PretendClock } from "../../test/fakes/pretend-clock.ts";
import { PretendDisk } from "../../test/fakes/pretend-disk.ts";
import { KeyRing } from "../std/key-ring.ts";
import { seededRandom } from "../std/random.ts";
import { openVerifiedBody, ParcelFile, type ParcelFileContext } from "./parcel-file.ts";

async function world(options: { readonly encrypted?: boolean } = {}) {
  const disk = new PretendDisk(seededRandom(4));
  const clock = new PretendClock();
  await disk.makeDirectory("/p");
  const context: ParcelFileContext = {
    disk: disk.process(),
    clock,
    random: seededRandom(9),
    keyRing: KeyRing.parse("11".repeat(32)),
    encrypted: () => options.encrypted === true,
    signal: new AbortController().signal,
  };
  return { disk, clock, context };
}

test("a parcel file gives back any range of what was written", async () => {
  for (const encrypted of [false, true]) {
    const { context } = await world({ encrypted });
    const file = new ParcelFile("/p/1", context);
    await file.write([Buffer.from("hello "), Buffer.from("wor")]);
    await file.write([Buffer.from("ld")]);
    const body = await openVerifiedBody(context, await file.finish());
    assert.equal(body?.bytes, 11);
    assert.equal((await body?.read(0, 11))?.toString(), "hello world");
    assert.equal((await body?.read(4, 6))?.toString(), "o worl");
    assert.equal(body?.file, encrypted ? undefined : "/p/1");
  }
});

test("an encrypted parcel file shows nothing of its content, and a changed bit is noticed", async () => {
  const { disk, context } = await world({ encrypted: true });
  const file = new ParcelFile("/p/1", context);
  await file.write([Buffer.from("a secret that nobody may read")]);
  const encoded = await file.finish();
  assert.equal(disk.contentOf("/p/1").includes("secret"), false);
  disk.flipByte("/p/1", 80);
  assert.equal(await openVerifiedBody(context, encoded), undefined);
});

test("a write waits for a full disk and then goes on with the same bytes", async () => {
  const { disk, clock, context } = await world();
  const file = new ParcelFile("/p/1", context);
  await file.write([Buffer.from("first ")]);
  disk.failNext("write", "ENOSPC", { times: 3 });
  const writing = file.write([Buffer.from("second")]);
  for (let step = 0; step < 20; step++) await clock.advance(1_000);
  await writing;
  const body = await openVerifiedBody(context, await file.finish());
  assert.equal((await body?.read(0, 12))?.toString(), "first second");
});

test("a file that is not what was recorded is not used", async () => {
  const { disk, context } = await world();
  const file = new ParcelFile("/p/1", context);
  await file.write([Buffer.from("hello")]);
  const encoded = await file.finish();
  assert.ok(await openVerifiedBody(context, encoded));
  disk.flipByte("/p/1", 2);
  assert.equal(await openVerifiedBody(context, encoded), undefined);
  await disk.unlink("/p/1");
  assert.equal(await openVerifiedBody(context, encoded), undefined);
});

test("a file goes to the disk as it grows, and a sync that failed on the way is not forgotten", async () => {
  const { disk, context } = await world();
  const file = new ParcelFile("/p/1", context);
  for (let piece = 0; piece < 5; piece++) await file.write([Buffer.alloc(1024 * 1024, piece)]);
  disk.failNext("datasync", "EIO");
  for (let piece = 5; piece < 9; piece++) await file.write([Buffer.alloc(1024 * 1024, piece)]);
  await assert.rejects(file.finish(), /EIO/);
});
