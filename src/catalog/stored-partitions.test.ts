import assert from "node:assert/strict";
import { test } from "node:test";
import { PretendClock } from "../../test/fakes/pretend-clock.ts";
import { PretendDisk } from "../../test/fakes/pretend-disk.ts";
import { seededRandom } from "../std/random.ts";
import type { PartitionDefinition } from "./partition.ts";
import { StoredCatalog } from "./stored-catalog.ts";
import { StoredPartitions } from "./stored-partitions.ts";

const CLOCK = new PretendClock();

function open(disk: PretendDisk, seed = 7): Promise<StoredCatalog> {
  return StoredCatalog.open({
    disk: disk.process(),
    clock: CLOCK,
    random: seededRandom(seed),
    dataDirectory: "/data",
  });
}

async function opened() {
  const disk = new PretendDisk();
  const catalog = await open(disk);
  await catalog.createDatabase({ name: "sales" });
  const { uid } = await catalog.createTable("sales", ORDERS);
  return { disk, catalog, directory: `/data/meta/catalog/partitions/${uid}` };
}

const ORDERS = { name: "orders", partitionKeys: [{ name: "year", type: "int" }, { name: "month" }] };

const COLUMNS = Array.from({ length: 30 }, (_, index) => ({ name: `column_${index}`, type: "string" }));

function partition(year: string, month = "01"): PartitionDefinition {
  return {
    values: [year, month],
    storageDescriptor: {
      columns: COLUMNS,
      location: `s3://lake/orders/year=${year}/month=${month}/`,
      parameters: { recordCount: year },
    },
    parameters: { made: "by hand" },
  };
}

async function valuesOf(catalog: StoredCatalog, table = "orders"): Promise<string[]> {
  return (await catalog.partitions.partitions("sales", table)).map(({ definition }) => definition.values.join("/"));
}

test("StoredPartitions gives back after a restart what it took, by values in order", async () => {
  const { disk, catalog } = await opened();
  const { partitions } = catalog;
  const plain = { values: ["2023", "12"], lastAccessTime: 5 };
  await partitions.createPartitions("sales", "orders", [partition("2024", "02"), partition("2024"), plain]);
  await partitions.createPartitions("SALES", "Orders", [partition("2022")]);
  const again = await open(disk);
  assert.deepEqual(await valuesOf(again), ["2022/01", "2023/12", "2024/01", "2024/02"]);
  assert.deepEqual((await again.partitions.partition("sales", "orders", ["2024", "02"]))?.definition, {
    ...partition("2024", "02"),
  });
  assert.deepEqual(await again.partitions.partition("sales", "orders", plain.values), {
    definition: plain,
    createdAt: CLOCK.now(),
  });
  assert.equal(await again.partitions.partition("sales", "orders", ["2024"]), undefined);
});

test("StoredPartitions says what became of each, also of those that are named twice", async () => {
  const { disk, catalog } = await opened();
  const { partitions } = catalog;
  await partitions.createPartitions("sales", "orders", [partition("2024")]);
  const three = [partition("2024"), partition("2025"), partition("2025")];
  const created = await partitions.createPartitions("sales", "orders", three);
  assert.deepEqual(created, ["already-exists", "created", "already-exists"]);
  const deleted = await partitions.deletePartitions("sales", "orders", [
    ["2025", "01"],
    ["2026", "01"],
    ["2025", "01"],
  ]);
  assert.deepEqual(deleted, ["deleted", "not-found", "not-found"]);
  assert.deepEqual(await valuesOf(catalog), ["2024/01"]);
  assert.deepEqual(await valuesOf(await open(disk)), ["2024/01"]);
});

test("StoredPartitions updates a partition in its place, or gives it other values", async () => {
  const { disk, catalog } = await opened();
  const { partitions } = catalog;
  await partitions.createPartitions("sales", "orders", [partition("2024"), partition("2025")]);
  const before = await partitions.partitions("sales", "orders");
  await partitions.updatePartition("sales", "orders", ["2024", "01"], { values: ["2024", "01"] });
  await partitions.updatePartition("sales", "orders", ["2025", "01"], partition("2026"));
  const clash = partitions.updatePartition("sales", "orders", ["2026", "01"], { values: ["2024", "01"] });
  await assert.rejects(clash, { code: "already-exists", entity: "partition" });
  const missing = partitions.updatePartition("sales", "orders", ["2025", "01"], partition("2025"));
  await assert.rejects(missing, { code: "not-found", entity: "partition", message: /no partition 2025\/01/ });
  for (const catalogNow of [catalog, await open(disk)]) {
    assert.deepEqual(await valuesOf(catalogNow), ["2024/01", "2026/01"]);
    const [first] = await catalogNow.partitions.partitions("sales", "orders");
    assert.deepEqual(first?.definition, { values: ["2024", "01"] });
  }
  assert.deepEqual(
    before.map(({ definition }) => definition),
    [partition("2024"), partition("2025")],
    "a list that was given out stays as it was",
  );
});

