import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type QueryWorld, queryWorld } from "../../../test/fakes/query-world.ts";

let world: QueryWorld;
before(async () => {
  world = await queryWorld();
});
after(() => world.close());

const rowsOf = async (sql: string) => (await world.run(sql)).rows;

/** Objects of the lake below a prefix, the random parts of their names left out. */
function objects(prefix: string): readonly string[] {
  const all = readdirSync(join(world.root, "buckets", "lake"), { recursive: true, withFileTypes: true });
  return all
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(world.root, "buckets", "lake").length + 1))
    .filter((key) => key.startsWith(prefix))
    .map((key) => key.replace(/[0-9a-f]{32}-\d{5}/, "FILE"))
    .sort();
}

const FORMATS: readonly (readonly [name: string, clauses: string, extension: string])[] = [
  ["Parquet", "STORED AS PARQUET", ".parquet"],
  ["Parquet with Snappy", "STORED AS PARQUET TBLPROPERTIES ('parquet.compression'='SNAPPY')", ".parquet"],
  ["JSON", "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'", ".json.gz"],
  [
    "JSON under other names, not compressed",
    "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' WITH SERDEPROPERTIES ('mapping.note'='Note') TBLPROPERTIES ('write.compression'='NONE')",
    ".json",
  ],
  ["CSV", "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'", ".csv.gz"],
  [
    "CSV with a header",
    "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' TBLPROPERTIES ('skip.header.line.count'='1')",
    ".csv.gz",
  ],
  ["delimited text", "ROW FORMAT DELIMITED FIELDS TERMINATED BY '|'", ".csv.gz"],
];

/** With LOCATION where Hive has it: before TBLPROPERTIES. */
function create(name: string, columns: string, clauses: string): string {
  const [form = "", properties] = clauses.split("TBLPROPERTIES");
  const end = properties === undefined ? "" : ` TBLPROPERTIES ${properties}`;
  return `CREATE EXTERNAL TABLE ${name} (${columns}) ${form} LOCATION 's3://lake/${name}/'${end}`;
}

