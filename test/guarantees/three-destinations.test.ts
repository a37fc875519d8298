import assert from "node:assert/strict";
import { test } from "node:test";
import { createDelivery } from "../../src/delivery/create-delivery.ts";
import { objectStoreDestinationType } from "../../src/destinations/object-store/object-store-destination.ts";
import { formatOf } from "../../src/formats/registry.ts";
import { EmbeddedLog } from "../../src/log/embedded/embedded-log.ts";
import type { DeliveryDefinition } from "../../src/model/delivery-definition.ts";
import { packRecords } from "../../src/model/records.ts";
import { invariant } from "../../src/std/assert.ts";
import { seededRandom } from "../../src/std/random.ts";
import { MemoryStore } from "../../src/storage/memory/memory-store.ts";
import type { StreamDependencies } from "../../src/streams/dependencies.ts";
import { StreamIntake } from "../../src/streams/intake.ts";
import { StreamError } from "../../src/streams/stream-error.ts";
import { StreamsService } from "../../src/streams/streams-service.ts";
import { silentTelemetry } from "../../src/telemetry/telemetry.ts";
import { FaultyStore } from "../fakes/faulty-store.ts";
import { PretendClock } from "../fakes/pretend-clock.ts";
import { PretendDisk } from "../fakes/pretend-disk.ts";
import { StreamParts } from "../fakes/stream-parts.ts";

/** Test 14 of the thirty: one of three destinations is dead until the stream's budget is used up, then it is back. */

const BUCKETS = ["one", "two", "dead"] as const;
const BUDGET_BYTES = 400_000;
const RECORD_BYTES = 1_000;

class ThreeDestinations {
  readonly clock = new PretendClock();
  readonly disk = new PretendDisk();
  readonly store = new MemoryStore({ clock: this.clock });
  readonly #dead = new FaultyStore(this.store, { random: seededRandom(1), rates: { before: 1 } });

  heal(): void {
    this.#dead.heal();
  }

  dependencies(): StreamDependencies {
    const random = seededRandom(5);
    const shared = { disk: this.disk.process(), clock: this.clock, random, telemetry: silentTelemetry };
    return new StreamParts().dependencies({
      ...shared,
      budgetBytes: BUDGET_BYTES,
      translate: () => BUCKETS.map(deliveryTo),
      openLog: ({ document, directory }) =>
        EmbeddedLog.open({ ...shared, directory, label: "s", streamUid: document.uid, segmentBytes: 32 * 1024 }),
      createIntake: (request) =>
        new StreamIntake({ ...request, clock: this.clock, telemetry: silentTelemetry, failStop: assert.fail }),
      createDelivery: ({ document, definition, log, directory, startAt }) =>
        createDelivery({
          ...shared,
          stream: { name: document.name, uid: document.uid, arn: document.arn, region: "us-east-1" },
          definition,
          versionId: document.versionId,
          reader: log,
          directory,
          startAt,
          isNew: true,
          encrypted: () => false,
          limits: { heldBytesMax: 1_000_000, nativeBytesMax: 1e9, replayBytesMax: () => BUDGET_BYTES / 2 },
          components: {
            format: formatOf,
            processor: () => assert.fail("no processor is configured"),
            destination: ({ options }) =>
              objectStoreDestinationType.create(options, {
                ...shared,
                storeFor: (bucket) => (bucket === "dead" ? this.#dead : this.store),
              }),
          },
        }),
    });
  }

  async records(bucket: string): Promise<number[]> {
    const records: number[] = [];
    for await (const { key } of this.store.list(bucket)) {
      const chunks: Buffer[] = [];
      for await (const chunk of await this.store.get(bucket, key)) chunks.push(chunk);
      const lines = Buffer.concat(chunks).toString().split("\n");
      records.push(...lines.filter((line) => line !== "").map(Number));
    }
    return records.sort((a, b) => a - b);
  }
}

function deliveryTo(bucket: string): DeliveryDefinition {
  return {
    id: `destinationId-${bucket}`,
    kind: bucket === "one" ? "primary" : "backup",
    processors: [],
    format: { type: "raw", options: { delimiter: "\n" } },
    compression: { type: "none" },
    naming: { timeZone: "UTC" },
    target: { type: "object-store", options: { bucket } },
    roll: { records: 10, ageMs: 2_000 },
  };
}

async function open(world: ThreeDestinations): Promise<StreamsService> {
  const streams = await StreamsService.open(world.dependencies());
  for (const bucket of BUCKETS) await world.store.ensureBucket(bucket);
  await streams.create({
    name: "s",
    arn: "arn:aws:firehose:us-east-1:000000000000:deliverystream/s",
    type: "DirectPut",
    declared: {},
    extensions: {},
    tags: new Map(),
    encryption: { status: "DISABLED", toggledAt: [] },
  });
  return streams;
}

/** Puts records until the stream says that there is no room. Gives how many it took. */
async function fill(world: ThreeDestinations, streams: StreamsService, from: number): Promise<number> {
  for (let number = from; ; number++) {
    const record = Buffer.from(String(number).padStart(RECORD_BYTES, "0"));
    try {
      await streams.intake("s").accept({ records: packRecords([record]), call: "PutRecord" });
    } catch (error) {
      assert.ok(error instanceof StreamError && error.code === "slow-down", String(error));
      return number;
    }
    invariant(number < 10_000, "the budget is reached");
    await world.clock.advance(100);
  }
}

test("one dead of three destinations: the others go on until the budget, then producers are told; healed, all balance", async () => {
  const world = new ThreeDestinations();
  const streams = await open(world);
  const accepted = await fill(world, streams, 0);
  assert.ok(accepted > 20, `${accepted} records were accepted before the budget`);
  await world.clock.advance(10_000);
  const all = Array.from({ length: accepted }, (_, number) => number);
  for (const bucket of ["one", "two"]) assert.deepEqual(await world.records(bucket), all, `${bucket} does not wait`);
  assert.deepEqual(await world.records("dead"), []);
  world.heal();
  await world.clock.advance(120_000);
  const one = packRecords([Buffer.from(String(accepted).padStart(RECORD_BYTES, "0"))]);
  await streams.intake("s").accept({ records: one, call: "PutRecord" });
  await world.clock.advance(20_000);
  for (const bucket of BUCKETS) assert.deepEqual(await world.records(bucket), [...all, accepted], bucket);
  for (const { counters, state } of streams.health("s").deliveries) {
    assert.equal(state, "running");
    assert.deepEqual([counters.read, counters.delivered, counters.pending], [accepted + 1, accepted + 1, 0]);
  }
  await streams.close();
});