test("StoredPartitions refuses what does not fit", async () => {
  const { catalog } = await opened();
  const { partitions } = catalog;
  const create = (table: string, ...values: string[]) => partitions.createPartitions("sales", table, [{ values }]);
  await assert.rejects(create("none", "1", "2"), { code: "not-found", entity: "table" });
  await assert.rejects(partitions.partitions("none", "orders"), { code: "not-found", entity: "database" });
  await assert.rejects(create("orders", "2024"), { code: "invalid", message: /Expected 2 values.*year, month, got 1/ });
  await assert.rejects(create("orders", "2024", ""), { code: "invalid", message: /1 to 1024 characters, got 0/ });
  await assert.rejects(create("orders", "2024", "x".repeat(1025)), { code: "invalid" });
  await catalog.createTable("sales", { name: "flat" });
  await assert.rejects(create("flat"), { code: "invalid", message: /no partition keys/ });
  const huge = { values: ["1", "2"], parameters: { text: "x".repeat(5 * 1024 * 1024) } };
  await assert.rejects(partitions.createPartitions("sales", "orders", [huge]), { code: "limit-exceeded" });
  assert.deepEqual(await valuesOf(catalog), []);
});

test("StoredPartitions writes what partitions share once, and only what changes", async () => {
  const { disk, catalog, directory } = await opened();
  const sizeNow = () => disk.contentOf(`${directory}/1.log`).byteLength;
  await catalog.partitions.createPartitions("sales", "orders", [partition("1000")]);
  const first = sizeNow();
  const more = Array.from({ length: 100 }, (_, index) => partition(String(2000 + index)));
  await catalog.partitions.createPartitions("sales", "orders", more);
  assert.ok(sizeNow() - first < 100 * 250, `a hundred took ${sizeNow() - first} bytes`);
  assert.ok(first > 1000, "the shared part is in the first line");
});

test("StoredPartitions starts a new generation when most of the log is out of date", async () => {
  const { disk, catalog, directory } = await opened();
  const all = Array.from({ length: 50 }, (_, index) => partition(String(1000 + index)));
  await catalog.partitions.createPartitions("sales", "orders", all);
  const noise = "x".repeat(10_000);
  for (let round = 0; round < 60; round++) {
    const definition = { ...partition("1000"), parameters: { round: String(round), noise } };
    await catalog.partitions.updatePartition("sales", "orders", ["1000", "01"], definition);
  }
  const [path = "", ...others] = disk.pathsBelow(directory);
  assert.deepEqual(others, []);
  assert.notEqual(path, `${directory}/1.log`);
  assert.ok(disk.contentOf(path).byteLength < 400_000);
  const expected = await catalog.partitions.partitions("sales", "orders");
  assert.equal(expected.length, 50);
  assert.equal(expected[0]?.definition.parameters?.round, "59");
  assert.deepEqual(await (await open(disk)).partitions.partitions("sales", "orders"), expected);
});

test("StoredPartitions go with their table and with its database", async () => {
  const { disk, catalog, directory } = await opened();
  await catalog.partitions.createPartitions("sales", "orders", [partition("2024")]);
  const late = catalog.deleteTable("sales", "orders");
  const overtaken = catalog.partitions.createPartitions("sales", "orders", [partition("2025")]);
  await Promise.all([late, overtaken.catch(() => undefined)]);
  assert.deepEqual(disk.pathsBelow(directory), []);
  await assert.rejects(catalog.partitions.partitions("sales", "orders"), { code: "not-found", entity: "table" });
  await catalog.createTable("sales", ORDERS);
  assert.deepEqual(await valuesOf(catalog), [], "another table under the old name has none of them");
  await catalog.partitions.createPartitions("sales", "orders", [partition("2026")]);
  await catalog.deleteDatabase("sales");
  assert.deepEqual(disk.pathsBelow("/data/meta/catalog/partitions"), []);
});

test("StoredPartitions of a table whose deletion was cut off are gone after the next start", async () => {
  const { disk, catalog } = await opened();
  await catalog.partitions.createPartitions("sales", "orders", [partition("2024")]);
  disk.failNext("remove", "EIO", { pathPart: "/partitions/" });
  await assert.rejects(catalog.deleteTable("sales", "orders"));
  disk.heal();
  assert.equal(disk.pathsBelow("/data/meta/catalog/partitions").length, 1);
  const again = await open(disk);
  assert.equal(again.table("sales", "orders"), undefined);
  assert.deepEqual(disk.pathsBelow("/data/meta/catalog/partitions"), []);
});

