import assert from "node:assert/strict";
import { test } from "node:test";
import { PretendClock } from "../../test/fakes/pretend-clock.ts";
import { PretendDisk } from "../../test/fakes/pretend-disk.ts";
import { StoredCatalog } from "../catalog/stored-catalog.ts";
import { seededRandom } from "../std/random.ts";
import { parseConfiguration } from "./configuration/load-configuration.ts";
import { createDeclaredTables } from "./declared-tables.ts";

function configuration(text: string) {
  return parseConfiguration(text, { path: "c.yaml", environment: {} });
}

async function emptyCatalog(): Promise<StoredCatalog> {
  const world = { disk: new PretendDisk().process(), clock: new PretendClock(), random: seededRandom(1) };
  return StoredCatalog.open({ ...world, dataDirectory: "/data" });
}

const SECTION = `
catalog:
  databases:
    Sales:
      description: what was sold
      tables:
        orders:
          location: s3://lake/orders/
          columns:
            - { name: id, type: bigint }
            - { name: lines, type: "array<struct<sku:string,price:decimal(10,2)>>", comment: what was bought }
          partitionKeys:
            - { name: day, type: date }
`;

test("createDeclaredTables() creates what is absent", async () => {
  const catalog = await emptyCatalog();
  await createDeclaredTables(catalog, configuration(SECTION));
  assert.equal(catalog.database("sales")?.definition.description, "what was sold");
  assert.deepEqual(catalog.table("sales", "orders")?.definition, {
    name: "orders",
    tableType: "EXTERNAL_TABLE",
    partitionKeys: [{ name: "day", type: "date" }],
    storageDescriptor: {
      location: "s3://lake/orders/",
      columns: [
        { name: "id", type: "bigint" },
        { name: "lines", type: "array<struct<sku:string,price:decimal(10,2)>>", comment: "what was bought" },
      ],
    },
  });
});

test("createDeclaredTables() says what the files are where the format is named", async () => {
  for (const [format, serde, files] of [
    ["parquet", "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe", "MapredParquetInputFormat"],
    ["orc", "org.apache.hadoop.hive.ql.io.orc.OrcSerde", "OrcInputFormat"],
    ["avro", "org.apache.hadoop.hive.serde2.avro.AvroSerDe", "AvroContainerInputFormat"],
    ["json-lines", "org.apache.hive.hcatalog.data.JsonSerDe", "TextInputFormat"],
  ]) {
    const catalog = await emptyCatalog();
    const text = SECTION.replace("location: s3", `format: ${format}\n          location: s3`);
    await createDeclaredTables(catalog, configuration(text));
    const storage = catalog.table("sales", "orders")?.definition.storageDescriptor;
    assert.deepEqual(storage?.serdeInfo, { serializationLibrary: serde });
    assert.equal(storage.inputFormat?.split(".").at(-1), files);
    assert.equal(storage.location, "s3://lake/orders/");
  }
});

test("createDeclaredTables() leaves what is there", async () => {
  const catalog = await emptyCatalog();
  await createDeclaredTables(catalog, configuration(SECTION));
  await catalog.updateTable("sales", { name: "orders", description: "changed since" });
  await createDeclaredTables(catalog, configuration(SECTION));
  assert.equal(catalog.table("sales", "orders")?.definition.description, "changed since");
});

test("the catalog section says where a type is wrong", () => {
  const wrong = SECTION.replace("type: bigint", "type: set<int>");
  assert.throws(() => configuration(wrong), { message: /c\.yaml:\d+: catalog.*columns\[0\]\.type.*Hive has no sets/ });
  assert.throws(() => configuration(SECTION.replace("name: lines", "name: ID")), {
    message: /got id and ID as columns/,
  });
});
