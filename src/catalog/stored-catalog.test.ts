import assert from "node:assert/strict";
import { test } from "node:test";
import { PretendClock } from "../../test/fakes/pretend-clock.ts";
import { PretendDisk } from "../../test/fakes/pretend-disk.ts";
import { seededRandom } from "../std/random.ts";
import { CatalogError } from "./catalog-error.ts";
import { StoredCatalog } from "./stored-catalog.ts";
import type { TableDefinition } from "./table.ts";

function open(disk: PretendDisk, seed = 7): Promise<StoredCatalog> {
  const clock = new PretendClock();
  return StoredCatalog.open({ disk: disk.process(), clock, random: seededRandom(seed), dataDirectory: "/data" });
}

async function opened() {
  const disk = new PretendDisk();
  const catalog = await open(disk);
  await catalog.createDatabase({ name: "Sales" });
  return { disk, catalog };
}

function table(name: string, ...columns: string[]): TableDefinition {
  return { name, storageDescriptor: { columns: columns.map((column) => ({ name: column, type: "int" })) } };
}

function columnsOf(found: { definition: TableDefinition } | undefined): string[] | undefined {
  return found?.definition.storageDescriptor?.columns?.map(({ name }) => name);
}

test("StoredCatalog gives back after a restart what it took", async () => {
  const { disk, catalog } = await opened();
  await catalog.createTable("sales", { ...table("Orders", "Id"), parameters: { classification: "json" } });
  await catalog.updateTable("sales", table("orders", "Id", "price"));
  await catalog.updateDatabase("sales", { name: "other", description: "what was sold" });
  const again = await open(disk);
  assert.deepEqual(again.databases(), catalog.databases());
  assert.deepEqual(again.tables("SALES"), catalog.tables("sales"));
  assert.equal(again.database("sales")?.definition.description, "what was sold");
  assert.deepEqual(await again.versionIds("sales", "orders"), ["1", "0"]);
  assert.deepEqual(columnsOf(await again.version("sales", "ORDERS", "0")), ["Id"]);
  assert.deepEqual(columnsOf(await again.version("sales", "orders", "LATEST")), ["Id", "price"]);
  assert.equal(await again.version("sales", "orders", "2"), undefined);
  assert.equal(await again.version("sales", "orders", "../0"), undefined);
});

test("StoredCatalog compares names without letter case and stores them in lower case", async () => {
  const { catalog } = await opened();
  const made = await catalog.createTable("SALES", table("Orders", "Id"));
  assert.equal(made.definition.name, "orders");
  assert.equal(made.databaseName, "sales");
  assert.equal(catalog.table("sALES", "ORDERS")?.uid, made.uid);
  await assert.rejects(catalog.createTable("sales", table("oRDERS")), { code: "already-exists", entity: "table" });
  await assert.rejects(catalog.createDatabase({ name: "SALES" }), { code: "already-exists", entity: "database" });
});

test("StoredCatalog changes a table only at the version that was expected", async () => {
  const { catalog } = await opened();
  await catalog.createTable("sales", table("orders", "a"));
  const changes = ["b", "c"].map((column) =>
    catalog.updateTable("sales", table("orders", column), { expectedVersion: "0" }),
  );
  const results = await Promise.allSettled(changes);
  assert.deepEqual(
    results.map(({ status }) => status),
    ["fulfilled", "rejected"],
  );
  assert.deepEqual(columnsOf(catalog.table("sales", "orders")), ["b"]);
});

