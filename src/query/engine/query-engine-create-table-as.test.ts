import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type QueryWorld, queryWorld } from "../../../test/fakes/query-world.ts";
import { readLocation } from "../../catalog/location.ts";
import { QueryError } from "../query-error.ts";

let world: QueryWorld;
before(async () => {
  world = await queryWorld();
});
after(() => world.close());

const rowsOf = async (sql: string) => (await world.run(sql)).rows;
const definitionOf = (name: string) => world.catalog.table("default", name)?.definition;

const SOURCE = "SELECT * FROM (VALUES (1, 'a', 0.5, 'x'), (2, NULL, 1.5, 'y')) AS t(id, note, price, kind)";

describe("CREATE TABLE AS", () => {
  test("makes a Parquet table with the columns and rows of the query, in a folder of its own", async () => {
    const { statistics, columns } = await world.run(`CREATE TABLE plain AS ${SOURCE}`);
    assert.deepEqual([statistics.rows, columns], [2, []]);
    const definition = definitionOf("plain");
    assert.deepEqual(definition?.storageDescriptor?.columns, [
      { name: "id", type: "int" },
      { name: "note", type: "string" },
      { name: "price", type: "decimal(2,1)" },
      { name: "kind", type: "string" },
    ]);
    assert.match(
      definition?.storageDescriptor?.location ?? "",
      /^s3:\/\/lake\/tables\/default\/plain\/[0-9a-f]{16}\/$/,
    );
    assert.deepEqual(definition?.parameters, { EXTERNAL: "TRUE", "parquet.compression": "GZIP" });
    assert.deepEqual(await rowsOf("SELECT * FROM plain ORDER BY id"), [
      [1, "a", "0.5", "x"],
      [2, null, "1.5", "y"],
    ]);
    await world.run("INSERT INTO plain SELECT id + 10, note, price, kind FROM plain");
    assert.deepEqual(await rowsOf("SELECT sum(id) FROM plain"), [[26]]);
    const created = (await rowsOf("SHOW CREATE TABLE plain")).map(String).join("\n");
    assert.match(created, /ParquetHiveSerDe/);
  });

  test("WITH says format, compression, place and partition keys", async () => {
    for (const [name, properties, serde] of [
      ["made1", "format = 'JSON', write_compression = 'ZSTD'", /JsonSerDe$/],
      ["made2", "format = 'TEXTFILE', field_delimiter = '|', write_compression = 'NONE'", /LazySimpleSerDe$/],
      ["made3", "format = 'textfile'", /LazySimpleSerDe$/],
      ["made4", "format = 'PARQUET', parquet_compression = 'SNAPPY'", /ParquetHiveSerDe$/],
    ] as const) {
      const place = `external_location = 's3://lake/made/${name}', partitioned_by = ARRAY['kind']`;
      const { statistics } = await world.run(`CREATE TABLE ${name} WITH (${properties}, ${place}) AS ${SOURCE}`);
      assert.equal(statistics.rows, 2);
      const definition = definitionOf(name);
      assert.match(definition?.storageDescriptor?.serdeInfo?.serializationLibrary ?? "", serde);
      assert.deepEqual(definition?.partitionKeys, [{ name: "kind", type: "string" }]);
      assert.deepEqual(await rowsOf(`SHOW PARTITIONS ${name}`), [["kind=x"], ["kind=y"]]);
      assert.deepEqual(await rowsOf(`SELECT price, id, kind FROM ${name} WHERE kind = 'y'`), [["1.5", 2, "y"]]);
      assert.deepEqual((await world.run(`SELECT * FROM ${name} WHERE kind = 'y'`)).statistics.partitionsRead, 1);
      await world.run(`INSERT INTO ${name} ${SOURCE}`);
      assert.deepEqual(await rowsOf(`SELECT count(*) FROM ${name}`), [[4]]);
    }
  });

  test("lies where the database lies, in another store too", async () => {
    await world.run("CREATE DATABASE far LOCATION 's3://far/db'");
    await world.run("CREATE TABLE far.t AS SELECT 1 AS a");
    const { storageDescriptor } = world.catalog.table("far", "t")?.definition ?? {};
    assert.match(storageDescriptor?.location ?? "", /^s3:\/\/far\/db\/t\/[0-9a-f]{16}\/$/);
    assert.deepEqual(await rowsOf("SELECT * FROM far.t"), [[1]]);
  });

  test("IF NOT EXISTS, WITH NO DATA and WITH DATA", async () => {
    await world.run(
      "CREATE TABLE IF NOT EXISTS once WITH (partitioned_by = ARRAY['k']) AS SELECT 1 AS a, 'x' AS k WITH NO DATA",
    );
    await world.run("CREATE TABLE IF NOT EXISTS once AS SELECT 2 AS other");
    assert.deepEqual(await rowsOf("SELECT * FROM once"), []);
    await world.fails("CREATE TABLE once AS SELECT 1 AS a", "already-exists", /There is a table default\.once already/);
    await world.run("CREATE TABLE twice AS (SELECT 1 AS a) WITH DATA");
    await world.run("CREATE TABLE nothing AS SELECT a FROM twice WHERE a > 1");
    assert.deepEqual(await rowsOf("SELECT (SELECT count(*) FROM twice), (SELECT count(*) FROM nothing)"), [[1, 0]]);
  });

  test("table expressions, sums and nested values", async () => {
    await world.run(
      "CREATE TABLE nested AS WITH x AS (SELECT 1 AS a UNION ALL SELECT 2) SELECT sum(a) AS total, array_agg(a ORDER BY a) AS list, map(array['k'], array[1.5e0]) AS m, current_timestamp AS made FROM x",
    );
    assert.deepEqual(
      definitionOf("nested")?.storageDescriptor?.columns?.map(({ type }) => type),
      ["bigint", "array<int>", "map<string,double>", "timestamp"],
    );
    assert.deepEqual(await rowsOf("SELECT total, list, m FROM nested"), [[3, [1, 2], { k: 1.5 }]]);
  });

  test("the table is made when all its files are there, and nobody sees it before", async () => {
    await duringCommit(
      () => world.run("CREATE TABLE slow AS SELECT 1 AS a"),
      () => world.fails("SELECT * FROM slow", "not-found", /There is no table default\.slow/),
    );
    assert.deepEqual(await rowsOf("SELECT * FROM slow"), [[1]]);
  });
});

