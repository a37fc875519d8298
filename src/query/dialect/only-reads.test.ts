import assert from "node:assert/strict";
import { test } from "node:test";
import { onlyReads } from "./only-reads.ts";
import { parseStatement } from "./parse-statement.ts";

const READS = [
  "SELECT 1",
  "select 1;",
  "/* drop */ -- table\n select 1",
  "WITH a AS (SELECT 1 AS x) SELECT x FROM a",
  "(SELECT 1) UNION (SELECT 2)",
  "VALUES 1, 2",
  "SHOW TABLES",
  "DESCRIBE d.t",
  "EXPLAIN SELECT 1",
];

const CHANGES = [
  "DROP TABLE d.t",
  "/* select */ drop table d.t",
  "/* /* */ drop table d.t",
  "-- select\ndrop table d.t",
  "CREATE TABLE d.t AS SELECT 1 AS x",
  "INSERT INTO d.t SELECT 1",
  "UNLOAD (SELECT 1) TO 's3://lake/x/' WITH (format = 'JSON')",
  "MSCK REPAIR TABLE d.t",
  "EXECUTE stored",
  "PREPARE p FROM SELECT 1",
];

test("onlyReads() tells statements that show something from those that change something", () => {
  for (const sql of READS) assert.equal(onlyReads(sql), true, sql);
  for (const sql of [...CHANGES, "", ";", "'select", "(((", '"select" 1']) assert.equal(onlyReads(sql), false, sql);
});

test("onlyReads() agrees with the parser on what a statement is", () => {
  const reading = /^(query|explain|show|describe)/;
  for (const sql of [...READS, ...CHANGES]) assert.equal(reading.test(parseStatement(sql).kind), onlyReads(sql), sql);
});
