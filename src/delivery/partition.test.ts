import assert from "node:assert/strict";
import { test } from "node:test";
import { DeliveryWorld } from "../../test/fakes/delivery-world.ts";
import { placer } from "../../test/fakes/placing-processor.ts";
import type { DeliveryDefinition, PartitionSpec } from "../model/delivery-definition.ts";

const ERRORS = "err/!{firehose:error-output-type}/";

function partitioned(prefix: string, partition: PartitionSpec): Partial<DeliveryDefinition> {
  return {
    processors: [{ type: "placer", options: {} }],
    naming: { timeZone: "UTC", prefix, errorPrefix: ERRORS },
    partition,
  };
}

function worldOf(prefix: string, partition: PartitionSpec, more: object = {}): DeliveryWorld {
  return new DeliveryWorld({ definition: partitioned(prefix, partition), processors: { placer }, ...more });
}

const CUSTOMER: PartitionSpec = { keys: [{ name: "query:c" }], activeMax: 500 };

/** Objects by the folder that they are in. */
async function folders(world: DeliveryWorld): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [key, text] of await world.objects()) {
    const folder = key.replace(/s-\d+-[^/]*$/, "");
    found[folder] = found[folder] === undefined ? text : `${found[folder]}\n${text}`;
  }
  return found;
}

/** `errorCode: errorMessage` of every error record. */
async function errors(world: DeliveryWorld): Promise<string[]> {
  const objects = await world.objects("err/");
  return [...objects.values()].flatMap((text) =>
    text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => {
        const { errorCode, errorMessage } = JSON.parse(line) as Record<string, string>;
        return `${errorCode}: ${errorMessage}`;
      }),
  );
}

test("records gather by the values that the prefix names, and by no others", async () => {
  const world = worldOf("c=!{partitionKeyFromQuery:c}/", CUSTOMER);
  await world.start();
  await world.put('{"c":"a","other":"1"}', '{"c":"b"}', '{"c":"a","other":"2"}');
  await world.flush();
  assert.deepEqual(await folders(world), {
    "c=a/": '{"c":"a","other":"1"}\n{"c":"a","other":"2"}',
    "c=b/": '{"c":"b"}',
  });
  await world.stop();
});

test("a value that is missing or empty rejects its record, and the default of its key keeps it", async () => {
  const world = worldOf("c=!{partitionKeyFromQuery:c}/d=!{partitionKeyFromLambda:d}/", {
    keys: [{ name: "query:c" }, { name: "lambda:d", default: "none" }],
  });
  await world.start();
  await world.put('{"x":"a"}', '{"c":""}', '{"c":"k"}');
  await world.flush();
  assert.deepEqual(Object.keys(await folders(world)).sort(), ["c=k/d=none/", "err/processing-failed/"]);
  const text = "DynamicPartitioning.MetadataExtractionFailed: partitionKeys values must not be null or empty (query:c)";
  assert.deepEqual(await errors(world), [text, text]);
  assert.deepEqual(world.delivery.status().counters, { read: 3, delivered: 1, errored: 2, dropped: 0, pending: 0 });
  await world.stop();
});

test("a key with a format pads whole numbers and refuses everything else", async () => {
  const world = worldOf("c=!{partitionKeyFromQuery:c}/", { keys: [{ name: "query:c", format: "%03d" }] });
  await world.start();
  await world.put('{"c":"7"}', '{"c":"-7"}', '{"c":"1234"}', '{"c":"007"}', '{"c":"x"}', '{"c":"1.5"}');
  await world.flush();
  assert.deepEqual(Object.keys(await folders(world)).sort(), ["c=-07/", "c=007/", "c=1234/", "err/processing-failed/"]);
  assert.equal((await errors(world)).length, 2);
  await world.stop();
});

test("values that no name can have reject their records and nothing else", async () => {
  const world = worldOf("c=!{partitionKeyFromQuery:c}/", CUSTOMER);
  await world.start();
  await world.put(
    `{"c":"${"x".repeat(600)}"}`,
    `{"c":"${"語".repeat(400)}"}`,
    '{"c":"a\\u0000b"}',
    '{"c":"\\ud800"}',
    '{"c":"a"}',
  );
  await world.flush();
  assert.deepEqual(Object.keys(await folders(world)), ["c=a/", "err/processing-failed/"]);
  assert.match(
    (await errors(world)).join(),
    /cannot be greater than 512.*at most 1024 bytes.*without NUL.*without NUL/,
  );
  await world.stop();
});

test("beyond the limit on active partitions records are rejected, until a partition is delivered", async () => {
  const world = worldOf("c=!{partitionKeyFromQuery:c}/", { ...CUSTOMER, activeMax: 2 });
  await world.start();
  await world.put('{"c":"a"}', '{"c":"b"}', '{"c":"x"}', '{"c":"a"}');
  await world.flush();
  await world.put('{"c":"x"}', '{"c":"y"}', '{"c":"a"}');
  await world.flush();
  const { "err/processing-failed/": failed, ...data } = await folders(world);
  assert.deepEqual(data, {
    "c=a/": '{"c":"a"}\n{"c":"a"}',
    "c=b/": '{"c":"b"}',
    "c=x/": '{"c":"x"}',
    "c=y/": '{"c":"y"}',
  });
  assert.equal(failed?.split("\n").filter((line) => line !== "").length, 2);
  assert.match((await errors(world)).join(), /DynamicPartitioning.ActivePartitionsLimitExceeded/);
  await world.stop();
});

