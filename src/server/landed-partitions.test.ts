import assert from "node:assert/strict";
import { test } from "node:test";
import { PretendClock } from "../../test/fakes/pretend-clock.ts";
import { PretendDisk } from "../../test/fakes/pretend-disk.ts";
import { StoredCatalog } from "../catalog/stored-catalog.ts";
import type { LandedObject } from "../delivery/journal/journal-records.ts";
import { seededRandom } from "../std/random.ts";
import { LandedPartitions } from "./landed-partitions.ts";

async function reopened(disk: PretendDisk) {
  const world = { disk: disk.process(), clock: new PretendClock(), random: seededRandom(2) };
  const catalog = await StoredCatalog.open({ ...world, dataDirectory: "/data" });
  const events: string[] = [];
  const telemetry = { emit: (name: string) => void events.push(name) };
  return { catalog, landed: new LandedPartitions(catalog, telemetry), disk, events };
}

async function catalogWith(location: string, ...keys: string[]) {
  const world = await reopened(new PretendDisk());
  const { catalog } = world;
  await catalog.createDatabase({ name: "sales" });
  await catalog.createTable("sales", {
    name: "orders",
    partitionKeys: keys.map((name) => ({ name, type: "string" })),
    storageDescriptor: { location, inputFormat: "text", columns: [{ name: "id", type: "int" }] },
  });
  return world;
}

function object(name: string, more: { readonly bucket?: string; readonly table?: string } = {}): LandedObject {
  const { bucket = "lake", table: tableName = "orders" } = more;
  return {
    parcelId: name,
    table: { databaseName: "sales", tableName, versionId: "LATEST" },
    target: { type: "object-store", options: { bucket } },
    name,
    ...{ records: 1, bytes: 1, etag: "e" },
  };
}

async function placesIn(catalog: StoredCatalog): Promise<(string | undefined)[][]> {
  const partitions = await catalog.partitions.partitions("sales", "orders");
  return partitions.map(({ definition }) => [...definition.values, definition.storageDescriptor?.location]);
}

test("a partition is there once its first object has landed, and once only", async () => {
  const { catalog, landed } = await catalogWith("s3://lake/orders", "year", "month");
  await landed.register([object("orders/year=2026/month=11/a"), object("orders/year=2026/month=11/b")]);
  await landed.register([object("orders/year=2026/month=11/b"), object("orders/year=2026/month=12/c")]);
  assert.deepEqual(await placesIn(catalog), [
    ["2026", "11", "s3://lake/orders/year=2026/month=11/"],
    ["2026", "12", "s3://lake/orders/year=2026/month=12/"],
  ]);
  const { definition } = (await catalog.partitions.partitions("sales", "orders"))[0] ?? {};
  assert.equal(definition?.storageDescriptor?.inputFormat, "text");
  assert.equal(definition?.storageDescriptor?.columns?.length, 1);
});

test("folders without names are values where they are as many as the table has keys", async () => {
  const { catalog, landed } = await catalogWith("s3://lake/", "year", "month");
  await landed.register([object("2026/11/a"), object("2026/12/01/b"), object("2026/c"), object("d")]);
  assert.deepEqual(await placesIn(catalog), [["2026", "11", "s3://lake/2026/11/"]]);
});

test("what lies elsewhere makes no partition, nor does a table that is gone or has no keys", async () => {
  const { catalog, landed } = await catalogWith("s3://lake/orders/", "day");
  await landed.register([
    object("orders/day=1/a", { bucket: "other" }),
    object("orders-late/day=1/a"),
    object("late/orders/day=1/a"),
    object("orders/hour=1/a"),
    object("orders/day=1/a", { table: "gone" }),
  ]);
  assert.deepEqual(await placesIn(catalog), []);
  const without = await catalogWith("s3://lake/orders/");
  await without.landed.register([object("orders/day=1/a")]);
  assert.deepEqual(await placesIn(without.catalog), []);
});

test("a table that will never take a partition is told of and left, and keeps none from the others", async () => {
  const { landed, disk } = await catalogWith("s3://lake/orders", "day");
  await landed.register([object("orders/day=1/a")]);
  const [log = ""] = disk.pathsBelow("/data/meta/catalog/partitions");
  disk.flipByte(log, 10);
  const again = await reopened(disk);
  await again.catalog.createTable("sales", {
    name: "others",
    partitionKeys: [{ name: "day", type: "string" }],
    storageDescriptor: { location: "s3://lake/others/" },
  });
  await again.landed.register([object("orders/day=2/a"), object("others/day=2/a", { table: "others" })]);
  assert.deepEqual(again.events, ["catalog.partitionsRefused"]);
  assert.equal((await again.catalog.partitions.partitions("sales", "others")).length, 1);
});

test("a disk that fails is asked again", async () => {
  const { catalog, landed, disk, events } = await catalogWith("s3://lake/orders", "day");
  disk.failNext("write", "ENOSPC", { pathPart: "partitions" });
  await assert.rejects(landed.register([object("orders/day=1/a")]), { code: "ENOSPC" });
  await landed.register([object("orders/day=1/a")]);
  assert.equal((await placesIn(catalog)).length, 1);
  assert.deepEqual(events, []);
});
