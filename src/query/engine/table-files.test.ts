import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { type QueryWorld, queryWorld } from "../../../test/fakes/query-world.ts";
import { encodeObject } from "../../../test/readers/encode-object.ts";
import { foreignColumns, foreignTable } from "../../../test/readers/foreign-tables.ts";
import { LOG_PATTERNS } from "../../catalog/crawler/log-sample.ts";
import { sequenceFileFormat } from "../../formats/sequence-file/sequence-file-format.ts";
import { formatHiveType } from "../../model/schema/hive-type.ts";
import { QueryError } from "../query-error.ts";

let world: QueryWorld;
before(async () => {
  world = await queryWorld();
});
after(() => world.close());

const fixture = (name: string) => readFileSync(new URL(`../../../test/fixtures/crawler/${name}`, import.meta.url));

async function rows(sql: string): Promise<readonly (readonly unknown[])[]> {
  return (await world.run(sql)).rows;
}

async function fails(sql: string, message: RegExp): Promise<void> {
  await assert.rejects(world.run(sql), (error: unknown) => {
    assert.ok(error instanceof QueryError, String(error));
    assert.match(error.message, message);
    return true;
  });
}

const COLUMNS = foreignColumns.map(({ name, type }) => `\`${name}\` ${formatHiveType(type)}`).join(", ");
const SUMS = `SELECT count(*), sum(steps), sum(mixed), max(outliers), min(wide), sum(price), max(huge), max(length(text)),
  count(DISTINCT city), min("at"), max("day"), sum(cardinality(tags)), sum(counts['k1']), sum(place.zip),
  sum(cardinality(place.names)), count(empty), max(to_hex(raw)), count_if(flag) FROM `;

/** The same rows, as JSON that DuckDB reads without any of our readers. */
async function expectedSums(): Promise<readonly unknown[]> {
  await world.run(
    `CREATE EXTERNAL TABLE expected (${COLUMNS.replace("`raw` binary", "`raw` string")}) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://lake/expected/'`,
  );
  await world.put("lake", "expected/rows", gunzipSync(foreignTable("rows.jsonl.gz")));
  const [found] = await rows(`${SUMS.replace("to_hex(raw)", "replace(raw, '\\x', '')")}expected`);
  return found ?? [];
}

test("ORC and Avro that other programs wrote are tables", async () => {
  const expected = await expectedSums();
  for (const name of ["orc", "avro"]) {
    await world.run(
      `CREATE EXTERNAL TABLE ${name}s (${COLUMNS}) STORED AS ${name.toUpperCase()} LOCATION 's3://lake/${name}s/'`,
    );
  }
  await world.put("lake", "orcs/part", foreignTable("zlib.orc"));
  await world.put("lake", "avros/part", foreignTable("deflate.avro"));
  assert.deepEqual(await rows(`${SUMS}orcs`), [expected]);
  assert.deepEqual(await rows(`${SUMS}avros`), [expected]);
  assert.deepEqual(await rows("SELECT same, tags FROM orcs WHERE steps = 6"), [[7, ["t0", null]]]);
  assert.deepEqual(await rows("SELECT count(*) FROM orcs"), [[400]]);
});

test("columns of ORC may have other types in the table, and be missing", async () => {
  await world.run(
    "CREATE EXTERNAL TABLE changed (steps string, gone map<string,int>, tiny bigint, raw string, place string) STORED AS ORC LOCATION 's3://lake/orcs/'",
  );
  assert.deepEqual(await rows("SELECT steps, gone, tiny, place FROM changed WHERE steps = '3'"), [
    ["3", null, -127, '{"zip":1,"Names":["a"]}'],
  ]);
});

test("a file that is not of its table's format is told by its name", async () => {
  await world.put("far", "wrong/a", "no ORC");
  for (const format of ["ORC", "AVRO"]) {
    await world.run(`CREATE EXTERNAL TABLE wrong_${format} (a int) STORED AS ${format} LOCATION 's3://far/wrong/'`);
    await fails(`SELECT * FROM wrong_${format}`, /s3:\/\/far\/wrong\/a: /);
  }
});

