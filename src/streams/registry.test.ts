import assert from "node:assert/strict";
import { test } from "node:test";
import { PretendDisk } from "../../test/fakes/pretend-disk.ts";
import { seededRandom } from "../std/random.ts";
import { type StoredStream, StreamRegistry } from "./registry.ts";
import type { StreamDocument } from "./streams.ts";

test("a document that was found once stays in force, whatever power loss follows the kill that interrupted its save", async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const disk = new PretendDisk(seededRandom(seed));
    const first = new StreamRegistry(disk.process(), "/data");
    await first.load();
    await first.save(stored("1"));
    disk.faults.before = ({ name }) => {
      if (name === "syncDirectory") disk.processKill();
    };
    await assert.rejects(first.save(stored("2")));
    disk.heal();
    const found = await versionAfterStart(disk);
    disk.powerLoss();
    assert.equal(await versionAfterStart(disk), found, `seed ${seed}`);
  }
});

async function versionAfterStart(disk: PretendDisk): Promise<string | undefined> {
  const registry = new StreamRegistry(disk.process(), "/data");
  await registry.load();
  return registry.get("orders")?.document.versionId;
}

function stored(versionId: string): StoredStream {
  const document: StreamDocument = {
    name: "orders",
    uid: "0123456789abcdef0123456789abcdef",
    arn: "arn:aws:firehose:us-east-1:000000000000:deliverystream/orders",
    type: "DirectPut",
    status: "ACTIVE",
    versionId,
    createdAt: 0,
    encryption: { status: "DISABLED", toggledAt: [] },
    tags: {},
    declared: {},
    extensions: {},
    deliveries: [],
  };
  return { document, startsAt: {}, ending: [], replays: [], formerOutputs: [], paused: false, removing: false };
}