test("StoredCatalog renames a table with its partitions and versions, also into another database", async () => {
  const { disk, catalog } = await opened();
  await catalog.createDatabase({ name: "archive" });
  const partitionKeys = [{ name: "day", type: "string" }];
  const { uid } = await catalog.createTable("sales", { ...table("orders", "a"), partitionKeys });
  await catalog.createTable("archive", table("taken", "x"));
  await catalog.partitions.createPartitions("sales", "orders", [{ values: ["01"] }]);
  const orders = { databaseName: "Sales", tableName: "Orders" };
  const old = { databaseName: "archive", tableName: "Old" };
  const told: string[] = [];
  catalog.onTableChanged(({ databaseName, tableName }) => told.push(`${databaseName}.${tableName}`));
  const refused: readonly (readonly [typeof old, string, string])[] = [
    [{ ...old, tableName: "TAKEN" }, "already-exists", "0"],
    [{ ...old, databaseName: "none" }, "not-found", "0"],
    [{ ...old, tableName: " " }, "invalid", "0"],
    [old, "version-mismatch", "3"],
    [orders, "already-exists", "0"],
  ];
  for (const [to, code, expectedVersion] of refused) {
    await assert.rejects(catalog.renameTable(orders, to, { expectedVersion }), { code }, code);
  }
  assert.deepEqual(told, []);
  const renamed = await catalog.renameTable(orders, old, { expectedVersion: "0" });
  assert.deepEqual([renamed.databaseName, renamed.definition.name, renamed.uid], ["archive", "old", uid]);
  assert.deepEqual(told, ["sales.orders", "archive.old"]);
  for (const found of [catalog, await open(disk)]) {
    assert.deepEqual(found.tables("sales"), []);
    assert.deepEqual(found.table("archive", "old"), renamed);
    assert.equal((await found.partitions.partition("archive", "old", ["01"]))?.definition.values[0], "01");
    assert.deepEqual(await found.versionIds("archive", "old"), ["1", "0"]);
  }
  await catalog.createTable("sales", table("orders", "b"));
  await catalog.deleteDatabase("sales");
  assert.deepEqual((await open(disk)).table("archive", "old"), renamed);
});

test("StoredCatalog forgets versions, but not the current one", async () => {
  const { disk, catalog } = await opened();
  await catalog.createTable("sales", table("orders", "a"));
  await catalog.updateTable("sales", table("orders", "b"));
  await catalog.updateTable("sales", table("orders", "c"), { skipArchive: true });
  assert.deepEqual(await catalog.versionIds("sales", "orders"), ["2", "0"]);
  await assert.rejects(catalog.deleteVersion("sales", "orders", "1"), { code: "not-found", entity: "version" });
  await assert.rejects(catalog.deleteVersion("sales", "orders", "2"), { code: "invalid" });
  await catalog.deleteVersion("sales", "orders", "0");
  assert.deepEqual(await (await open(disk)).versionIds("sales", "orders"), ["2"]);
});

test("StoredCatalog tells of every change of a table", async () => {
  const { catalog } = await opened();
  const told: string[] = [];
  const stop = catalog.onTableChanged(({ databaseName, tableName }) => told.push(`${databaseName}.${tableName}`));
  await catalog.createTable("sales", table("a"));
  await catalog.updateTable("sales", table("a", "x"));
  await catalog.deleteVersion("sales", "a", "0");
  await catalog.createTable("sales", table("b"));
  await catalog.deleteTable("sales", "b");
  await catalog.deleteDatabase("sales");
  assert.deepEqual(told, ["sales.a", "sales.a", "sales.a", "sales.b", "sales.b", "sales.a"]);
  stop();
  await catalog.createDatabase({ name: "sales" });
  await catalog.createTable("sales", table("a"));
  assert.equal(told.length, 6);
  assert.deepEqual(
    await catalog.versionIds("sales", "a"),
    ["0"],
    "versions of the table that was there before are gone",
  );
});

test("a table that is gone on disk is gone in memory, too, when what it leaves behind cannot be removed", async () => {
  const { disk, catalog } = await opened();
  await catalog.createTable("sales", table("orders", "a"));
  await catalog.updateTable("sales", table("orders", "b"));
  disk.failNext("remove", "EIO", { pathPart: "versions" });
  await assert.rejects(catalog.deleteTable("sales", "orders"));
  assert.equal(catalog.table("sales", "orders"), undefined);
  assert.equal((await open(disk)).table("sales", "orders"), undefined);
});

test("StoredCatalog refuses what does not fit", async () => {
  const { catalog } = await opened();
  await assert.rejects(catalog.createTable("none", table("a")), { code: "not-found", entity: "database" });
  await assert.rejects(catalog.updateTable("sales", table("a")), { code: "not-found", entity: "table" });
  await assert.rejects(catalog.createTable("sales", table("x".repeat(256))), { code: "invalid" });
  const huge = { ...table("a"), viewOriginalText: "x".repeat(5 * 1024 * 1024) };
  await assert.rejects(catalog.createTable("sales", huge), { code: "limit-exceeded" });
  assert.throws(() => catalog.tables("none"), CatalogError);
});

