import assert from "node:assert/strict";
import { test } from "node:test";
import { PretendClock } from "../../../test/fakes/pretend-clock.ts";
import { PretendDisk } from "../../../test/fakes/pretend-disk.ts";
import type { Partitions } from "../../catalog/partition.ts";
import { EVERY_FILE } from "../../catalog/table-changes/every-file.ts";
import { bytesBody } from "../../storage/bytes-body.ts";
import { MemoryStore } from "../../storage/memory/memory-store.ts";
import type { FreshRows } from "../fresh-rows.ts";
import { FreshReading } from "./fresh-files.ts";
import { findFiles } from "./table-files.ts";
import { shapeOf } from "./table-shape.ts";

const SERDE = { serializationLibrary: "org.openx.data.jsonserde.JsonSerDe", parameters: {} };
const TABLE = {
  databaseName: "sales",
  uid: "1",
  versionId: "0",
  createdAt: 0,
  updatedAt: 0,
  definition: {
    name: "orders",
    partitionKeys: [{ name: "day", type: "int" }],
    parameters: {},
    storageDescriptor: { location: "s3://lake/t/", columns: [{ name: "id", type: "int" }], serdeInfo: SERDE },
  },
};

/** The table with these partitions, what is on its way, and what has landed. */
async function filesOf(
  partitions: Readonly<Record<string, string>>,
  fresh: readonly string[],
  landed: readonly string[],
) {
  const store = new MemoryStore({ clock: new PretendClock() });
  await store.ensureBucket("lake");
  for (const key of landed) {
    await store.put({
      bucket: "lake",
      key,
      body: bytesBody(Buffer.from("{}")),
      onlyIfAbsent: true,
      contentType: "",
      metadata: {},
    });
  }
  const known = Object.entries(partitions).map(([value, location]) => ({
    definition: { values: [value], storageDescriptor: { location } },
  }));
  const source: FreshRows = {
    snapshot: async () => ({
      complete: true,
      keys: fresh,
      landedKeys: [],
      hides: () => false,
      files: async (keys) => keys.map((key) => ({ key, path: `/fresh/${key}`, bytes: 1 })),
      release: async () => undefined,
    }),
  };
  const { signal } = new AbortController();
  const { groups } = await findFiles(TABLE, shapeOf(TABLE), [{ alias: "orders", condition: undefined } as never], {
    clock: new PretendClock(),
    partitions: { partitions: async () => known } as unknown as Partitions,
    storeFor: () => store,
    view: EVERY_FILE,
    fresh: new FreshReading(source, new PretendDisk(), signal),
    signal,
  });
  return groups.flatMap(({ values, files }) => files.map(({ object }) => `${values.join()} ${object.key}`)).sort();
}

test("what is on its way counts where it will be read once it has landed", async () => {
  assert.deepEqual(await filesOf({ 1: "s3://lake/t/day=1/" }, ["t/day=1/b", "t/day=2/c"], ["t/day=1/a"]), [
    "1 t/day=1/a",
    "1 t/day=1/b",
    "2 t/day=2/c",
  ]);
});

test("what lies beside the place of its partition does not count", async () => {
  assert.deepEqual(await filesOf({ 1: "s3://lake/moved/" }, ["t/day=1/b"], ["t/day=1/a", "moved/c"]), ["1 moved/c"]);
});