test("what was refused at the limit stays refused after a crash, and what was let in stays in", async () => {
  for (const how of ["power", "kill"] as const) {
    const world = worldOf("c=!{partitionKeyFromQuery:c}/", { ...CUSTOMER, activeMax: 2 }, { roll: { ageMs: 60_000 } });
    await world.start();
    await world.put('{"c":"a"}', '{"c":"b"}', '{"c":"x"}');
    await world.clock.advance(3_000);
    world.crash(how);
    await world.start();
    await world.clock.advance(2_000);
    await world.put('{"c":"y"}', '{"c":"b"}');
    await world.flush();
    const { "err/processing-failed/": failed = "", ...data } = await folders(world);
    assert.deepEqual(data, { "c=a/": '{"c":"a"}', "c=b/": '{"c":"b"}\n{"c":"b"}' });
    assert.equal(failed.split("\n").filter((line) => line !== "").length, 2);
    await world.stop();
  }
});

test("what gathers holds staged records or derived ones, never both: a limit that comes or goes hands it on", async () => {
  for (const limits of [
    [2, undefined],
    [undefined, 2],
  ]) {
    const [before, after] = limits.map((activeMax) => ({
      keys: CUSTOMER.keys,
      ...(activeMax === undefined ? {} : { activeMax }),
    }));
    const world = worldOf("c=!{partitionKeyFromQuery:c}/", before ?? CUSTOMER, { roll: { ageMs: 60_000 } });
    await world.start();
    await world.put('{"c":"a","n":1}');
    await world.clock.advance(2_000);
    world.definition = { ...world.definition, partition: after ?? CUSTOMER };
    world.versionId = "2";
    await world.until(world.delivery.apply(world.definition, "2"));
    await world.put('{"c":"a","n":2}');
    await world.clock.advance(2_000);
    world.crash("power");
    await world.start();
    await world.flush();
    assert.deepEqual(await world.delivered(), ['{"c":"a","n":1}', '{"c":"a","n":2}']);
    await world.stop();
  }
});

test("a plan without a limit stays pure: nothing is staged", async () => {
  for (const [activeMax, staged] of [
    [undefined, false],
    [10, true],
  ] as const) {
    const partition = { keys: CUSTOMER.keys, ...(activeMax === undefined ? {} : { activeMax }) };
    const world = worldOf("c=!{partitionKeyFromQuery:c}/", partition);
    await world.start();
    await world.put('{"c":"a"}');
    await world.clock.advance(3_000);
    assert.equal(world.delivery.status().spilledBytes > 0, staged);
    await world.stop();
  }
});

const HOURLY = "e=!{timestamp:yyyy-MM-dd-HH}/";

/** The world begins at 2026-01-01T00:00:00Z. */
const at = (text: string) => `{"t":${Date.parse(text)}}`;

test("event time names the folder in its own zone; the suffix shows the arrival", async () => {
  const world = worldOf(HOURLY, { keys: [], eventTime: { timeZone: "America/New_York" } });
  await world.start();
  await world.put(at("2025-12-30T10:59:00Z"), at("2025-12-30T11:00:00Z"), at("2025-12-30T10:00:00Z"), "{}");
  await world.flush();
  const keys = [...(await world.objects()).keys()].map((key) => key.replace(/-[0-9a-f]{8}-.*/, "")).sort();
  assert.deepEqual(keys, [
    "e=2025-12-30-05/s-1-2026-01-01-00-00-00",
    "e=2025-12-30-06/s-1-2026-01-01-00-00-00",
    "e=2025-12-31-19/s-1-2026-01-01-00-00-00",
  ]);
  await world.stop();
});

test("late and future records go to a prefix of their own or to the error output, by their stored arrival", async () => {
  const world = worldOf(HOURLY, {
    keys: [],
    eventTime: {
      timeZone: "UTC",
      late: { afterMs: 3_600_000, to: "prefix", prefix: "late/" },
      future: { afterMs: 60_000, to: "error-output" },
    },
  });
  await world.start();
  await world.put(at("2025-12-31T23:00:00Z"), at("2025-12-31T22:59:59Z"), at("2026-01-01T00:01:01Z"));
  await world.clock.advance(2_000);
  world.crash("power");
  world.clock.jump(86_400_000);
  await world.start();
  await world.flush();
  const found = Object.keys(await folders(world)).sort();
  assert.deepEqual(found, ["e=2025-12-31-23/", "err/processing-failed/", "late/e=2025-12-31-22/"]);
  assert.deepEqual(await errors(world), [
    "PartitionTime.Future: The record claims to have happened more than 60 s after it arrived",
  ]);
  await world.stop();
});

test("a partition is handed on once events have gone far enough past it", async () => {
  const world = worldOf(HOURLY, { keys: [], eventTime: { timeZone: "UTC", closeAfterMs: 600_000 } }, { roll: {} });
  await world.start();
  world.clock.jump(3 * 3_600_000);
  await world.put(at("2026-01-01T00:30:00Z"), at("2026-01-01T01:05:00Z"));
  await world.clock.advance(3_000);
  assert.deepEqual(Object.keys(await folders(world)), []);
  await world.put(at("2026-01-01T01:11:00Z"));
  await world.clock.advance(3_000);
  assert.deepEqual(Object.keys(await folders(world)), ["e=2026-01-01-00/"]);
  const delivered = world.events.find(({ name }) => name === "delivery.parcelDelivered");
  assert.equal(delivered?.fields.cause, "partition-closed");
  await world.stop();
});
