import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type QueryWorld, queryWorld } from "../../../test/fakes/query-world.ts";

let world: QueryWorld;
before(async () => {
  world = await queryWorld();
  const ticks = Array.from({ length: 400 }, (_, index) => {
    const price = index === 390 ? 900 : 100 + ((index * 37) % 11);
    return JSON.stringify({ seq: index, symbol: index % 2 === 0 ? "AMZN" : "QXZ", price, change: (index * 7) % 5 });
  });
  // Not in the order of `seq`.
  await world.put("lake", "ticks/day=1/a", ticks.toReversed().join("\n"));
  await world.put("lake", "ticks/day=2/a", '{"seq":"no number at all"}');
  await world.run(
    "CREATE EXTERNAL TABLE ticks (seq int, symbol string, price double, change int) PARTITIONED BY (day int) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://lake/ticks/'",
  );
  await world.run("MSCK REPAIR TABLE ticks");
});
after(() => world.close());

const INPUT = "INPUT => TABLE(SELECT seq, price FROM ticks WHERE day = 1 ORDER BY seq)";
const FOREST = `random_cut_forest(${INPUT}, COLUMNS => DESCRIPTOR(price), NUMBER_OF_TREES => 20, SUB_SAMPLE_SIZE => 64)`;

describe("random_cut_forest", () => {
  test("scores rows in the order of the input, beside its columns, the same each time", async () => {
    const { rows, columns, statistics } = await world.run(`SELECT * FROM TABLE(${FOREST})`);
    assert.deepEqual(columns, [
      { name: "seq", type: "integer" },
      { name: "price", type: "double" },
      { name: "anomaly_score", type: "double" },
    ]);
    assert.deepEqual(
      rows.map(([seq]) => seq),
      Array.from({ length: 400 }, (_, index) => index),
    );
    assert.ok(rows.slice(0, 64).every(([, , score]) => score === 0));
    const scores = rows.map(([, , score]) => Number(score));
    assert.equal(scores.indexOf(Math.max(...scores)), 390);
    assert.deepEqual((await world.run(`SELECT * FROM TABLE(${FOREST})`)).rows, rows);
    assert.deepEqual([statistics.partitionsRead, statistics.partitionsKnown], [1, 2]);
  });

  test("is selected from, filtered, joined, ordered, grouped, and stands in subqueries", async () => {
    const { rows } = await world.run(`
      SELECT t.symbol, f.price FROM TABLE(${FOREST}) AS f JOIN ticks t ON t.seq = f.seq
      WHERE t.day = 1 AND f.anomaly_score > (SELECT avg(anomaly_score) FROM TABLE(${FOREST}) x) + 2 ORDER BY f.seq`);
    assert.deepEqual(rows, [["AMZN", 900]]);
    assert.deepEqual((await world.run(`SELECT count(*) FROM (SELECT * FROM TABLE(${FOREST}) LIMIT 7)`)).rows, [[7]]);
  });

  test("another seed gives other scores", async () => {
    const sum = async (seed: number) =>
      (await world.run(`SELECT sum(anomaly_score) FROM TABLE(${FOREST.slice(0, -1)}, SEED => ${seed}))`)).rows[0]?.[0];
    assert.equal(await sum(3), await sum(3));
    assert.notEqual(await sum(3), await sum(4));
  });

  test("takes arguments by position, a table with ORDER BY behind it, and all columns that hold numbers", async () => {
    await world.run("CREATE VIEW first_day AS SELECT * FROM ticks WHERE day = 1");
    const { rows, columns } = await world.run(`
      SELECT * FROM TABLE(random_cut_forest_with_explanation(TABLE("default".first_day) AS t ORDER BY seq, 10, 32, 1000, 1, true))
      WHERE seq = 390`);
    assert.deepEqual(
      columns.map(({ name }) => name),
      ["seq", "symbol", "price", "change", "day", "anomaly_score", "anomaly_explanation"],
    );
    const explanation = JSON.parse(String(rows[0]?.[6]));
    assert.deepEqual(Object.keys(explanation), ["seq", "price", "change", "day"]);
    assert.equal(explanation.price.DIRECTION, "HIGH");
  });

  test("its input names table expressions that stand before it, and goes through another call", async () => {
    const { rows } = await world.run(`
      WITH day1 AS (SELECT seq, price FROM ticks WHERE day = 1),
           scored (seq, score) AS (SELECT seq, anomaly_score FROM TABLE(random_cut_forest(INPUT => TABLE(day1) ORDER BY seq, COLUMNS => DESCRIPTOR(price), SUB_SAMPLE_SIZE => 64)) AS f)
      SELECT seq, score > 0, again.anomaly_score > 0
      FROM TABLE(random_cut_forest(INPUT => TABLE(WITH high AS (SELECT * FROM scored) SELECT * FROM high ORDER BY seq), COLUMNS => DESCRIPTOR(score), SUB_SAMPLE_SIZE => 10)) AS again
      WHERE seq IN (0, 399) ORDER BY seq`);
    assert.deepEqual(rows, [
      [0, false, false],
      [399, true, true],
    ]);
  });

  test("stands in a view, which looks for its tables where it was made", async () => {
    await world.run("CREATE DATABASE elsewhere");
    await world.run(`CREATE VIEW elsewhere.scores AS SELECT * FROM TABLE(${FOREST})`);
    await world.run(
      "CREATE EXTERNAL TABLE elsewhere.ticks (wrong int) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://lake/nothing/'",
    );
    const top = "SELECT seq FROM elsewhere.scores ORDER BY anomaly_score DESC LIMIT 1";
    assert.deepEqual((await world.run(top)).rows, [[390]]);
    assert.deepEqual(
      (await world.run("SELECT count(wrong), (SELECT max(seq) FROM elsewhere.scores) FROM elsewhere.ticks")).rows,
      [[0, 399]],
    );
  });

  test("an empty input has no rows and the columns", async () => {
    const { rows, columns } = await world.run(
      "SELECT * FROM TABLE(random_cut_forest(TABLE(SELECT seq FROM ticks WHERE day = 3)))",
    );
    assert.deepEqual([rows, columns.length], [[], 2]);
  });

  test("more rows than a chunk of DuckDB's stay side by side with their scores, and nulls score null", async () => {
    const { rows } = await world.run(`
      SELECT count(*), count(anomaly_score), count_if(anomaly_score IS NULL AND x <> 3), max(x) FROM TABLE(random_cut_forest(
        TABLE(SELECT x, nullif(x % 5, 3) AS n FROM UNNEST(sequence(1, 5000)) AS t(x)), 1, 10, 50)) AS f`);
    assert.deepEqual(rows, [[5000, 4000, 999, 5000]]);
  });
});

