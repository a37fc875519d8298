import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import type { ExportWorld } from "../fakes/export-world.ts";
import { exportJourney, ORDERS } from "./export-journey.ts";

/** What comes of the rows of a real database. LAKEHOSE_TEST_POSTGRESQL says where it is. */

/** The object with this in its name. */
async function readObject(world: ExportWorld, part: string): Promise<Buffer> {
  const key = (await world.keys()).find((one) => one.includes(part));
  assert.ok(key !== undefined, `no object ${part}`);
  const pieces: Buffer[] = [];
  for await (const piece of await world.lake.get("lake", key)) pieces.push(piece);
  return Buffer.concat(pieces);
}

exportJourney(
  "an export of a schema cuts its tables by primary key and makes them tables of the catalog",
  async (setting) => {
    const { shop, world, options } = setting;
    await shop.client.query(ORDERS);
    await shop.client.query("CREATE TABLE empty (a int, b text)");
    await shop.client.query("CREATE VIEW seen AS SELECT 1 AS x; CREATE TABLE tmp_x (a int)");
    await shop.client.query("COMMENT ON COLUMN orders.total IS 'with tax'");
    const startedAt = Date.UTC(2026, 10, 23, 2);
    const occasion = Date.UTC(2026, 10, 22, 23);
    const schemas = [{ name: "public", exclude: ["tmp_*"] }];
    const { counters } = await world.run(options({ schemas, chunkRows: 300 }), { startedAt, occasion });
    assert.deepEqual(
      { ...counters, bytesWritten: counters.bytesWritten !== 0 },
      { tablesExported: 2, rowsExported: 1000, rowsOfEarlierAttempts: 0, objectsWritten: 4, bytesWritten: true },
    );
    const keys = await world.keys();
    assert.equal(keys.length, 4);
    for (const [index, key] of keys.entries()) {
      assert.match(
        key,
        new RegExp(
          `^warehouse/public\\.orders/dt=2026-11-22/run=20261123T020000Z-[0-9a-f]{8}/part-0000${index + 1}\\.parquet$`,
        ),
      );
    }
    const sizes = world.lines.flatMap((line) => /: (\d+) rows/.exec(line)?.[1] ?? []).map(Number);
    assert.deepEqual(sizes.sort(), [0, 100, 300, 300, 300], "of the empty table, the last chunk, the others");
    const rows = await world.rows(`SELECT count(*), sum(id), sum(total), min(placed), max(dt) FROM public_orders`);
    assert.deepEqual(
      rows.map((row) => row.map(String)),
      [["1000", "500500", "5005.00", "2025-12-31 23:01:00.000", "2026-11-22"]],
    );
    assert.deepEqual((await world.rows("SELECT count(*) FROM public_empty")).map(String), ["0"]);
    const { storageDescriptor } = world.catalog.table("default", "public_orders")?.definition ?? {};
    assert.deepEqual(storageDescriptor?.columns, [
      { name: "id", type: "bigint" },
      { name: "customer", type: "string" },
      { name: "total", type: "decimal(12,2)", comment: "with tax" },
      { name: "placed", type: "timestamp" },
    ]);
  },
);

/** As hard for text formats as a text can be; no quote of SQL is in it. */
const TEXT = 'a,"b"\\N\n\r\tü€😀 ';

const EVERY_TYPE = `CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TYPE pair AS (x int, y text);
  CREATE DOMAIN price AS numeric(8,3) CHECK (VALUE >= 0); CREATE DOMAIN dear_price AS price;
  CREATE TABLE every_type (
    c_bool bool, c_int2 smallint, c_int4 int, c_int8 bigint, c_float4 real, c_float8 double precision,
    c_numeric numeric, c_decimal numeric(10,2), c_domain dear_price, c_text text, c_varchar varchar(10), c_char char(5),
    c_uuid uuid, c_date date, c_time time, c_ts timestamp, c_tstz timestamptz, c_interval interval, c_bytea bytea,
    c_json json, c_jsonb jsonb, c_ints int[], c_texts text[], c_mood mood, c_pair pair, c_inet inet, c_range int4range,
    c_bits bit(4), c_wide numeric(50,0));
  INSERT INTO every_type VALUES (true, -32768, 2147483647, -9223372036854775808, 1.5, 0.1,
    123456789012345678901234567890.123456789, -99999999.99, 12.345, '${TEXT}', '', 'ab',
    'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', '2026-02-28', '12:34:56.789', '2026-01-02 03:04:05.123456',
    '2026-01-02 03:04:05.5+05:30', '1 year 2 days 03:04:05', '\\x00ff6869', '{"a": [1, null]}', '{"b": 2.50}',
    '{{1,2},{3,NULL}}', ARRAY['x,y', NULL, 'q"'], 'ok', ROW(1, 'z'), '10.0.0.1/8', '[1,5)', B'1010', 10::numeric ^ 49);
  INSERT INTO every_type (c_text) VALUES (NULL), (''), ('\\N');
  INSERT INTO every_type (c_float4, c_float8, c_date, c_ts) VALUES ('NaN', '-Infinity', '0044-03-15 BC', '0044-03-15 10:00 BC');
  INSERT INTO every_type (c_date, c_ts, c_tstz) VALUES ('12026-01-01', '12026-01-01', 'infinity')`;