test("StoredCatalog refuses to start on a file that it cannot read", async () => {
  const { disk, catalog } = await opened();
  const { uid } = await catalog.createTable("sales", table("orders", "a"));
  const path = `/data/meta/catalog/tables/${uid}.json`;
  const file = await disk.process().open(path, "write");
  await file.write([Buffer.from("}")], 0);
  await file.close();
  await assert.rejects(open(disk), { code: "catalog-damaged", message: new RegExp(`${uid}.json.*not JSON`) });
});

test("StoredCatalog is whole after a crash at any step, and what was answered is there", async () => {
  let crashes = 0;
  for (let step = 0; step < 120; step++) {
    const disk = new PretendDisk(seededRandom(step));
    const allowed: Allowed = new Map();
    disk.crashAt(step, step % 2 === 0 ? "power" : "kill");
    try {
      await changeMuch(await open(disk, step), allowed);
    } catch {
      crashes++;
    }
    disk.heal();
    const found = await open(disk, step + 1000);
    for (const [name, columns] of allowed) {
      const now = found.database("sales") === undefined ? "none" : shown(columnsOf(found.table("sales", name)));
      assert.ok(columns.includes(now), `step ${step}: ${name} has ${now}, expected ${columns.join(" or ")}`);
    }
    const names = ["a", "c"].filter((name) => found.table("sales", name) !== undefined);
    assert.ok(names.length < 2, `step ${step}: a table under two names`);
    for (const { definition } of found.database("sales") === undefined ? [] : found.tables("sales")) {
      for (const version of await found.versionIds("sales", definition.name)) {
        assert.ok(await found.version("sales", definition.name, version), `step ${step}: version ${version}`);
      }
    }
    const survivor = await open(disk, step + 2000);
    assert.deepEqual(survivor.databases(), found.databases(), `step ${step}: a second start finds the same`);
  }
  assert.ok(crashes > 20, `only ${crashes} runs met their crash`);
});

type Name = { readonly databaseName: string; readonly tableName: string };

/** The columns that a table may have after a crash. */
type Allowed = Map<string, string[]>;

function shown(columns: readonly string[] | undefined): string {
  return columns?.join() ?? "none";
}

/** Allows the old and the new state before each change, and only the new one once it is answered. */
async function changeMuch(catalog: StoredCatalog, allowed: Allowed): Promise<void> {
  const change = async (name: string, columns: string[] | undefined, run: () => Promise<unknown>) => {
    allowed.set(name, [...(allowed.get(name) ?? ["none"]), shown(columns)]);
    await run();
    allowed.set(name, [shown(columns)]);
  };
  await catalog.createDatabase({ name: "sales" });
  await change("a", ["1"], () => catalog.createTable("sales", table("a", "1")));
  await change("a", ["2"], () => catalog.updateTable("sales", table("a", "2")));
  await change("b", ["1"], () => catalog.createTable("sales", table("b", "1")));
  await change("a", ["3"], () => catalog.updateTable("sales", table("a", "3")));
  await change("b", undefined, () => catalog.deleteTable("sales", "b"));
  const [a, c] = ["a", "c"].map((tableName) => ({ databaseName: "sales", tableName })) as [Name, Name];
  await change("a", undefined, () => change("c", ["3"], () => catalog.renameTable(a, c)));
}

test("StoredCatalog removes the tables of a database whose deletion was cut off", async () => {
  const { disk, catalog } = await opened();
  await catalog.createTable("sales", table("a", "x"));
  await catalog.updateTable("sales", table("a", "y"));
  disk.failNext("unlink", "EIO", { pathPart: "/tables/" });
  await assert.rejects(catalog.deleteDatabase("sales"));
  disk.heal();
  const again = await open(disk);
  assert.deepEqual(again.databases(), []);
  assert.deepEqual(await disk.process().list("/data/meta/catalog/tables"), []);
  assert.deepEqual(await disk.process().list("/data/meta/catalog/versions"), []);
});
