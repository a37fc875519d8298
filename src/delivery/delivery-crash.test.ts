import assert from "node:assert/strict";
import { test } from "node:test";
import { DeliveryWorld, type DeliveryWorldOptions } from "../../test/fakes/delivery-world.ts";
import type { Processor, ProcessorBatch } from "../processors/processor.ts";
import { seededRandom } from "../std/random.ts";

/** Some traffic with a change of the definition in the middle. What it throws after a crash is of no interest. */
async function traffic(world: DeliveryWorld): Promise<void> {
  const { log, delivery } = world;
  for (let call = 0; call < 4; call++) {
    await world.putInto(log, `${call}-a`, `${call}-b`, `${call}-c`);
    await world.clock.advance(700);
    if (call === 1) {
      const naming = { ...world.definition.naming, prefix: "changed/" };
      world.definition = { ...world.definition, naming };
      world.versionId = "2";
      await world.until(delivery.apply(world.definition, "2"));
    }
  }
  await world.until(delivery.flush(new AbortController().signal));
}

async function runWithCrash(
  options: DeliveryWorldOptions,
  crashIndex: number,
  how: "power" | "kill",
): Promise<DeliveryWorld> {
  const world = new DeliveryWorld(options);
  await world.start();
  const firstIndex = world.disk.faults.count;
  world.disk.crashAt(firstIndex + crashIndex, how);
  const running = traffic(world).catch(() => undefined);
  for (let step = 0; step < 200 && world.disk.crashPending; step++) await world.clock.advance(200);
  if (!world.disk.crashPending) {
    world.crash(how);
    await world.start();
  }
  world.disk.crashAt(Number.POSITIVE_INFINITY, how);
  void running;
  await world.put("after");
  await world.flush();
  return world;
}

async function operationsOf(options: DeliveryWorldOptions): Promise<number> {
  const world = new DeliveryWorld(options);
  await world.start();
  const first = world.disk.faults.count;
  await traffic(world);
  const count = world.disk.faults.count - first;
  await world.stop();
  return count;
}

function assertExactlyOnce(world: DeliveryWorld, delivered: readonly string[], label: string): void {
  const twice = delivered.filter((line, index) => delivered[index - 1] === line);
  assert.deepEqual(twice, [], `${label}: delivered twice`);
  const missing = world.acknowledged.filter((record) => !delivered.includes(record));
  assert.deepEqual(missing, [], `${label}: acknowledged and lost`);
}

for (const how of ["power", "kill"] as const) {
  test(`every acknowledged record lands exactly once, whatever step a ${how} loss hits`, async () => {
    const options: DeliveryWorldOptions = { roll: { records: 4, ageMs: 1_500 } };
    const operations = await operationsOf(options);
    assert.ok(operations > 50, `the workload has many steps, ${operations}`);
    for (let index = 1; index <= operations; index++) {
      const world = await runWithCrash({ ...options, seed: index }, index, how);
      assertExactlyOnce(world, await world.delivered(), `crash at ${index}`);
      await world.stop();
    }
  });
}

/** Keeps, drops, renames or rejects by chance: the second answer for a record is another than the first. */
function capricious(seed: number): Processor {
  const random = seededRandom(seed);
  return {
    type: "capricious",
    pure: false,
    process: async ({ source, outcomes }: ProcessorBatch) => ({
      source,
      outcomes: outcomes.map((outcome) => {
        if (outcome.result !== "kept") return outcome;
        const { index, bytes } = outcome;
        const dice = random.fraction();
        if (dice < 0.2) return { result: "dropped" as const, index };
        if (dice < 0.4) {
          const place = { errorType: "processing-failed", code: "Test.Whim", message: bytes.toString(), attempts: 1 };
          return { result: "rejected" as const, index, ...place };
        }
        return { result: "kept" as const, index, bytes };
      }),
    }),
    close: async () => undefined,
  };
}

for (const how of ["power", "kill"] as const) {
  test(`a function that answers at random is never believed twice, whatever step a ${how} loss hits`, async () => {
    let whims = 0;
    const options: DeliveryWorldOptions = {
      roll: { records: 3, ageMs: 1_500 },
      definition: { processors: [{ type: "capricious", options: {} }] },
      processors: { capricious: () => capricious(++whims) },
    };
    const operations = await operationsOf(options);
    for (let index = 1; index <= operations; index += 2) {
      const world = await runWithCrash({ ...options, seed: index }, index, how);
      const { counters } = world.delivery.status();
      const lines = [...(await world.objects()).entries()].flatMap(([key, text]) =>
        text
          .trimEnd()
          .split("\n")
          .map((line) => ({ line, error: key.includes("processing-failed") })),
      );
      const kept = lines.filter(({ error }) => !error).map(({ line }) => line);
      const errors = lines.filter(({ error }) => error).map(({ line }) => decodeRaw(line));
      const all = [...kept, ...errors];
      assert.equal(new Set(all).size, all.length, `crash at ${index}: a record has two outcomes`);
      assert.equal(counters.delivered, kept.length, `crash at ${index}: delivered is what is there`);
      assert.equal(counters.errored, errors.length, `crash at ${index}: errored is what is there`);
      assert.equal(
        counters.read,
        counters.delivered + counters.errored + counters.dropped,
        `crash at ${index}: balance`,
      );
      assert.equal(counters.pending, 0);
      assert.ok(counters.read >= world.acknowledged.length, `crash at ${index}: all that was acknowledged was read`);
      await world.stop();
    }
  });
}

function decodeRaw(line: string): string {
  const { rawData } = JSON.parse(line) as { rawData: string };
  return Buffer.from(rawData, "base64").toString();
}

test("a plan that was journaled beyond the last cut covers what is read again, through a second crash", async () => {
  const prefixes = ["d/!{timestamp:yyyy-MM-dd}/", "h/!{timestamp:yyyy-MM-dd-HH}/"] as const;
  const startWorld = async () => {
    const naming = { timeZone: "UTC", prefix: prefixes[0], errorPrefix: "e/!{firehose:error-output-type}/" };
    const world = new DeliveryWorld({ definition: { naming } });
    await world.start();
    return world;
  };
  const changeUnderLoad = async (world: DeliveryWorld) => {
    const { log, delivery } = world;
    await world.putInto(log, "before");
    await world.clock.advance(1_500);
    // Read, but in no cut yet: that is written once a second.
    await world.putInto(log, "between");
    await world.clock.advance(50);
    const naming = { ...world.definition.naming, prefix: prefixes[1] };
    world.definition = { ...world.definition, naming };
    world.versionId = "2";
    await world.until(delivery.apply(world.definition, "2"), 1);
  };
  const measured = await startWorld();
  const first = measured.disk.faults.count;
  await changeUnderLoad(measured);
  const operations = measured.disk.faults.count - first;
  await measured.stop();
  for (let index = 1; index <= operations; index++) {
    const world = await startWorld();
    world.disk.crashAt(world.disk.faults.count + index, "kill");
    void changeUnderLoad(world).catch(() => undefined);
    for (let step = 0; step < 200 && world.disk.crashPending; step++) await world.clock.advance(20);
    if (!world.disk.crashPending) world.crash("kill");
    world.disk.crashAt(Number.POSITIVE_INFINITY, "kill");
    await world.start();
    await world.clock.advance(1_500);
    await world.put("after");
    await world.clock.advance(1_500);
    world.crash("kill");
    await world.start();
    await world.flush();
    assertExactlyOnce(world, await world.delivered(), `crash at ${index} of ${operations}`);
    await world.stop();
  }
});