/** Runs a statement, and `look` between its last object and its commit. */
async function duringCommit(statement: () => Promise<unknown>, look: () => Promise<unknown>): Promise<void> {
  const { begin } = world.changes;
  let looked = false;
  world.changes.begin = async (plan) => {
    const change = await begin.call(world.changes, plan);
    const commit = async () => {
      await look();
      looked = true;
      await change.commit();
    };
    return { ...change, commit };
  };
  try {
    await statement();
  } finally {
    world.changes.begin = begin;
  }
  assert.ok(looked, "the statement has written files");
}

test("rows of an INSERT are seen all at once, and not at all when it fails in the end", async () => {
  await world.run("CREATE TABLE grows WITH (partitioned_by = ARRAY['k']) AS SELECT 1 AS a, 'x' AS k");
  const before = () => rowsOf("SELECT * FROM grows").then((rows) => assert.deepEqual(rows, [[1, "x"]]));
  await duringCommit(() => world.run("INSERT INTO grows VALUES (2, 'x'), (3, 'y')"), before);
  const after = [
    [1, "x"],
    [2, "x"],
    [3, "y"],
  ];
  assert.deepEqual(await rowsOf("SELECT * FROM grows ORDER BY a"), after);
  const failing = () => Promise.reject(new QueryError("data", "The disk is gone"));
  await assert.rejects(
    duringCommit(() => world.run("INSERT INTO grows VALUES (4, 'x'), (5, 'z')"), failing),
    /The disk is gone/,
  );
  assert.deepEqual(await rowsOf("SELECT * FROM grows ORDER BY a"), after);
  const { location } = definitionOf("grows")?.storageDescriptor ?? {};
  const { bucket, prefix } = readLocation(location) ?? assert.fail();
  assert.equal((await world.keys(bucket, prefix)).length, 3);
});