test("StoredPartitions keeps no more tables in memory than fit, and reads them again", async () => {
  const { disk, catalog } = await opened();
  await catalog.createTable("sales", { ...ORDERS, name: "returns" });
  const directory = "/data/meta/catalog/partitions";
  const small = new StoredPartitions({ disk: disk.process(), clock: CLOCK, directory, catalog, cacheBytes: 100 });
  const opensOf = async (work: () => Promise<unknown>) => {
    const before = disk.faults.count;
    await work();
    return disk.faults.count - before;
  };
  for (const table of ["orders", "returns"]) await small.createPartitions("sales", table, [partition("2024")]);
  assert.equal(await opensOf(() => small.partitions("sales", "returns")), 0, "the last used one is in memory");
  assert.ok((await opensOf(() => small.partitions("sales", "orders"))) > 0, "the other one is not");
  assert.equal(await opensOf(() => small.partitions("sales", "orders")), 0);
  await small.createPartitions("sales", "returns", [partition("2025")]);
  assert.deepEqual((await small.partitions("sales", "returns")).length, 2);
});

for (const operation of ["write", "datasync"] as const) {
  test(`StoredPartitions knows after a failed ${operation} what is in force, also after the next start`, async () => {
    for (let seed = 0; seed < 40; seed++) {
      const disk = new PretendDisk(seededRandom(seed));
      const catalog = await open(disk);
      await catalog.createDatabase({ name: "sales" });
      await catalog.createTable("sales", ORDERS);
      await catalog.partitions.createPartitions("sales", "orders", [partition("2024")]);
      disk.failNext(operation, "EIO", { pathPart: ".log" });
      await assert.rejects(catalog.partitions.createPartitions("sales", "orders", [partition("2025")]));
      const seen = await valuesOf(catalog);
      assert.ok(["2024/01", "2024/01,2025/01"].includes(seen.join()), `seed ${seed}: ${seen}`);
      await catalog.partitions.createPartitions("sales", "orders", [partition("2026")]);
      disk.powerLoss();
      assert.deepEqual(await valuesOf(await open(disk)), [...seen, "2026/01"], `seed ${seed}`);
    }
  });
}

test("StoredPartitions are whole after a crash at any step, and what was answered is there", async () => {
  let crashes = 0;
  let compactions = 0;
  for (let step = 0; step < 260; step++) {
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
    compactions += disk.pathsBelow("/data/meta/catalog/partitions").some((path) => path.endsWith("/2.log")) ? 1 : 0;
    const before = await shownOf(found);
    for (const [table, states] of allowed) {
      const now = before.get(table) ?? "none";
      assert.ok(states.includes(now), `step ${step}: ${table} has ${now}, expected ${states.join(" or ")}`);
    }
    if (step % 3 === 0) disk.powerLoss();
    const survivor = await open(disk, step + 2000);
    assert.deepEqual(await shownOf(survivor), before, `step ${step}: what was seen is durable`);
    if (survivor.table("sales", "orders") === undefined) continue;
    await survivor.partitions.createPartitions("sales", "orders", [partition("3000")]);
    assert.match((await shownOf(await open(disk, step))).get("orders") ?? "", /3000$/, `step ${step}: it goes on`);
  }
  assert.ok(crashes > 100, `only ${crashes} runs met their crash`);
  assert.ok(compactions > 20, `only ${compactions} runs had a second generation`);
});

/** What the partitions of a table may be after a crash. */
type Allowed = Map<string, string[]>;

async function shownOf(catalog: StoredCatalog): Promise<Map<string, string>> {
  const shown = new Map<string, string>();
  for (const { definition } of catalog.database("sales") === undefined ? [] : catalog.tables("sales")) {
    const found = await catalog.partitions.partitions("sales", definition.name);
    const texts = found.map(({ definition: { values, parameters } }) => `${values[0]}${parameters?.round ?? ""}`);
    shown.set(definition.name, texts.join());
  }
  return shown;
}

/** Allows the old and the new state before each change, and only the new one once it is answered. */
async function changeMuch(catalog: StoredCatalog, allowed: Allowed): Promise<void> {
  const change = async (table: string, next: string, run: () => Promise<unknown>) => {
    allowed.set(table, [...(allowed.get(table) ?? ["none"]), next]);
    await run();
    allowed.set(table, [next]);
  };
  const { partitions } = catalog;
  const create = (table: string, ...years: string[]) =>
    partitions.createPartitions(
      "sales",
      table,
      years.map((year) => partition(year)),
    );
  await catalog.createDatabase({ name: "sales" });
  await change("returns", "", () => catalog.createTable("sales", { ...ORDERS, name: "returns" }));
  await change("returns", "2000", () => create("returns", "2000"));
  await change("orders", "", () => catalog.createTable("sales", ORDERS));
  await change("orders", "2024,2025", () => create("orders", "2024", "2025"));
  const noise = "x".repeat(200_000);
  for (const round of ["a", "b", "c", "d", "e"]) {
    await change("orders", `2024${round},2025`, () =>
      partitions.updatePartition("sales", "orders", ["2024", "01"], {
        values: ["2024", "01"],
        parameters: { round, noise },
      }),
    );
  }
  await change("orders", "2025", () => partitions.deletePartitions("sales", "orders", [["2024", "01"]]));
  await change("orders", "2025,2026", () => create("orders", "2026"));
  await change("returns", "none", () => catalog.deleteTable("sales", "returns"));
}
