import assert from "node:assert/strict";
import { test } from "node:test";
import { DeliveryWorld } from "../../test/fakes/delivery-world.ts";
import { learningFormat } from "../../test/fakes/learning-format.ts";
import type { LearnedSchema } from "./delivery-options.ts";

const FORMAT = { type: "learning", options: { delimiter: "\n", schema: "infer" } };

function worldOf(told: string[] = []): DeliveryWorld {
  return new DeliveryWorld({
    definition: { format: FORMAT },
    formats: { learning: learningFormat() },
    schemaLearned: ({ plan, format }: LearnedSchema) => told.push(`${plan} ${format.options.schema}`),
  });
}

async function texts(world: DeliveryWorld): Promise<string[]> {
  return [...(await world.objects()).values()].sort();
}

test("what a format learns takes effect before the records gather, and hands on what was open", async () => {
  const told: string[] = [];
  const world = worldOf(told);
  await world.start();
  await world.put("a1", "b1");
  await world.clock.advance(1_000);
  await world.put("a2");
  await world.clock.advance(1_000);
  await world.put("c1", "a3");
  await world.flush();
  assert.deepEqual(await texts(world), ["a1\nb1\na2", "c1\na3"]);
  assert.deepEqual(told, ["2 ab", "3 abc"]);
  const causes = world.events.filter(({ name }) => name === "delivery.parcelDelivered");
  assert.deepEqual(
    causes.map(({ fields }) => fields.cause),
    ["plan-change", "flush"],
  );
  await world.stop();
});

test("what was learned survives restarts and is told again", async () => {
  for (const how of ["power", "kill"] as const) {
    const told: string[] = [];
    const world = worldOf(told);
    await world.start();
    await world.put("a1", "b1");
    await world.clock.advance(3_000);
    world.crash(how);
    await world.start();
    await world.put("b2");
    await world.flush();
    assert.deepEqual(await texts(world), ["a1\nb1\nb2"]);
    assert.deepEqual(told, ["2 ab", "2 ab"]);
    await world.stop();
  }
});

test("a change of anything else keeps what was learned; another word about the schema does not", async () => {
  const told: string[] = [];
  const world = worldOf(told);
  await world.start();
  await world.put("a1");
  await world.clock.advance(1_000);
  const longer = { ...world.definition, format: { ...FORMAT, options: { ...FORMAT.options, delimiter: ";" } } };
  await world.until(world.delivery.apply({ ...longer, roll: { ageMs: 5_000 } }, "2"));
  await world.put("a2", "b2");
  await world.clock.advance(1_000);
  await world.until(world.delivery.apply({ ...longer, format: { ...longer.format, options: { schema: "x" } } }, "3"));
  await world.put("x3");
  await world.flush();
  assert.deepEqual(await texts(world), ["a1", "a2;b2", "x3"]);
  assert.deepEqual(told, ["2 a", "4 ab"]);
  await world.stop();
});
