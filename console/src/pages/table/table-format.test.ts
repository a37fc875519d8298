import assert from "node:assert/strict";
import { test } from "node:test";
import { filesText, formatOf } from "./table-format.ts";

test("formatOf() reads the SerDe before the input format", () => {
  const inputFormat = "org.apache.hadoop.mapred.TextInputFormat";
  const serdeInfo = { serializationLibrary: "org.openx.data.jsonserde.JsonSerDe" };
  assert.equal(formatOf({ storageDescriptor: { inputFormat, serdeInfo } as object }), "JSON");
  const parquet = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat";
  assert.equal(formatOf({ storageDescriptor: { inputFormat: parquet } }), "Parquet");
  assert.equal(formatOf({ tableType: "VIRTUAL_VIEW" }), "a view");
  assert.equal(formatOf({}), "unknown");
});

test("filesText() counts files, and names the small ones", () => {
  const listing = { total: 8, folders: 1, bytes: 2048, smallFiles: 0, smallFolders: 0, complete: true };
  assert.equal(filesText(listing), "8 files in 1 folder, 2 KB");
  assert.equal(
    filesText({ ...listing, smallFiles: 7, complete: false }),
    "at least 8 files in 1 folder, 2 KB, of which 7 are small",
  );
  assert.equal(filesText({ ...listing, total: 0 }), "none yet");
});
