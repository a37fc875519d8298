import assert from "node:assert/strict";
import { test } from "node:test";
import { PretendClock } from "../../test/fakes/pretend-clock.ts";
import { PretendDisk } from "../../test/fakes/pretend-disk.ts";
import { processorDependencies } from "../../test/fakes/processor-dependencies.ts";
import { StoredCatalog } from "../catalog/stored-catalog.ts";
import { seededRandom } from "../std/random.ts";
import { LearnedTables } from "./learned-tables.ts";

const { stream } = processorDependencies();

async function fixture() {
  const disk = new PretendDisk();
  const world = { disk: disk.process(), clock: new PretendClock(), random: seededRandom(1) };
  const catalog = await StoredCatalog.open({ ...world, dataDirectory: "/data" });
  const warned: unknown[] = [];
  const tables = new LearnedTables(catalog, { emit: (name, fields) => void warned.push({ name, ...fields }) });
  const learn = (...names: string[]) => {
    const columns = names.map((name) => ({ name, type: { kind: "array", element: { kind: "bigint" } } }));
    return tables.record({ stream, format: { type: "parquet", options: { schema: { columns, learned: true } } } });
  };
  return { disk, catalog, learn, warned };
}

test("LearnedTables keeps a version for each time that something was learned, and none for being told again", async () => {
  const { catalog, learn } = await fixture();
  await Promise.all([learn("a"), learn("a"), learn("a", "b"), learn("a", "b")]);
  assert.deepEqual(await catalog.versionIds("learned", "clicks"), ["1", "0"]);
  assert.deepEqual(catalog.table("learned", "clicks")?.definition.storageDescriptor?.columns, [
    { name: "a", type: "array<bigint>" },
    { name: "b", type: "array<bigint>" },
  ]);
});

test("LearnedTables warns about what it cannot record, and goes on with the next", async () => {
  const { disk, catalog, learn, warned } = await fixture();
  disk.failNext("open", "EIO");
  await learn("a");
  assert.match(JSON.stringify(warned), /stream\.warned.*schema-not-recorded.*EIO/);
  await learn("a");
  assert.ok(catalog.table("learned", "clicks"));
});