const JSON_TEXTS = [
  '{"a": [1, null]}',
  '{"b": 2.50}',
  "[[1,2],[3,null]]",
  '["x,y",null,"q\\""]',
  "ok",
  '{"x":1,"y":"z"}',
];

exportJourney("Parquet holds a value of every type, whole", async ({ shop, world, options }) => {
  await shop.client.query(EVERY_TYPE);
  await world.run(options({ tables: [{ name: "every_type" }], partition: "none", database: "shop" }));
  const columns = world.catalog.table("shop", "public_every_type")?.definition.storageDescriptor?.columns ?? [];
  const types = Object.fromEntries(columns.map(({ name, type }) => [name, type]));
  const {
    c_bool,
    c_int2,
    c_int4,
    c_int8,
    c_float4,
    c_float8,
    c_decimal,
    c_domain,
    c_date,
    c_ts,
    c_tstz,
    c_bytea,
    ...texts
  } = types;
  assert.deepEqual(
    [c_bool, c_int2, c_int4, c_int8, c_float4, c_float8, c_decimal, c_domain, c_date, c_ts, c_tstz, c_bytea],
    [
      "boolean",
      "smallint",
      "int",
      "bigint",
      "float",
      "double",
      "decimal(10,2)",
      "decimal(8,3)",
      "date",
      "timestamp",
      "timestamp",
      "binary",
    ],
  );
  assert.deepEqual(new Set(Object.values(texts)), new Set(["string"]));
  const rows = await world.rows("SELECT * FROM shop.public_every_type");
  const [first, ...others] = rows.map((row) => row.map((value) => (value === null ? null : String(value))));
  assert.deepEqual(first, [
    ...["true", "-32768", "2147483647", "-9223372036854775808", "1.5", "0.1"],
    ...["123456789012345678901234567890.123456789", "-99999999.99", "12.345", TEXT, "", "ab   "],
    ...["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "2026-02-28", "12:34:56.789", "2026-01-02 03:04:05.123456"],
    ...["2026-01-01 21:34:05.500", "P1Y2DT3H4M5S", "00 ff 68 69", ...JSON_TEXTS],
    ...["10.0.0.1/8", "[1,5)", "1010", `1${"0".repeat(49)}`],
  ]);
  const texts2 = others.slice(0, 3).map((row) => row[9]);
  assert.deepEqual(texts2, [null, "", "\\N"], "null, an empty text and a text that looks like null are three things");
  const ancient =
    "SELECT CAST(c_date AS varchar), CAST(c_ts AS varchar), CAST(c_float8 AS varchar), CAST(c_tstz AS varchar) FROM shop.public_every_type WHERE c_date < DATE '1000-01-01' OR c_date > DATE '9999-01-01'";
  assert.deepEqual(await world.rows(ancient), [
    ["0044-03-15 (BC)", "0044-03-15 (BC) 10:00:00", "-inf", null],
    ["12026-01-01", "12026-01-01 00:00:00", null, "infinity"],
  ]);
});

exportJourney(
  "CSV has a header, tells null from empty, and is read back by PostgreSQL",
  async ({ shop, world, options }) => {
    await shop.client.query(EVERY_TYPE);
    await world.run(options({ tables: [{ name: "every_type" }], format: "csv", partition: "none" }));
    const text = gunzipSync(await readObject(world, ".csv.gz")).toString();
    assert.match(text, /^c_bool,c_int2,.*,c_wide\nt,-32768,/);
    assert.ok(text.includes(',"",ab   ,'), "an empty text in quotes");
    assert.ok(text.includes(",AP9oaQ==,"), "bytes in Base64");
    assert.ok(text.includes("2026-01-01 21:34:05.5,"), "moments in UTC");
    const rows = await world.rows("SELECT c_text, c_decimal, c_bytea FROM public_every_type");
    assert.deepEqual(rows[0], [TEXT, "-99999999.99", "AP9oaQ=="]);
    assert.equal(rows.length, 6);
  },
);

exportJourney("names are taken as they are, whatever is in them", async ({ shop, world, options }) => {
  await shop.client.query(`CREATE SCHEMA "S'1.x"; CREATE TABLE "S'1.x"."Grö/ße ""q"" %" (
    "i d" int, "naïve,""n""" text, "ID" int, "id" int, "$$;--" bool, PRIMARY KEY ("i d", "naïve,""n"""))`);
  await shop.client.query(
    `INSERT INTO "S'1.x"."Grö/ße ""q"" %" SELECT i, E'it''s \\\\ ' || i % 3, i, -i, true FROM generate_series(1, 100) i`,
  );
  await world.run(options({ schemas: [{ name: "S'1.x" }], chunkRows: 30, partition: "none" }));
  const [first] = await world.keys();
  assert.match(first ?? "", /^warehouse\/S%271%2Ex\.Grö%2Fße%20%22q%22%20%25\/run=[^/]+\/part-00001\.parquet$/);
  const table = "s_1_x_gro__e__q___";
  const columns = world.catalog.table("default", table)?.definition.storageDescriptor?.columns;
  assert.deepEqual(
    columns?.map(({ name }) => name),
    ["i d", 'naïve,"n"', "id", "id_2", "$$;--"],
  );
  const rows = await world.rows(`SELECT count(*), sum("id"), sum("id_2"), max("naïve,""n""") FROM ${table}`);
  assert.deepEqual(rows, [[100, 5050, -5050, "it's \\ 2"]]);
});

exportJourney(
  "columns, where and a condition with a comment choose what is exported",
  async ({ shop, world, options }) => {
    await shop.client.query(ORDERS);
    const tables = [
      { name: "orders", columns: ["total", "id"], where: "id % 2 = 0 -- even", tableName: "even_orders" },
    ];
    await world.run(options({ tables, chunkRows: 100, partition: "none", format: "csv", compression: "none" }));
    const text = (await readObject(world, "part-00001.csv")).toString();
    assert.equal(text.slice(0, 30), "total,id\n0.02,2\n0.04,4\n0.06,6\n");
    assert.deepEqual(await world.rows("SELECT count(*), min(id), max(id) FROM even_orders"), [[500, 2, 1000]]);
  },
);

exportJourney("a cursor takes each row once, and each run is a partition", async ({ shop, world, options }) => {
  await shop.client.query(ORDERS);
  const all = options({ tables: [{ name: "orders", cursor: { column: "placed" } }], chunkRows: 400 });
  const totals = "SELECT count(*), count(DISTINCT id), count(DISTINCT run) FROM public_orders";
  assert.equal((await world.run(all)).counters.rowsExported, 1000);
  assert.equal((await world.run(all)).counters.rowsExported, 0);
  assert.deepEqual(await world.rows(totals), [[1000, 1000, 1]]);
  await shop.client.query(
    "INSERT INTO orders SELECT i, 'new', 1, timestamptz '2027-01-01' + i * interval '1 s' FROM generate_series(2001, 2500) i",
  );
  await shop.client.query("UPDATE orders SET placed = '2028-01-01' WHERE id = 7");
  assert.equal((await world.run(all)).counters.rowsExported, 501);
  assert.deepEqual(await world.rows(totals), [[1501, 1500, 2]]);
  const late = { column: "placed", lagSeconds: 3600 };
  await shop.client.query("INSERT INTO orders VALUES (9001, 'late', 1, '2028-06-01'), (9002, 'null', 1, NULL)");
  assert.equal((await world.run(options({ tables: [{ name: "orders", cursor: late }] }))).counters.rowsExported, 0);
  const other = options({ tables: [{ name: "orders", cursor: { column: "id" } }] });
  await assert.rejects(world.run(other), { code: "invalid", message: /exported by its column placed so far/ });
});

exportJourney(
  "a run takes the place of the one before, of its date or altogether",
  async ({ shop, world, options }) => {
    await shop.client.query(ORDERS);
    const day = (number: number) => ({ occasion: Date.UTC(2026, 10, number) });
    const dated = options({ tables: [{ name: "orders" }] });
    for (const number of [22, 23, 23]) await world.run(dated, day(number));
    assert.deepEqual(await world.rows("SELECT dt, count(*) FROM public_orders GROUP BY dt ORDER BY dt"), [
      ["2026-11-22", 1000],
      ["2026-11-23", 1000],
    ]);
    assert.equal((await world.keys()).length, 3, "the run that was replaced is kept");
    const whole = options({
      tables: [{ name: "orders", tableName: "o" }],
      partition: "none",
      replaced: "delete",
      prefix: "w/",
    });
    await world.run(whole, day(22));
    await shop.client.query("DELETE FROM orders WHERE id > 10; ALTER TABLE orders DROP COLUMN customer");
    await world.run(whole, day(23));
    assert.deepEqual(await world.rows("SELECT * FROM o WHERE id = 1"), [[1, "0.01", "2025-12-31 23:01:00.000"]]);
    assert.equal((await world.keys("w/")).length, 1, "the run that was replaced is gone");
    assert.equal((await world.keys("warehouse/")).length, 3);
  },
);

exportJourney("a table that was not made by this job is left alone", async ({ shop, world, options }) => {
  await shop.client.query(ORDERS);
  await world.catalog.createDatabase({ name: "mine" });
  await world.catalog.createTable("mine", { name: "public_orders" });
  const all = options({ tables: [{ name: "orders" }], database: "mine" });
  await assert.rejects(world.run(all), { code: "invalid", message: /mine\.public_orders was not made by an export/ });
  assert.deepEqual(await world.keys(), []);
  await world.run(options({ tables: [{ name: "orders" }] }));
  const overtaken = world.run(options({ tables: [{ name: "orders", tableName: "soon" }] }), {
    // The plan is made and nothing is read yet.
    onLine: (line) => void (line.startsWith("Run ") && world.catalog.createTable("default", { name: "soon" })),
  });
  await assert.rejects(overtaken, { code: "invalid", message: /default\.soon was not made by an export/ });
  await world.run(options({ tables: [{ name: "orders" }], chunkRows: 600 }));
  assert.ok(world.lines.some((line) => /stay unpublished: Table default\.soon/.test(line)));
  assert.deepEqual(await world.rows("SELECT count(*) FROM public_orders"), [[1000]]);
  const stranger = world.run(options({ tables: [{ name: "orders" }] }), { jobName: "weekly" });
  await assert.rejects(stranger, { code: "invalid", message: /belongs to the job nightly/ });
});

exportJourney(
  "long texts, single columns of nulls and partitioned tables come whole",
  async ({ shop, world, options }) => {
    await shop.client.query("CREATE TABLE long (id int PRIMARY KEY, body text); CREATE TABLE lonely (x text)");
    await shop.client.query(
      "INSERT INTO long VALUES (1, repeat('ü', 5000000)), (2, 'short'); INSERT INTO lonely VALUES (NULL), (''), (NULL), ('a')",
    );
    await shop.client.query("CREATE TABLE parts (id int PRIMARY KEY) PARTITION BY RANGE (id)");
    await shop.client.query(
      "CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (50); CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (50) TO (1000)",
    );
    await shop.client.query("INSERT INTO parts SELECT generate_series(0, 99)");
    const { counters } = await world.run(options({ schemas: [{ name: "public" }], chunkRows: 30 }));
    assert.equal(counters.tablesExported, 3, "partitions are no tables of their own");
    assert.deepEqual(await world.rows("SELECT id, length(body) FROM public_long ORDER BY id"), [
      [1, 5_000_000],
      [2, 5],
    ]);
    assert.deepEqual(await world.rows("SELECT count(*), count(x) FROM public_lonely"), [[4, 2]]);
    assert.deepEqual(await world.rows("SELECT count(*), sum(id) FROM public_parts"), [[100, 4950]]);
  },
);