describe("INSERT INTO", () => {
  for (const [index, [name, clauses, extension]] of FORMATS.entries()) {
    test(`${name}: what was written is what is read`, async () => {
      const table = `formats${index}`;
      await world.run(
        create(
          table,
          "id bigint, note string, price decimal(10,2), ratio double, at timestamp, day date, ok boolean",
          clauses,
        ),
      );
      const { statistics, columns, rows } = await world.run(
        `INSERT INTO ${table} VALUES (1, 'a "b", c', 1.5, 0.25, timestamp '2020-01-02 03:04:05', date '2020-01-02', true), (2, NULL, NULL, NULL, NULL, NULL, NULL)`,
      );
      assert.deepEqual([statistics.rows, columns, rows], [2, [], []]);
      assert.deepEqual(await rowsOf(`SELECT * FROM ${table} ORDER BY id`), [
        [1, 'a "b", c', "1.50", 0.25, "2020-01-02 03:04:05.000", "2020-01-02", true],
        [2, null, null, null, null, null, null],
      ]);
      assert.deepEqual(objects(`${table}/`), [`${table}/FILE${extension}`]);
      await world.run(`INSERT INTO ${table} SELECT * FROM ${table}`);
      assert.deepEqual(await rowsOf(`SELECT count(*), count(DISTINCT id) FROM ${table}`), [[4, 2]]);
    });
  }

  test("nested values into Parquet and JSON", async () => {
    for (const [table, clauses] of [
      ["nested1", "STORED AS PARQUET"],
      ["nested2", "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'"],
    ] as const) {
      await world.run(
        create(table, "tags array<string>, counts map<string,int>, req struct<ip:string,port:int>", clauses),
      );
      await world.run(
        `INSERT INTO ${table} SELECT array['a', NULL], map(array['k'], array[1]), CAST(row('h', 80) AS row(ip varchar, port integer))`,
      );
      assert.deepEqual(await rowsOf(`SELECT * FROM ${table}`), [[["a", null], { k: 1 }, { ip: "h", port: 80 }]]);
    }
  });

  test("some columns, in another order; the others are null", async () => {
    await world.run(create("picked", "a int, b string, c double", "STORED AS PARQUET"));
    await world.run("INSERT INTO picked (c, a) SELECT 0.5, 1");
    await world.run("INSERT INTO awsdatacatalog.default.picked (b) WITH x AS (SELECT 'y' AS y) SELECT y FROM x");
    assert.deepEqual(await rowsOf("SELECT * FROM picked ORDER BY a"), [
      [1, null, 0.5],
      [null, "y", null],
    ]);
  });

  test("partitions: the last columns say which, new ones are made, known ones keep their place", async () => {
    const keys = "PARTITIONED BY (year int, kind string)";
    await world.run(create("parts", "id int", `${keys} STORED AS PARQUET`));
    await world.run("ALTER TABLE parts ADD PARTITION (year='2020', kind='old') LOCATION 's3://lake/elsewhere/old/'");
    const { statistics } = await world.run(
      "INSERT INTO parts VALUES (1, 2019, 'a b/c=d'), (2, 2019, 'é'), (3, 2020, 'old'), (4, NULL, ''), (5, 2019, 'é')",
    );
    assert.equal(statistics.rows, 5);
    assert.deepEqual(objects("parts/"), [
      "parts/year=2019/kind=a b%2Fc%3Dd/FILE.parquet",
      "parts/year=2019/kind=é/FILE.parquet",
      "parts/year=__HIVE_DEFAULT_PARTITION__/kind=__HIVE_DEFAULT_PARTITION__/FILE.parquet",
    ]);
    assert.deepEqual(objects("elsewhere/"), ["elsewhere/old/FILE.parquet"]);
    assert.deepEqual(await rowsOf("SELECT * FROM parts ORDER BY id"), [
      [1, 2019, "a b/c=d"],
      [2, 2019, "é"],
      [3, 2020, "old"],
      [4, null, null],
      [5, 2019, "é"],
    ]);
    assert.deepEqual(await rowsOf("MSCK REPAIR TABLE parts"), []);
  });

  test("no rows make no files and no partitions", async () => {
    await world.run(create("none", "id int", "PARTITIONED BY (k string) STORED AS PARQUET"));
    const { statistics } = await world.run("INSERT INTO none SELECT id, kind FROM parts WHERE id > 100");
    assert.equal(statistics.rows, 0);
    assert.deepEqual([objects("none/"), await rowsOf("SHOW PARTITIONS none")], [[], []]);
  });

  test("a table in a store that is elsewhere", async () => {
    await world.run("CREATE EXTERNAL TABLE remote (id int) STORED AS PARQUET LOCATION 's3://far/remote/'");
    await world.run("INSERT INTO remote VALUES 1, 2");
    await world.run("INSERT INTO remote SELECT NULL");
    assert.deepEqual(await rowsOf("SELECT sum(id), count(*) FROM remote"), [[3, 3]]);
  });

  test("the answers of a table function", async () => {
    await world.run(create("scores", "x int, anomaly_score double", "STORED AS PARQUET"));
    await world.run(
      "INSERT INTO scores SELECT * FROM TABLE(random_cut_forest(TABLE(SELECT x FROM UNNEST(sequence(1, 30)) AS t(x)), 5, 10)) AS f",
    );
    assert.deepEqual(await rowsOf("SELECT count(*), count_if(anomaly_score > 0) > 10 FROM scores"), [[30, true]]);
  });
});

