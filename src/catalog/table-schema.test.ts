import assert from "node:assert/strict";
import { test } from "node:test";
import { PretendClock } from "../../test/fakes/pretend-clock.ts";
import { PretendDisk } from "../../test/fakes/pretend-disk.ts";
import { seededRandom } from "../std/random.ts";
import { StoredCatalog } from "./stored-catalog.ts";
import type { TableColumn } from "./table.ts";
import { findTableSchema } from "./table-schema.ts";

async function catalogWith(...columns: TableColumn[]): Promise<StoredCatalog> {
  const world = { disk: new PretendDisk().process(), clock: new PretendClock(), random: seededRandom(1) };
  const catalog = await StoredCatalog.open({ ...world, dataDirectory: "/data" });
  await catalog.createDatabase({ name: "d" });
  await catalog.createTable("d", {
    name: "t",
    storageDescriptor: { columns },
    partitionKeys: [{ name: "day", type: "date" }],
  });
  return catalog;
}

const LATEST = { databaseName: "D", tableName: "T", versionId: "LATEST" };

test("findTableSchema() gives the columns of the files, without partition keys", async () => {
  const catalog = await catalogWith({ name: "a", type: "array<int>" });
  assert.deepEqual(await findTableSchema(catalog, LATEST), {
    found: true,
    schema: { columns: [{ name: "a", type: { kind: "array", element: { kind: "int" } } }] },
    versionId: "0",
  });
});

test("findTableSchema() follows LATEST and keeps to a number", async () => {
  const catalog = await catalogWith({ name: "a", type: "int" });
  await catalog.updateTable("d", { name: "t", storageDescriptor: { columns: [{ name: "b", type: "int" }] } });
  const names = async (versionId: string) => {
    const found = await findTableSchema(catalog, { ...LATEST, versionId });
    return found.found ? found.schema.columns.map(({ name }) => name) : found.problem;
  };
  assert.deepEqual(await names("LATEST"), ["b"]);
  assert.deepEqual(await names("0"), ["a"]);
  assert.equal(await names("7"), "missing");
});

test("findTableSchema() tells what is missing from what cannot be written", async () => {
  const catalog = await catalogWith({ name: "a", type: "set<int>" });
  const problem = async (reference: object) => {
    const found = await findTableSchema(catalog, { ...LATEST, ...reference });
    return found.found ? "found" : `${found.problem}: ${found.message}`;
  };
  assert.match(await problem({}), /^unusable: Column a of table d.t: Expected a type such as .* Hive has no sets/);
  assert.match(await problem({ tableName: "none" }), /^missing: There is no table D.none/);
  assert.match(await problem({ databaseName: "none" }), /^missing/);
  const without = await catalogWith({ name: "a" });
  assert.match((await findTableSchema(without, LATEST)).found ? "" : "unusable", /unusable/);
});
