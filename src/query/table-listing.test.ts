import assert from "node:assert/strict";
import { test } from "node:test";
import { FakePartitions } from "../../test/fakes/fake-partitions.ts";
import { NO_CHANGES } from "../../test/fakes/no-changes.ts";
import type { Table, TableDefinition } from "../catalog/table.ts";
import { systemClock } from "../std/clock.ts";
import { bytesBody } from "../storage/bytes-body.ts";
import { MemoryStore } from "../storage/memory/memory-store.ts";
import { listTable } from "./table-listing.ts";

const { signal } = new AbortController();

function tableOf(definition: Partial<TableDefinition>): Table {
  const base = { databaseName: "sales", uid: "u", versionId: "0", createdAt: 0, updatedAt: 0 };
  return { ...base, definition: { name: "orders", ...definition } };
}

async function world(keys: readonly string[]) {
  const store = new MemoryStore({ clock: systemClock });
  const partitions = new FakePartitions();
  const options = { partitions, changes: NO_CHANGES, storeFor: () => store, limit: 100, signal };
  if (keys.length > 0) await store.ensureBucket("lake");
  for (const key of keys) {
    const body = bytesBody(Buffer.from("12345"));
    await store.put({ bucket: "lake", key, body, onlyIfAbsent: true, contentType: "text/plain", metadata: {} });
  }
  return { partitions, options };
}

const partitioned = tableOf({
  storageDescriptor: { location: "s3://lake/orders" },
  partitionKeys: [{ name: "year", type: "string" }],
});

test("listTable() has the files below the table and of partitions elsewhere, without hidden ones", async () => {
  const keys = ["orders/year=2025/a", "orders/_SUCCESS", "old/2019/b", "orders2/c"];
  const { options, partitions } = await world(keys);
  await partitions.createPartitions("sales", "orders", [
    { values: ["2019"], storageDescriptor: { location: "s3://lake/old/2019/" } },
    { values: ["2025"], storageDescriptor: { location: "s3://lake/orders/year=2025" } },
  ]);
  const { files, ...counts } = await listTable(partitioned, options);
  assert.deepEqual(
    files.map(({ location, folder, bytes }) => [location, folder, bytes]),
    [
      ["s3://lake/orders/year=2025/a", "year=2025", 5],
      ["s3://lake/old/2019/b", "s3://lake/old/2019", 5],
    ],
  );
  assert.deepEqual(counts, { total: 2, bytes: 10, folders: 2, smallFiles: 0, smallFolders: 0, complete: true });
});

test("listTable() counts all files and shows the first; small ones count where a folder has many", async () => {
  const crowd = ["1", "2", "3", "4", "5"].map((name) => `orders/year=2025/${name}`);
  const { options } = await world([...crowd, "orders/year=2026/1"]);
  const { files, ...counts } = await listTable(partitioned, { ...options, limit: 2 });
  assert.deepEqual(
    files.map(({ location }) => location),
    ["s3://lake/orders/year=2025/1", "s3://lake/orders/year=2025/2"],
  );
  assert.deepEqual(counts, { total: 6, bytes: 30, folders: 2, smallFiles: 5, smallFolders: 1, complete: true });
});

test("listTable() of a view, and of a table whose bucket is not there yet, is empty", async () => {
  const { options } = await world([]);
  for (const table of [tableOf({ tableType: "VIRTUAL_VIEW" }), partitioned]) {
    assert.deepEqual((await listTable(table, options)).files, []);
  }
});