test("hotspots answers each row with the dense regions of the window", async () => {
  const points = "SELECT x % 10 * 0.01 AS x, x % 7 * 0.01 AS y FROM UNNEST(sequence(1, 150)) AS t(x)";
  const { rows } = await world.run(
    `SELECT json_array_length(json_extract(hotspots_result, '$.hotspots')) FROM TABLE(hotspots(INPUT => TABLE(${points}), WINDOW_SIZE => 100, SCAN_RADIUS => 0.02, MINIMUM_NUMBER_OF_POINTS_IN_A_HOTSPOT => 5)) AS h`,
  );
  assert.equal(rows.length, 150);
  assert.deepEqual([rows[0], rows[149]], [[0], [1]]);
});

describe("calls that are refused", () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    [
      "cold_spots(INPUT => TABLE(ticks))",
      "unsupported",
      /The table function cold_spots is not supported: there are hotspots, random_cut_forest,/,
    ],
    ["random_cut_forest()", "syntax", /expected INPUT => TABLE\(…\)/],
    ["random_cut_forest(TABLE(ticks), NUMBER_OF_TREES => 5)", "syntax", /arguments that all have names, or none/],
    ["random_cut_forest(INPUT => TABLE(ticks), INPUT => TABLE(ticks))", "syntax", /expected INPUT once/],
    ["random_cut_forest(INPUT => TABLE(ticks WHERE day = 1))", "syntax", /expected a table or a query/],
    ["random_cut_forest(INPUT => ticks)", "syntax", /expected TABLE\(…\)/],
    ["random_cut_forest(INPUT => TABLE(ticks), COLUMNS => 'price')", "syntax", /expected DESCRIPTOR/],
    ["random_cut_forest(INPUT => TABLE(ticks), SEED => 1 + 1)", "syntax", /expected a constant/],
    ["random_cut_forest(INPUT => TABLE(ticks), SEED => 1, SEED => 2)", "syntax", /expected SEED once/],
    ["random_cut_forest(INPUT => TABLE(ticks), SEED =>)", "syntax", /expected a value for SEED/],
    ["random_cut_forest(INPUT => TABLE(first_day), TREES => 5)", "syntax", /Unrecognized key: "trees"/],
    ["random_cut_forest(INPUT => TABLE(first_day), NUMBER_OF_TREES => 0)", "syntax", /numberOfTrees/],
    [
      "random_cut_forest(INPUT => TABLE(first_day), COLUMNS => DESCRIPTOR(symbol))",
      "data",
      /column symbol of its input to hold numbers, but it is varchar/,
    ],
    [
      "random_cut_forest(INPUT => TABLE(first_day), COLUMNS => DESCRIPTOR(nothing))",
      "data",
      /there is none of that name/,
    ],
    [
      "random_cut_forest(INPUT => TABLE(SELECT symbol FROM first_day))",
      "data",
      /1 to 30 numeric columns in the input, got 0/,
    ],
    ["random_cut_forest(INPUT => TABLE(SELECT 1 AS anomaly_score))", "data", /rename that one/],
    ["random_cut_forest(INPUT => TABLE(SELECT nan() AS x))", "unsupported", /The function nan/],
    [
      "random_cut_forest(INPUT => TABLE(SELECT CAST('NaN' AS double) AS x))",
      "data",
      /Expected finite numbers, got NaN in column x of row 1/,
    ],
    [
      "random_cut_forest(INPUT => TABLE(ticks) PARTITION BY symbol)",
      "unsupported",
      /PARTITION … of the input of a table function/,
    ],
    [
      "random_cut_forest(INPUT => CURSOR(SELECT 1))",
      "unsupported",
      /CURSOR\(…\) is not supported: write INPUT => TABLE/,
    ],
    ["random_cut_forest(INPUT => TABLE(nowhere))", "not-found", /There is no table default\.nowhere/],
    ["random_cut_forest(INPUT => TABLE(SELECT f.seq), SEED => 1)", "syntax", /f/],
    ["hotspots(INPUT => TABLE(first_day))", "syntax", /scanRadius/],
    ["random_cut_forest(TABLE(SELECT 1 AS x), 1000, 1000, 10000, 30) CROSS JOIN x", "syntax", /./],
  ];
  for (const [call, code, message] of cases)
    test(call, () => world.fails(`SELECT * FROM TABLE(${call})`, code, message));

  test("names of arguments outside of table functions", () =>
    world.fails("SELECT abs(x => 1)", "syntax", /arguments without names/));

  test("more calls than a query may have", () =>
    world.fails(
      Array.from(
        { length: 21 },
        (_, seed) => `SELECT * FROM TABLE(random_cut_forest(INPUT => TABLE(SELECT 1 AS x), SEED => ${seed}))`,
      ).join(" UNION ALL "),
      "limit-exceeded",
      /table functions 20 times/,
    ));
});
