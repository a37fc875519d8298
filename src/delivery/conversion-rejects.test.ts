import assert from "node:assert/strict";
import { test } from "node:test";
import { DeliveryWorld } from "../../test/fakes/delivery-world.ts";
import { pickyFormat } from "../../test/fakes/picky-format.ts";
import type { DeliveryDefinition } from "../model/delivery-definition.ts";

const TABLE = { catalogId: "1", databaseName: "d", tableName: "t", region: "us-east-1", versionId: "3" };

const DEFINITION: Partial<DeliveryDefinition> = {
  format: { type: "picky", options: { delimiter: "\n", schema: { columns: [], table: TABLE } } },
  compression: { type: "gzip" },
  naming: { timeZone: "UTC", prefix: "data/", errorPrefix: "err/!{firehose:error-output-type}/" },
};

const picky = pickyFormat((record) => record.includes("bad"));

function worldOf(more: object = {}): DeliveryWorld {
  return new DeliveryWorld({
    definition: { ...DEFINITION, compression: { type: "none" } },
    formats: { picky },
    ...more,
  });
}

function rawData(text: string): string[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => Buffer.from((JSON.parse(line) as { rawData: string }).rawData, "base64").toString());
}

async function landed(world: DeliveryWorld) {
  const data = [...(await world.objects("data/")).values()].flatMap((text) => text.split("\n"));
  const errors = [...(await world.objects("err/")).values()].flatMap(rawData);
  return { data: data.sort(), errors: errors.sort() };
}

test("records that cannot be encoded land in the error output, the others in their object", async () => {
  const world = worldOf();
  await world.start();
  await world.put("a", "bad 1", "b");
  await world.clock.advance(1_000);
  await world.put("bad 2");
  await world.flush();
  assert.deepEqual(await landed(world), { data: ["a", "b"], errors: ["bad 1", "bad 2"] });
  assert.deepEqual(world.delivery.status().counters, { read: 4, delivered: 2, errored: 2, dropped: 0, pending: 0 });
  const events = world.events.filter(({ name }) => name === "delivery.recordsRejected");
  assert.deepEqual(
    events.map(({ fields }) => [fields.errorType, fields.code, fields.records]),
    [["format-conversion-failed", "Picky.Refused", 2]],
  );
  await world.stop();
});

test("an error record of conversion has the members of its kind, and its object is neither compressed nor called Parquet", async () => {
  const world = new DeliveryWorld({ definition: DEFINITION, formats: { picky } });
  await world.start();
  await world.put("a", "bad");
  await world.flush();
  const [[key, text] = ["", ""]] = await world.objects("err/");
  assert.match(key, /^err\/format-conversion-failed\/s-1-2026-01-01-00-00-00-[0-9a-f-]{36}$/);
  const { lakehose, ...line } = JSON.parse(text) as Record<string, unknown>;
  const arrival = Date.parse("2026-01-01T00:00:00Z");
  assert.deepEqual(Object.keys(line).slice(0, 5), [
    "attemptsMade",
    "arrivalTimestamp",
    "lastErrorCode",
    "lastErrorMessage",
    "attemptEndingTimestamp",
  ]);
  const { attemptEndingTimestamp, ...rest } = line;
  assert.ok((attemptEndingTimestamp as number) >= arrival);
  assert.deepEqual(rest, {
    attemptsMade: 1,
    arrivalTimestamp: arrival,
    lastErrorCode: "Picky.Refused",
    lastErrorMessage: "I do not like it",
    rawData: Buffer.from("bad").toString("base64"),
    sequenceNumber: null,
    subSequenceNumber: null,
    dataCatalogTable: { ...TABLE, catalogArn: "arn:aws:glue:us-east-1:1:catalog" },
  });
  assert.deepEqual(lakehose, {
    streamUid: "0123456789abcdef0123456789abcdef",
    deliveryId: "destinationId-000000000001",
    offset: 1,
    stage: "delivery",
    errorType: "format-conversion-failed",
  });
  await world.stop();
});

test("a parcel of which nothing can be encoded makes no object", async () => {
  const world = worldOf();
  await world.start();
  await world.put("bad 1", "bad 2");
  await world.flush();
  assert.equal((await world.objects("data/")).size, 0);
  assert.deepEqual((await landed(world)).errors, ["bad 1", "bad 2"]);
  assert.equal(world.delivery.hold, 2);
  await world.stop();
});

test("each refused record is under the error prefix of its own arrival", async () => {
  const errorPrefix = "err/!{firehose:error-output-type}/!{timestamp:yyyy-MM-dd-HH}/";
  const naming = { timeZone: "UTC", prefix: "!{timestamp:yyyy-MM-dd}/", errorPrefix };
  const world = worldOf({ definition: { ...DEFINITION, compression: { type: "none" }, naming }, roll: {} });
  await world.start();
  await world.put("bad 1", "a");
  world.clock.jump(3_600_000);
  await world.put("b", "bad 2");
  await world.flush();
  const errors = [...(await world.objects("err/"))].map(([key, text]) => [key.split("/")[2], rawData(text)]);
  assert.deepEqual(errors.sort(), [
    ["2026-01-01-00", ["bad 1"]],
    ["2026-01-01-01", ["bad 2"]],
  ]);
  await world.stop();
});

test("crashes between parent and child lose no record and double none", async () => {
  for (const how of ["power", "kill"] as const) {
    for (let crashAt = 0; crashAt < 60; crashAt += 3) {
      const world = worldOf({ seed: crashAt, roll: { records: 4 } });
      await world.start();
      await world.put("a", "bad 1", "b", "bad 2");
      world.disk.crashAt(world.disk.faults.count + crashAt, how);
      await world.clock.advance(3_000);
      world.disk.heal();
      world.crash(how);
      await world.start();
      await world.put("c", "bad 3");
      await world.flush();
      assert.deepEqual(
        await landed(world),
        { data: ["a", "b", "c"], errors: ["bad 1", "bad 2", "bad 3"] },
        `${how} ${crashAt}`,
      );
      const { delivered, errored, pending } = world.delivery.status().counters;
      assert.deepEqual([delivered, errored, pending], [3, 3, 0]);
      assert.equal(world.delivery.hold, 6);
      await world.stop();
    }
  }
});

test("a child whose file is lost is found again by encoding its parent", async () => {
  let refuse = true;
  const world = worldOf({
    wrapStore: (store: object) =>
      new Proxy(store, {
        get: (inner, name) => {
          const member = Reflect.get(inner, name, inner) as (...parameters: { key?: string }[]) => unknown;
          if (name !== "put") return typeof member === "function" ? member.bind(inner) : member;
          return (request: { key: string }) => {
            if (refuse && request.key.startsWith("err/")) return Promise.reject(new Error("no error output today"));
            return member.call(inner, request);
          };
        },
      }),
  });
  await world.start();
  await world.put("a", "bad 1", "b");
  world.delivery.flush(new AbortController().signal).catch(() => undefined);
  await world.clock.advance(5_000);
  assert.deepEqual(await landed(world), { data: ["a", "b"], errors: [] });
  assert.equal(world.delivery.hold, 0);
  world.crash("kill");
  for (const path of world.disk.pathsBelow("/data/deliveries/d/parcels")) await world.disk.process().unlink(path);
  refuse = false;
  await world.start();
  await world.flush();
  assert.deepEqual(await landed(world), { data: ["a", "b"], errors: ["bad 1"] });
  assert.equal(world.delivery.hold, 3);
  await world.stop();
});