describe("INSERT INTO that is refused leaves nothing", () => {
  before(async () => {
    await world.run(
      create("target", "id int, name varchar(3), price decimal(4,1)", "PARTITIONED BY (day date) STORED AS PARQUET"),
    );
    await world.run(create("texts", "a string, b string", "ROW FORMAT DELIMITED FIELDS TERMINATED BY '|'"));
    await world.run(create("orcs", "a int", "STORED AS ORC"));
    await world.run(create("sequences", "a int", "STORED AS SEQUENCEFILE"));
    await world.run(create("bytes", "a binary", "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'"));
    await world.run(
      create(
        "headers",
        "a int",
        "ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' TBLPROPERTIES ('skip.header.line.count'='2')",
      ),
    );
    await world.run(create("squeezed", "a int", "STORED AS PARQUET TBLPROPERTIES ('parquet.compression'='LZO')"));
    await world.run("CREATE VIEW seen AS SELECT 1 AS a");
  });

  const cases: readonly (readonly [string, string, RegExp])[] = [
    [
      "INSERT INTO target VALUES ('1', 'a', 1.0, date '2020-01-01')",
      "syntax",
      /Column 1 of the query is varchar, and column id of default\.target is int; write CAST\(… AS int\)/,
    ],
    ["INSERT INTO target SELECT 1.5, 'a', 1.0, date '2020-01-01'", "syntax", /Column 1 of the query is decimal\(2,1\)/],
    ["INSERT INTO target SELECT 1, 'a', 1.25, date '2020-01-01'", "syntax", /Column 3 .* is decimal\(4,1\)/],
    [
      "INSERT INTO target SELECT 1, 'a', 1.0, '2020-01-01'",
      "syntax",
      /Column 4 of the query is varchar, and column day/,
    ],
    ["INSERT INTO target VALUES (1, 'a', 1.0)", "syntax", /takes 4 columns \(id, name, price, day\), the query has 3/],
    ["INSERT INTO target (id, id) VALUES (1, 2)", "syntax", /names column id twice/],
    ["INSERT INTO target (nothing) VALUES (1)", "syntax", /has no column nothing/],
    ["INSERT INTO target SELECT 3000000000, 'a', 1.0, date '2020-01-01'", "data", /3000000000/],
    [
      "INSERT INTO target SELECT x, 'a', 1.0, date '2020-01-01' FROM UNNEST(ARRAY[1, 3000000000]) AS t(x)",
      "data",
      /3000000000/,
    ],
    [
      "INSERT INTO target VALUES (1, 'abcd', 1.0, date '2020-01-01')",
      "data",
      /Column name takes texts of 3 characters/,
    ],
    ["INSERT INTO target VALUES (1, 'a', 1234.5, date '2020-01-01')", "data", /1234\.5/],
    [
      "INSERT INTO target SELECT x, 'a', 1.0, date_add('day', x, timestamp '2020-01-01 00:00:00') FROM UNNEST(sequence(1, 9)) AS t(x)",
      "syntax",
      /is timestamp, and column day/,
    ],
    [
      "INSERT INTO target SELECT CAST(x AS integer), 'a', 1.0, CAST(date_add('day', x, timestamp '2020-01-01 00:00:00') AS date) FROM UNNEST(sequence(1, 101)) AS t(x)",
      "limit-exceeded",
      /more than 100 partitions/,
    ],
    ["INSERT INTO texts VALUES ('a|b', 'c')", "data", /Column a has a text with a delimiter or a line break/],
    ["INSERT INTO texts VALUES ('a', 'b\n')", "data", /Column b has a text with a delimiter/],
    ["INSERT INTO texts VALUES ('a', '\\N')", "data", /Column b has a text with a delimiter/],
    ["INSERT INTO orcs VALUES 1", "unsupported", /OrcSerde is not supported/],
    ["INSERT INTO sequences VALUES 1", "unsupported", /writing SequenceFiles is not supported/],
    [
      "INSERT INTO bytes SELECT to_utf8('a')",
      "unsupported",
      /writing column a of the type binary as text is not supported: use PARQUET/,
    ],
    ["INSERT INTO headers VALUES 1", "unsupported", /skip.header.line.count above 1/],
    ["INSERT INTO squeezed VALUES 1", "unsupported", /the compression LZO/],
    ["INSERT INTO seen VALUES 1", "unsupported", /INSERT INTO the view default\.seen/],
    ["INSERT INTO nowhere VALUES 1", "not-found", /There is no table default\.nowhere/],
    ["INSERT INTO nobody.t VALUES 1", "not-found", /There is no database nobody/],
    ["INSERT OVERWRITE target VALUES 1", "unsupported", /INSERT OVERWRITE/],
    [
      "INSERT INTO target PARTITION (day='2020-01-01') SELECT 1, 'a', 1.0",
      "unsupported",
      /partition keys are the last columns/,
    ],
    ["INSERT INTO target", "syntax", /expected a query/],
  ];
  for (const [sql, code, message] of cases) {
    test(sql, async () => {
      const all = objects("");
      await world.fails(sql, code, message);
      assert.deepEqual(objects(""), all);
      assert.deepEqual(readdirSync(join(world.root, "query", "output")), []);
      assert.deepEqual(await rowsOf("SELECT * FROM target"), []);
    });
  }
});
