import assert from "node:assert/strict";
import { test } from "node:test";
import { DuckDBInstance } from "@duckdb/node-api";
import { RESERVED_BY_DUCKDB_ALONE, RESERVED_BY_TRINO } from "./name-places.ts";
import { parseStatement } from "./parse-statement.ts";

async function withDuckdb<T>(work: (rows: (sql: string) => Promise<unknown[][]>) => Promise<T>): Promise<T> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    return await work(async (sql) => (await connection.runAndReadAll(sql)).getRows());
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

test("the list holds every word that this DuckDB refuses as a name and Trino takes", () =>
  withDuckdb(async (rows) => {
    const words = (await rows("SELECT keyword_name FROM duckdb_keywords()")).map(([word]) => String(word));
    const refused: string[] = [];
    for (const word of words.filter((one) => !RESERVED_BY_TRINO.has(one))) {
      const uses = [`SELECT ${word}, 1 FROM t`, `SELECT 1 FROM ${word}`, `SELECT 1 FROM t AS ${word}`];
      const answers = await Promise.all(uses.map((sql) => rows(`SELECT json_serialize_sql('${sql}')`)));
      if (answers.some(([row]) => JSON.parse(String(row?.[0])).error === true)) refused.push(word);
    }
    assert.deepEqual(refused.sort(), [...RESERVED_BY_DUCKDB_ALONE].sort());
  }));

test("each of them is a column, its alias, and a table", () =>
  withDuckdb(async (rows) => {
    for (const word of RESERVED_BY_DUCKDB_ALONE) {
      const sql = `with ${word} as (select 1 as ${word}) select ${word}.${word}, ${word} as ${word}, ${word} + 1, max(${word}) ${word} from ${word} where ${word} = 1 and ${word} in (${word}) group by ${word}`;
      const statement = parseStatement(sql);
      assert.ok(statement.kind === "query");
      assert.deepEqual(await rows(statement.query.sql), [[1, 1, 2, 1]], word);
    }
  }));
