import assert from "node:assert/strict";
import { test } from "node:test";
import { readParquet } from "../../../test/fakes/parquet.ts";
import { type CrashCase, crashAtEachStep, type LakeProcess, workOnce } from "../../../test/fakes/rewriting-crash.ts";
import { TableConversion } from "./convert-table.ts";

const SOURCES = { "t/a": ['{"id":1}', '{"id":2}'], "t/b": ['{"id":3}', "no JSON"] };

const CASE: CrashCase = {
  tables: [
    {
      name: "orders",
      storageDescriptor: {
        columns: [{ name: "id", type: "int" }],
        location: "s3://lake/t/",
        serdeInfo: { serializationLibrary: "org.openx.data.jsonserde.JsonSerDe" },
      },
    },
  ],
  objects: SOURCES,
  scratch: "real",
  work: (run) => {
    const target = { targetDatabase: "sales", targetTable: "parquet", targetLocation: "s3://lake/parquet/" };
    const how = { compression: "none" as const, batchBytes: 1_000_000, ageMsMin: 0 };
    return new TableConversion({ database: "sales", table: "orders", partition: {}, ...target, ...how }, run).convert();
  },
  check: async (process, when) => {
    assert.deepEqual(await process.read(), Object.values(SOURCES).flat().sort(), `the source ${when}`);
    const [rows, notes, bad] = [
      await rowsIn(process),
      await below(process, "converted"),
      await below(process, "bad-records"),
    ];
    assert.deepEqual([rows, notes, bad], rows.length > 0 ? [[1, 2, 3], 1, 1] : [[], 0, 0], when);
  },
  checkAtRest: async (process, when) => {
    const isWhole = (await rowsIn(process)).length > 0;
    const keys = await process.keys();
    assert.equal(keys.length, isWhole ? 5 : 2, `${when}: ${keys}`);
    return isWhole ? "whole" : "undone";
  },
};

async function rowsIn(process: LakeProcess): Promise<readonly unknown[]> {
  const rows: unknown[] = [];
  for (const object of (await process.visible("parquet/")).values()) {
    rows.push(...(await readParquet(object)).map(({ id }) => id));
  }
  return rows.sort();
}

async function below(process: LakeProcess, folder: string): Promise<number> {
  return (await process.visible(`parquet/_lakehose/${folder}/`)).size;
}

test("a conversion that nothing interrupts makes one file, with what is no row beside it", async () => {
  assert.equal(await CASE.checkAtRest(await workOnce(CASE), "at rest"), "whole");
});

test(
  "a conversion that ends at any step leaves rows, note and bad records or none of them, and the next run takes each file once",
  {
    timeout: 120_000,
  },
  () => crashAtEachStep(CASE),
);
