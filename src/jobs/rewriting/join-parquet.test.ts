import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryScratch } from "../../../test/fakes/scratch.ts";
import { systemClock } from "../../std/clock.ts";
import { groupParquet, joinParquet, withParquetSession } from "./join-parquet.ts";

const scratch = temporaryScratch();

function paths(count: number): Promise<string[]> {
  return Promise.all(Array.from({ length: count }, () => scratch.path("p.parquet")));
}

const options = () => ({
  clock: systemClock,
  memoryMib: 256,
  threads: 1,
  // DuckDB lets statements see all of it.
  spillDirectory: join(scratch.directory, "spill"),
  spillMib: 100,
  signal: new AbortController().signal,
});

async function write(path: string, select: string): Promise<void> {
  await withParquetSession(options(), [], [path], (session) =>
    session.run(`COPY (${select}) TO '${path}' (FORMAT parquet, COMPRESSION zstd)`),
  );
}

const ROWS = `SELECT range AS id, 'n' || range AS name, TIMESTAMP '2026-01-01' + range * INTERVAL 1 SECOND AS at, 1.5::DECIMAL(9,2) AS price, [range, NULL] AS list, {a: {b: range}} AS deep, MAP {'k': range} AS map, range::UTINYINT AS small FROM`;

test("joinParquet() keeps rows, their order, types and codec", async () => {
  const [first = "", second = "", output = ""] = await paths(3);
  await write(first, `${ROWS} range(0, 100)`);
  await write(second, `${ROWS} range(100, 150)`);
  await withParquetSession(options(), [first, second], [output], async (session) => {
    const { groups } = await groupParquet(session, [first, second]);
    assert.deepEqual(groups, [[first, second]]);
    const { rowsIn, rowsOut } = await joinParquet(session, { paths: [first, second], output });
    assert.deepEqual([rowsIn, rowsOut], [150, 150]);
    const [[differences] = []] = await session.rows(
      `SELECT count(*)::INT FROM (SELECT *, file_row_number AS n FROM read_parquet('${output}', file_row_number = true)) WHERE n <> id OR deep.a.b <> id OR list <> [id, NULL]`,
    );
    assert.equal(differences, 0);
    assert.deepEqual(await session.rows(`SELECT DISTINCT compression FROM parquet_metadata('${output}')`), [["ZSTD"]]);
  });
});

test("groupParquet() keeps files of other schemas, and files that are none, apart", async () => {
  const [wide = "", narrow = "", other = "", broken = ""] = await paths(4);
  await write(wide, "SELECT 1::BIGINT AS a");
  await write(narrow, "SELECT 1::INT AS a");
  await write(other, "SELECT 2::BIGINT AS a");
  writeFileSync(broken, "PAR1 is how it begins, and that is all");
  const all = [wide, narrow, broken, other];
  await withParquetSession(options(), all, [], async (session) => {
    const { groups, leftAlone } = await groupParquet(session, all);
    assert.deepEqual(groups, [[wide, other], [narrow]]);
    assert.deepEqual([...leftAlone.keys()], [broken]);
  });
});

test("withParquetSession() lets no statement see or write another file", async () => {
  const [known = "", unknown = ""] = await paths(2);
  await write(unknown, "SELECT 1 AS a");
  await withParquetSession(options(), [known], [], async (session) => {
    await assert.rejects(session.rows(`SELECT * FROM read_parquet('${unknown}')`), /Permission|disabled/);
    await assert.rejects(session.run(`COPY (SELECT 1) TO '${unknown}-2' (FORMAT parquet)`), /Permission|disabled/);
  });
});
