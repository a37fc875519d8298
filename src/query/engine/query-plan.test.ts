import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type QueryWorld, queryWorld } from "../../../test/fakes/query-world.ts";

let world: QueryWorld;
before(async () => {
  world = await queryWorld();
  await world.run(
    "CREATE TABLE facts WITH (partitioned_by = ARRAY['year', 'day']) AS SELECT * FROM (VALUES (1, '2019', 1), (2, '2019', 2), (3, '2020', 1), (4, '2020', 2)) AS t(id, year, day)",
  );
});
after(() => world.close());

/** The partitions that were read, and the rows. */
async function read(view: string, query: string) {
  await world.run(`CREATE OR REPLACE VIEW v AS ${view}`);
  const { rows, statistics } = await world.run(query);
  return { rows, partitions: statistics.partitionsRead };
}

describe("conditions on a view reach the partitions of the table below", () => {
  const cases: readonly (readonly [view: string, query: string, rows: unknown, partitions: number])[] = [
    ["SELECT * FROM facts", "SELECT id FROM v WHERE year = '2019' AND day = 2", [[2]], 1],
    ["SELECT * FROM facts f WHERE f.day = 1", "SELECT id FROM v WHERE year > '2019'", [[3]], 1],
    ["SELECT id, year AS y, f.day FROM facts f", "SELECT id FROM v x WHERE x.y = '2020' AND x.day = 1", [[3]], 1],
    [
      "SELECT *, upper(year) AS u FROM facts ORDER BY id",
      "SELECT id FROM default.v WHERE v.year = '2019' AND day < 2",
      [[1]],
      1,
    ],
    // Names that are exchanged are followed, not guessed.
    [
      "SELECT id, CAST(day AS varchar) AS year, year AS day FROM facts",
      "SELECT id FROM v WHERE day = '2020' AND year = '1'",
      [[3]],
      2,
    ],
    [
      "SELECT id, concat(year, '!') AS year FROM facts",
      "SELECT id FROM v WHERE year = '2020!' ORDER BY 1",
      [[3], [4]],
      4,
    ],
    ["SELECT id, year, year AS day FROM facts", "SELECT count(*) FROM v WHERE day = '2019'", [[2]], 2],
    // Rows that come of several rows need all of them.
    ["SELECT * FROM facts ORDER BY id LIMIT 1", "SELECT id FROM v WHERE year = '2020'", [], 4],
    ["SELECT year, count(*) AS n FROM facts GROUP BY year", "SELECT n FROM v WHERE year = '2020'", [[2]], 4],
    [
      "SELECT *, row_number() OVER (ORDER BY id) AS n FROM facts",
      "SELECT n FROM v WHERE year = '2020' AND day = 2",
      [[4]],
      4,
    ],
    [
      "SELECT a.* FROM facts a JOIN facts b ON a.id = b.id",
      "SELECT id FROM v WHERE year = '2020' AND day = 2",
      [[4]],
      8 / 2,
    ],
    // Each use of the view needs its own.
    [
      "SELECT * FROM facts",
      "SELECT (SELECT sum(id) FROM v WHERE year = '2019') + sum(id) FROM v WHERE day = 2",
      [[9]],
      3,
    ],
    ["SELECT * FROM facts", "SELECT count(*) FROM v, v AS w WHERE v.year = '2019' AND w.year = '2020'", [[4]], 4],
    ["SELECT * FROM facts", "SELECT count(*) FROM v LEFT JOIN v AS w ON v.id = w.id AND w.day = 9", [[4]], 4],
  ];
  for (const [view, query, rows, partitions] of cases) {
    test(`${view} | ${query}`, async () => assert.deepEqual(await read(view, query), { rows, partitions }));
  }

  test("through views over views", async () => {
    await world.run("CREATE OR REPLACE VIEW inner_view AS SELECT id, year AS y, day FROM facts");
    const query = "SELECT id FROM v WHERE y = '2020' AND d = 2";
    assert.deepEqual(await read("SELECT id, y, day AS d FROM inner_view", query), { rows: [[4]], partitions: 1 });
  });

  test("a view that stands in a query very often is read as if nothing were said about it", async () => {
    await world.run("CREATE OR REPLACE VIEW w0 AS SELECT * FROM facts");
    for (let level = 1; level <= 8; level++) {
      const below = `w${level - 1}`;
      await world.run(`CREATE OR REPLACE VIEW w${level} AS SELECT a.* FROM ${below} a JOIN ${below} b ON a.id = b.id`);
    }
    const { rows, statistics } = await world.run(
      "SELECT count(*) FROM w0 JOIN w8 ON w0.id = w8.id WHERE w0.day = 1 AND w8.day = 1",
    );
    assert.deepEqual([rows, statistics.partitionsRead], [[[2]], 4]);
  });
});