describe("CREATE TABLE AS that is refused", () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    [
      "CREATE TABLE r WITH (format = 'ORC') AS SELECT 1 AS a",
      "unsupported",
      /format = 'ORC' is not supported: there are PARQUET, JSON, TEXTFILE/,
    ],
    ["CREATE TABLE r WITH (format = 'AVRO') AS SELECT 1 AS a", "unsupported", /format = 'AVRO'/],
    ["CREATE TABLE r WITH (bucketed_by = ARRAY['a'], bucket_count = 5) AS SELECT 1 AS a", "unsupported", /bucketed_by/],
    ["CREATE TABLE r WITH (table_type = 'ICEBERG') AS SELECT 1 AS a", "unsupported", /table_type/],
    ["CREATE TABLE r WITH (nonsense = 1) AS SELECT 1 AS a", "unsupported", /nonsense .*there are external_location/],
    ["CREATE TABLE r WITH (format = 1) AS SELECT 1 AS a", "syntax", /format to be a text/],
    ["CREATE TABLE r WITH (format = 'JSON', format = 'JSON') AS SELECT 1 AS a", "syntax", /twice/],
    ["CREATE TABLE r WITH (partitioned_by = 'a') AS SELECT 1 AS a", "syntax", /partitioned_by = ARRAY/],
    [
      "CREATE TABLE r WITH (write_compression = 'LZ4') AS SELECT 1 AS a",
      "unsupported",
      /The compression LZ4 of PARQUET/,
    ],
    [
      "CREATE TABLE r WITH (format = 'JSON', parquet_compression = 'GZIP') AS SELECT 1 AS a",
      "syntax",
      /parquet_compression is for PARQUET/,
    ],
    ["CREATE TABLE r WITH (field_delimiter = ',') AS SELECT 1 AS a", "syntax", /field_delimiter is for TEXTFILE/],
    ["CREATE TABLE r WITH (format = 'TEXTFILE', field_delimiter = ',,') AS SELECT 1 AS a", "syntax", /one sign/],
    [
      "CREATE TABLE r WITH (partitioned_by = ARRAY['a']) AS SELECT 1 AS a, 2 AS b",
      "syntax",
      /last columns of the query .* \(a\)/,
    ],
    ["CREATE TABLE r WITH (partitioned_by = ARRAY['a']) AS SELECT 1 AS a", "syntax", /others before them/],
    ["CREATE TABLE r AS SELECT 1", "syntax", /column 1 of the query has no name/],
    ["CREATE TABLE r AS SELECT count(*) FROM (VALUES 1) AS t(x)", "syntax", /column 1 of the query has no name/],
    ["CREATE TABLE r AS SELECT 1 AS a, 2 AS A", "syntax", /two columns are called a/],
    ["CREATE TABLE r AS SELECT NULL AS a", "syntax", /column a of default\.r has no type/],
    ["CREATE TABLE r (a) AS SELECT 1", "unsupported", /A list of columns/],
    ["CREATE TABLE r COMMENT 'x' AS SELECT 1 AS a", "unsupported", /COMMENT/],
    ["CREATE OR REPLACE TABLE r AS SELECT 1 AS a", "unsupported", /CREATE TABLE|TABLE/],
    ["CREATE TABLE r (a int)", "unsupported", /CREATE TABLE without EXTERNAL/],
    ["CREATE TABLE nobody.r AS SELECT 1 AS a", "not-found", /There is no database nobody/],
    ["CREATE TABLE r AS SELECT * FROM nowhere", "not-found", /There is no table default\.nowhere/],
    [
      "CREATE TABLE r WITH (format = 'TEXTFILE') AS SELECT ARRAY[1] AS a",
      "unsupported",
      /writing column a of the type array as text/,
    ],
    ["CREATE TABLE r AS DROP TABLE plain", "syntax", /expected a query/],
    ["CREATE TABLE r AS SELECT 1 AS a; DROP TABLE plain", "unsupported", /More than one statement/],
    [
      "CREATE TABLE r AS SELECT x / (x - 5) + CAST(CAST(x AS varchar) || 'y' AS integer) AS a FROM UNNEST(sequence(1, 9)) AS t(x)",
      "data",
      /y/,
    ],
    [
      "CREATE TABLE r WITH (external_location = 's3://lake/tables') AS SELECT 1 AS a",
      "already-exists",
      /expected s3:\/\/lake\/tables\/ to be empty, there is tables\//,
    ],
    ["CREATE TABLE r WITH (external_location = '/tmp/x') AS SELECT 1 AS a", "data", /expected a location such as s3/],
  ];
  for (const [sql, code, message] of cases) {
    test(sql, async () => {
      await world.fails(sql, code, message);
      assert.equal(definitionOf("r"), undefined);
    });
  }

  test("a table that somebody else makes meanwhile: no file is left", async () => {
    const { begin } = world.changes;
    world.changes.begin = async (plan) => {
      await world.catalog.createTable("default", { name: "raced" });
      return begin.call(world.changes, plan);
    };
    const location = "s3://far/raced/";
    await world.fails(
      `CREATE TABLE raced WITH (external_location = '${location}', partitioned_by = ARRAY['b']) AS SELECT 1 AS a, 2 AS b`,
      "already-exists",
      /raced/,
    );
    world.changes.begin = begin;
    await world.run(`CREATE TABLE calm WITH (external_location = '${location}') AS SELECT 1 AS a`);
    assert.deepEqual(await rowsOf("SELECT * FROM calm"), [[1]]);
  });
});

test("JSON takes no number that it has no word for, however deep it stands", async () => {
  const nested = (number: string) =>
    `CREATE TABLE nested_${number.length} WITH (format = 'JSON') AS SELECT CAST(row(array[1e0, ${number}]) AS row(list array(double))) AS r, map(array['k'], array[array[1.5e0]]) AS m, array[map(array['a'], array[${number}])] AS am`;
  await assert.rejects(world.run(nested("CAST('NaN' AS double)")), { message: /Column r has a number that JSON/ });
  await world.run(nested("2e0"));
  assert.deepEqual((await world.run("SELECT r.list[2], m['k'][1], am[1]['a'] FROM nested_3")).rows, [[2, 1.5, 2]]);
  await assert.rejects(
    world.run(
      "CREATE TABLE never WITH (format = 'JSON') AS SELECT array[map(array['a', 'b'], array[1e0, CAST('Infinity' AS double)])] AS am",
    ),
    { message: /Column am has a number that JSON cannot hold/ },
  );
});