test("a RegexSerDe takes lines apart; lines that do not match are null", async () => {
  const create = (table: string, pattern: string, rest = "") =>
    `CREATE EXTERNAL TABLE ${table} (host string, status int, gone string) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe' WITH SERDEPROPERTIES ('input.regex' = '${pattern}') LOCATION 's3://lake/logs/' ${rest}`;
  await world.put("lake", "logs/a.log", "#comment 7\r\nHost1 200\r\nhost2 x\nhost3 404 more\nhost4 500\n");
  await world.run(create("logs", "([a-z0-9]+) ([0-9]+)", "TBLPROPERTIES ('skip.header.line.count'='1')"));
  assert.deepEqual(await rows("SELECT host, status, gone FROM logs ORDER BY host NULLS LAST"), [
    ["host4", 500, null],
    [null, null, null],
    [null, null, null],
    [null, null, null],
  ]);
  await world.run(create("marked", "^(?!#)(\\\\S+) (\\\\S+)$"));
  assert.deepEqual(await rows("SELECT host, status FROM marked WHERE host IS NOT NULL ORDER BY 1"), [
    ["Host1", 200],
    ["host2", null],
    ["host4", 500],
  ]);
  await world.run(create("looking", "(a)(?=b)"));
  await fails("SELECT * FROM looking", /lookaround \(\?= is not supported/);
});

test("the access logs that the crawler finds are tables", async () => {
  const columns = "host string, identity string, user string, time string, request string, status string, size string";
  const pattern = LOG_PATTERNS.combined.replaceAll("\\", "\\\\");
  await world.run(
    `CREATE EXTERNAL TABLE combined (${columns}, referer string, agent string) ROW FORMAT SERDE 'org.apache.hadoop.hive.contrib.serde2.RegexSerDe' WITH SERDEPROPERTIES ('input.regex' = '${pattern}') LOCATION 's3://lake/combined/'`,
  );
  await world.put("lake", "combined/a", fixture("combined.log"));
  assert.deepEqual((await rows("SELECT host, time, request, status, agent FROM combined"))[0], [
    "192.0.2.7",
    "10/Oct/2000:13:55:36 -0700",
    'GET /a?q=\\"x\\" HTTP/1.1',
    "304",
    "Mozilla/5.0 (X11)",
  ]);
});

test("delimited text has arrays, maps and structs within fields, to any depth", async () => {
  await world.run(
    "CREATE EXTERNAL TABLE nested (id int, tags array<int>, props map<string,int>, place struct<city:string,zip:int>, deep array<struct<a:string,b:array<int>>>) ROW FORMAT DELIMITED FIELDS TERMINATED BY '|' COLLECTION ITEMS TERMINATED BY ',' MAP KEYS TERMINATED BY ':' NULL DEFINED AS 'NIL' LOCATION 's3://lake/nested/'",
  );
  await world.put(
    "lake",
    "nested/a",
    "1|1,NIL,x|a:1,b:NIL,a:3,c|Bonn,53111|u:1\u00042,v\n2|||NIL|\n3|NIL|NIL|Bonn|NIL\n",
  );
  assert.deepEqual(await rows("SELECT * FROM nested ORDER BY id"), [
    [
      1,
      [1, null, null],
      { a: 1, b: null, c: null },
      { city: "Bonn", zip: 53111 },
      [
        { a: "u", b: [1, 2] },
        { a: "v", b: null },
      ],
    ],
    [2, [], {}, null, []],
    [3, null, null, { city: "Bonn", zip: null }, null],
  ]);
});

test("the values of a SequenceFile are lines for the SerDe", async () => {
  const write = async (records: readonly string[], type: "none" | "gzip") =>
    (await encodeObject(sequenceFileFormat, [records], { options: { value: "text" }, compression: { type } })).object;
  const stored =
    "STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.SequenceFileInputFormat' OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveSequenceFileOutputFormat'";
  await world.run(
    `CREATE EXTERNAL TABLE seqjson (id int, note string) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' ${stored} LOCATION 's3://lake/seqjson/'`,
  );
  await world.put("lake", "seqjson/a", await write(['{"Id":1,\n"note":"a"}', '{"id":2,"note":"b"}\n'], "gzip"));
  await world.put("lake", "seqjson/b", await write(['{"id":3}'], "none"));
  assert.deepEqual(await rows("SELECT id, note FROM seqjson ORDER BY id"), [
    [1, "a"],
    [2, "b"],
    [3, null],
  ]);
  await world.run(
    "CREATE EXTERNAL TABLE seqtext (id int, note string) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' STORED AS SEQUENCEFILE LOCATION 's3://lake/seqtext/'",
  );
  await world.put("lake", "seqtext/a", await write(["1,a", "2,b"], "none"));
  assert.deepEqual(await rows("SELECT id, note FROM seqtext ORDER BY id"), [
    [1, "a"],
    [2, "b"],
  ]);
  await world.put("lake", "seqtext/b", await write(["1,a\n2"], "none"));
  await fails("SELECT * FROM seqtext", /line feed inside a value of a SequenceFile is not supported/);
});

test("SerDes and input formats that cannot be read are named", async () => {
  const create = (table: string, serde: string, rest = "") =>
    world.run(
      `CREATE EXTERNAL TABLE ${table} (a string) ROW FORMAT SERDE '${serde}' ${rest} LOCATION 's3://lake/${table}/'`,
    );
  await create("ion", "com.amazon.ionhiveserde.IonHiveSerDe");
  await fails("SELECT * FROM ion", /with the SerDe com.amazon.ionhiveserde.IonHiveSerDe is not supported/);
  await create("grok", "com.amazonaws.glue.serde.GrokSerDe");
  await fails("SELECT * FROM grok", /GrokSerDe is not supported/);
  await create("nopattern", "org.apache.hadoop.hive.serde2.RegexSerDe");
  await fails("SELECT * FROM nopattern", /needs the property input.regex/);
  await create(
    "lzo",
    "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
    "STORED AS INPUTFORMAT 'com.hadoop.mapred.DeprecatedLzoTextInputFormat2' OUTPUTFORMAT 'x'",
  );
  await fails("SELECT * FROM lzo", /the input format com.hadoop.mapred.DeprecatedLzoTextInputFormat2 is not supported/);
});
