import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { temporaryScratch } from "../../../test/fakes/scratch.ts";
import { systemClock } from "../../std/clock.ts";
import { cellValue } from "../engine/cell-value.ts";
import { QuerySession } from "../engine/session.ts";
import { FUNCTION_NAMES, isAllowedFunction, RENAMED } from "./functions.ts";
import { inspectQuery } from "./inspect-query.ts";
import { parseStatement } from "./parse-statement.ts";

interface Case {
  readonly name: string;
  readonly sql: string;
  readonly rows?: readonly string[];
  readonly error?: string;
}

/** A new case is a paragraph more in the file. */
function casesOf(text: string): readonly Case[] {
  return text
    .split(/^# /m)
    .slice(1)
    .map((paragraph) => {
      const [name = "", rest = ""] = cut(paragraph, "\n");
      const [sql = "", answer = ""] = cut(rest, "\n=>");
      const lines = answer.split("\n").filter((line) => line !== "");
      return lines[0] === " error" ? { name, sql, error: lines[1] ?? "" } : { name, sql, rows: lines };
    });
}

function cut(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  assert.notEqual(at, -1, `expected ${JSON.stringify(separator)} in ${text}`);
  return [text.slice(0, at), text.slice(at + separator.length)];
}

const { directory } = temporaryScratch();

async function rowsOf(sql: string): Promise<readonly string[]> {
  const statement = parseStatement(sql);
  assert.ok(statement.kind === "query");
  const session = await QuerySession.open({
    clock: systemClock,
    memoryMib: 256,
    threads: 1,
    spillDirectory: directory,
    spillMib: 16,
    signal: new AbortController().signal,
  });
  try {
    assert.deepEqual(inspectQuery(await session.serialize(statement.query.sql)), []);
    await session.shutOut([]);
    await session.lock(["default"]);
    const result = await session.streamIn("default", statement.query.sql);
    const fetch = () => session.guard(() => result.fetchChunk());
    const rows: string[] = [];
    for (let chunk = await fetch(); chunk !== null && chunk.rowCount > 0; chunk = await fetch()) {
      rows.push(...chunk.getRows().map((row) => JSON.stringify(row.map(cellValue))));
    }
    return rows;
  } finally {
    session.close();
  }
}

describe("queries of Athena's users", () => {
  for (const { name, sql, rows, error } of casesOf(
    readFileSync(new URL("./corpus/queries.txt", import.meta.url), "utf8"),
  )) {
    test(name, async () => {
      if (error === undefined) assert.deepEqual(await rowsOf(sql), rows);
      else await assert.rejects(rowsOf(sql), ({ message }: Error) => message.includes(error));
    });
  }
});

/** Forms of the language, and functions that stand before OVER alone. */
const WRITTEN_OTHERWISE =
  /^(if|try|filter|nullif|.*_match|date_(parse|format)|cume_dist|(dense_|percent_)?rank|ntile|lag|lead|(first|last|nth)_value|row_number|current_.*|local.*|row|grouping)$/;

test("every function that may be called is known to DuckDB", async () => {
  const unknown: string[] = [];
  for (const name of FUNCTION_NAMES) {
    if (WRITTEN_OTHERWISE.test(name)) continue;
    const target = Object.hasOwn(RENAMED, name) ? RENAMED[name] : name;
    assert.ok(isAllowedFunction(String(target)), name);
    // With a wrong number of arguments a function that is there complains about them, one that is not about its name.
    const complaint = await rowsOf(`select ${name}(1, 2, 3, 4, 5, 6, 7, 8)`).then(
      () => "",
      ({ message }: Error) => message,
    );
    if (/does not exist/.test(complaint)) unknown.push(name);
  }
  assert.deepEqual(unknown, []);
});
