import assert from "node:assert/strict";
import { test } from "node:test";
import { DeliveryWorld } from "../fakes/delivery-world.ts";
import type { PretendDisk } from "../fakes/pretend-disk.ts";

/** What deliveries have read and noted, against a log or a journal that is not what it was: tests 11, 21 and 26 of the thirty. */

const JOURNAL = "/data/deliveries/d/journal";

test("no offset is given out twice, whatever a delivery has read when power is lost", async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const world = new DeliveryWorld({ seed, roll: { records: 2 } });
    await world.start();
    const owners = new Map<number, string>();
    const append = async (text: string) => {
      const { firstOffset } = await world.log.append({
        records: { bytes: Buffer.from(text), ends: Uint32Array.of(text.length) },
      });
      assert.equal(owners.get(firstOffset), undefined, `seed ${seed}: offset ${firstOffset} was given out before`);
      owners.set(firstOffset, text);
    };
    for (let life = 0; life < 4; life++) {
      for (let call = 0; call < 3; call++) await append(`${life}-${call}`);
      // Some are under way when power goes: written perhaps, never acknowledged.
      const lost = world.log.append({ records: { bytes: Buffer.from("lost"), ends: Uint32Array.of(4) } });
      lost.catch(() => undefined);
      await world.clock.advance(seed * 13);
      const { read } = world.delivery.status();
      world.crash("power");
      await world.start();
      assert.ok(world.log.usage().end >= read, `seed ${seed}: a delivery has read up to ${read}`);
    }
    await world.flush();
    const delivered = (await world.delivered()).filter((line) => line !== "lost");
    assert.deepEqual(delivered, [...owners.values()].sort(), `seed ${seed}`);
    await world.stop();
  }
});

type Files = ReadonlyMap<string, Buffer>;

function filesBelow(disk: PretendDisk, folder: string): Files {
  return new Map(disk.pathsBelow(folder).map((path) => [path, disk.contentOf(path)]));
}

async function putBack(disk: PretendDisk, folder: string, files: Files): Promise<void> {
  for (const path of disk.pathsBelow(folder)) await disk.unlink(path);
  for (const [path, bytes] of files) {
    await disk.makeDirectory(path.slice(0, path.lastIndexOf("/")));
    const file = await disk.open(path, "create");
    await file.write([bytes], 0);
    await file.truncate(bytes.length);
    await file.datasync();
    await file.close();
  }
}

/** A stopped world with a journal worth harming, and a copy from before its last parcels. */
async function worldWithHistory(): Promise<{ world: DeliveryWorld; older: Files; newest: Files }> {
  const world = new DeliveryWorld({ roll: { records: 2 } });
  await world.start();
  await world.put("a", "b", "c");
  await world.flush();
  await world.stop();
  const older = filesBelow(world.disk, JOURNAL);
  await world.start();
  await world.put("d", "e", "f");
  await world.flush();
  await world.stop();
  return { world, older, newest: filesBelow(world.disk, JOURNAL) };
}

const BLOCK_BYTES = 4096;

test("a journal that is missing, cut in its middle, or another's is refused, and nothing is delivered a second time", async () => {
  const { world, newest } = await worldWithHistory();
  const before = await world.objects();
  const [segment] = [...newest.keys()].filter((path) => path.endsWith(".seg"));
  assert.ok(segment !== undefined);
  const cut = Buffer.from(newest.get(segment) ?? "");
  // The second group is gone; those behind it prove that it was there.
  cut.fill(0, 2 * BLOCK_BYTES, 3 * BLOCK_BYTES);
  const foreign = new DeliveryWorld({ streamUid: "fedcba9876543210fedcba9876543210" });
  await foreign.start();
  await foreign.stop();
  const harms: readonly (readonly [string, Files, RegExp])[] = [
    ["missing", new Map(), /its journal is missing/],
    ["cut in its middle", new Map(newest).set(segment, cut), /is damaged at byte/],
    ["of another stream", filesBelow(foreign.disk, JOURNAL), /belongs to|another/],
    [
      "without the generation that it names",
      new Map([...newest].filter(([path]) => !path.endsWith(".seg"))),
      /journal/,
    ],
  ];
  for (const [what, files, message] of harms) {
    await putBack(world.disk, JOURNAL, files);
    await assert.rejects(world.start(), message, what);
    world.crash("kill");
    assert.deepEqual(await world.objects(), before, what);
  }
  await putBack(world.disk, JOURNAL, newest);
  await world.start();
  await world.put("g");
  await world.flush();
  assert.deepEqual(await world.delivered(), [..."abcdefg"]);
  await world.stop();
});

test("a journal that is older than what the log still holds is refused", async () => {
  const { world, older } = await worldWithHistory();
  const before = await world.objects();
  await world.start();
  for (let call = 0; call < 4; call++) await world.put("x".repeat(40_000));
  await world.flush();
  // Delivered, so the log lets go of it; only the journal knows that it was.
  await world.log.partitions()[0]?.release(world.delivery.hold);
  await world.stop();
  const delivered = (await world.objects()).size;
  await putBack(world.disk, JOURNAL, older);
  await world.start().catch(() => undefined);
  await world.clock.advance(5_000);
  const { state, lastError } = world.delivery.status();
  assert.equal(state, "failed");
  assert.match(lastError?.message ?? "", /released|no longer|let go/);
  assert.ok(before.size < delivered && (await world.objects()).size === delivered);
});

test("a clock that goes back an hour, forward a day and stands still: order, folders and ages keep their word", async () => {
  const world = new DeliveryWorld({ roll: { ageMs: 10_000 } });
  await world.start();
  for (const [index, jump] of [0, -3_600_000, 86_400_000, -60_000].entries()) {
    world.clock.jump(jump);
    await world.put(`${index}`);
    await world.clock.advance(1_000);
    world.crash(index % 2 === 0 ? "kill" : "power");
    await world.start();
    // Ages are measured by a clock that no one sets: eleven seconds later it is due, whatever the wall shows.
    await world.clock.advance(11_000);
    assert.deepEqual(await world.delivered(), [...world.acknowledged], `after a jump of ${jump} ms`);
  }
  const keys = [...(await world.objects()).keys()];
  const hours = [...new Set(keys.map((key) => key.slice(0, 13)))];
  assert.deepEqual(hours, ["2026/01/01/00", "2026/01/01/23"], "arrival never falls, and follows the clock forward");
  await world.stop();
});
