import assert from "node:assert/strict";
import { test } from "node:test";
import { DeliveryWorld } from "../../test/fakes/delivery-world.ts";
import { ScriptedTarget } from "../../test/fakes/scripted-target.ts";
import type { DeliveryDefinition } from "../model/delivery-definition.ts";
import type { JsonObject } from "../std/json.ts";

/** Rule H48: refused records are in the error output once, and taken ones at the target, wherever a process dies. */
const DEFINITION: Partial<DeliveryDefinition> = {
  format: { type: "identified-records", options: {} },
  naming: { timeZone: "UTC", prefix: "data/", errorPrefix: "err/!{firehose:error-output-type}/!{timestamp:mm}/" },
  target: { type: "scripted", options: {} },
  errorTarget: { type: "object-store", options: { bucket: "lake" } },
  errorType: "http-endpoint-failed",
  retry: { forMs: 5_000 },
  roll: { records: 4 },
};

function worldOf(target: ScriptedTarget): DeliveryWorld {
  return new DeliveryWorld({ target, definition: DEFINITION });
}

/** Some are refused, some only after a while, some never settled. The same record gets the same in every life. */
function answerTo(text: string, request: number) {
  if (text.includes("bad")) return "refused";
  if (text.includes("slow")) return request < 3 ? "later" : "taken";
  return "taken";
}

async function traffic(world: DeliveryWorld): Promise<void> {
  const { log, delivery } = world;
  for (let call = 0; call < 2; call++) {
    await world.putInto(log, `${call} good`, `${call} bad`, `${call} slow`);
    await world.clock.advance(20_000);
  }
  await world.until(delivery.flush(new AbortController().signal));
}

async function errorTexts(world: DeliveryWorld): Promise<string[]> {
  const lines = [...(await world.objects("err/")).values()].flatMap((text) => text.split("\n").filter(Boolean));
  return lines
    .map((line) => Buffer.from((JSON.parse(line) as { rawData: string }).rawData, "base64").toString())
    .sort();
}

for (const how of ["power", "kill"] as const) {
  test(`refused records are nowhere twice and nowhere lost: ${how} at every step`, async () => {
    const counted = worldOf(targetOf());
    await counted.start();
    const first = counted.disk.faults.count;
    await traffic(counted);
    const steps = counted.disk.faults.count - first;
    await counted.stop();
    assert.ok(steps > 40, `${steps} steps`);
    for (let step = 0; step < steps; step++) {
      const target = targetOf();
      const world = worldOf(target);
      await world.start();
      world.disk.crashAt(world.disk.faults.count + step, how);
      const running = traffic(world).catch(() => undefined);
      for (let wait = 0; wait < 400 && world.disk.crashPending; wait++) await world.clock.advance(500);
      if (!world.disk.crashPending) {
        world.crash(how);
        await world.start();
      }
      world.disk.crashAt(Number.POSITIVE_INFINITY, how);
      void running;
      await world.put("after");
      await world.flush();
      const at = [...target.records.values()].sort();
      const errors = await errorTexts(world);
      const all = [...at, ...errors].sort();
      assert.deepEqual(new Set(all).size, all.length, `step ${step}: twice`);
      for (const text of world.acknowledged) {
        assert.equal((text.includes("bad") ? errors : at).includes(text), true, `step ${step}: ${text} is lost`);
      }
      await world.stop();
    }
  });
}

function targetOf(): ScriptedTarget {
  const target = new ScriptedTarget();
  target.answer = answerTo;
  return target;
}

test("refused records whose file is lost are written once more", async () => {
  const target = targetOf();
  const world = worldOf(target);
  await world.start();
  // Children stay on their way, because the store takes nothing.
  const put = world.store.put.bind(world.store);
  world.store.put = () => Promise.reject(new Error("away"));
  await world.put("a bad", "b good", "c bad", "d good");
  await world.clock.advance(10_000);
  assert.equal(world.delivery.status().counters.pending, 2);
  world.crash("kill");
  const files = await world.disk.process().list("/data/deliveries/d/parcels");
  assert.equal(files.length, 1);
  await world.disk.process().unlink(`/data/deliveries/d/parcels/${files[0]}`);
  world.store.put = put;
  await world.start();
  await world.flush();
  assert.deepEqual(await errorTexts(world), ["a bad", "c bad"]);
  const [text = ""] = (await world.objects("err/")).values();
  const [record] = text.split("\n").map((line) => JSON.parse(line || "{}") as JsonObject);
  assert.equal(record?.errorCode, "400");
  assert.match(String(record?.errorMessage), /lost with the file/);
  assert.match(String(record?.targetId), /\/0\/0$/);
  assert.deepEqual([...target.records.values()], ["b good", "d good"]);
  assert.deepEqual([...target.requests.values()], [1, 1, 1, 1]);
  await world.stop();
});
