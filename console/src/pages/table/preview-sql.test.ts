import assert from "node:assert/strict";
import { test } from "node:test";
import { previewSql } from "./preview-sql.ts";

test("previewSql() names the table, and the file with its partition, whatever signs they have", () => {
  const table = { database: "raw", name: 'o"s' };
  assert.equal(previewSql(table), 'SELECT * FROM "raw"."o""s" LIMIT 50');
  const file = { location: "s3://lake/it's", partition: { year: "2026" } };
  assert.equal(
    previewSql(table, file),
    `SELECT * FROM "raw"."o""s" WHERE "$path" = 's3://lake/it''s' AND CAST("year" AS varchar) = '2026' LIMIT 50`,
  );
});
