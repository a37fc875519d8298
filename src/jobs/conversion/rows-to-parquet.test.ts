import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import { type QueryWorld, queryWorld } from "../../../test/fakes/query-world.ts";
import { rewritingRun } from "../../../test/fakes/rewriting-run.ts";
import { encodeObject } from "../../../test/readers/encode-object.ts";
import { foreignColumns, foreignTable } from "../../../test/readers/foreign-tables.ts";
import { sequenceFileFormat } from "../../formats/sequence-file/sequence-file-format.ts";
import { formatHiveType } from "../../model/schema/hive-type.ts";
import { TableConversion } from "./convert-table.ts";

const FOREIGN_COLUMNS = foreignColumns.map(({ name, type }) => `\`${name}\` ${formatHiveType(type)}`).join(", ");

function convert(world: QueryWorld, batchBytes = 10_000_000, run = rewritingRun(world)) {
  const target = { targetDatabase: "default", targetTable: "target", targetLocation: "s3://lake/target/" };
  const settings = { database: "default", table: "source", partition: {}, compression: "zstd" as const, ageMsMin: 0 };
  return new TableConversion({ ...settings, ...target, batchBytes }, run).convert();
}

async function worldWith(t: TestContext, create: string, files: Files) {
  const world = await queryWorld();
  t.after(() => world.close());
  await world.run(`CREATE EXTERNAL TABLE source ${create} LOCATION 's3://lake/source/'`);
  for (const [name, content] of Object.entries(files)) await world.put("lake", `source/${name}`, content);
  return world;
}

type Files = Readonly<Record<string, string | Buffer>>;

const rowsOf = async (world: QueryWorld, table: string) =>
  (await world.run(`SELECT * FROM ${table}`)).rows.map((row) => JSON.stringify(row)).sort();

const LAZY = "ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\t' COLLECTION ITEMS TERMINATED BY ','";
const SEQUENCE =
  "STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.SequenceFileInputFormat' OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveSequenceFileOutputFormat'";

const KINDS: readonly {
  readonly name: string;
  readonly create: string;
  readonly files: () => Files | Promise<Files>;
  readonly rows: number;
}[] = [
  {
    name: "CSV with quotes, header and gzip",
    create:
      "(id bigint, note string, price decimal(6,2)) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' TBLPROPERTIES ('skip.header.line.count'='1')",
    files: () => ({
      "a.csv": 'id,note,price\n1,"a, ""b""\nc",1.50\n2,,\n',
      "b.csv.gz": gzipSync('id,note,price\n3,x,nothing\n"4","é",99\n'),
    }),
    rows: 4,
  },
  {
    name: "TSV with lists and Hive's null",
    create: `(id int, tags array<string>, seen timestamp) ${LAZY}`,
    files: () => ({ a: "1\tx,y\t2026-01-02 03:04:05.678\n\\N\t\\N\t\\N\n", b: "3\n4\tz\t2026-01-02 03:04:05\textra" }),
    rows: 4,
  },
  {
    name: "lines of a pattern",
    create:
      "(host string, status int) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe' WITH SERDEPROPERTIES ('input.regex'='(\\\\S+) (\\\\d+)')",
    files: () => ({ a: "h1 200\nwhat is this\nh2 404\n" }),
    rows: 3,
  },
  {
    name: "ORC",
    create: `(${FOREIGN_COLUMNS}) STORED AS ORC`,
    files: () => ({ a: foreignTable("zlib.orc"), b: foreignTable("lz4-v1-dictionary.orc") }),
    rows: 0,
  },
  {
    name: "Avro",
    create: `(${FOREIGN_COLUMNS}) STORED AS AVRO`,
    files: () => ({ a: foreignTable("deflate.avro"), b: foreignTable("zstandard.avro") }),
    rows: 0,
  },
  {
    name: "JSON in a SequenceFile",
    create: `(id int, note string) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' ${SEQUENCE}`,
    files: async () => {
      const values = ['{"id":1,"note":"x"}', '{"Id":2}\n'];
      return { a: (await encodeObject(sequenceFileFormat, [values], {})).object };
    },
    rows: 2,
  },
];

for (const { name, create, files, rows } of KINDS) {
  test(`convert() makes Parquet of ${name}: queries see the same rows`, async (t) => {
    const all = await files();
    const world = await worldWith(t, create, all);
    const before = await rowsOf(world, "source");
    assert.ok(before.length > 0 && (rows === 0 || before.length === rows), `${before.length} rows`);
    const { filesConverted, rowsWritten, recordsRead } = await convert(world);
    assert.deepEqual(
      [filesConverted, rowsWritten, recordsRead],
      [Object.keys(all).length, before.length, before.length],
    );
    assert.deepEqual(await rowsOf(world, "target"), before);
    assert.equal((await convert(world)).filesConverted, 0);
    assert.deepEqual(await rowsOf(world, "target"), before);
  });
}

test("convert() writes Parquet anew, with the columns and types that the table declares", async (t) => {
  const world = await queryWorld();
  t.after(() => world.close());
  await world.run(
    "CREATE TABLE made WITH (external_location = 's3://lake/source/') AS SELECT 1 AS ID, 'x' AS note UNION ALL SELECT 2, NULL",
  );
  await world.run(
    "CREATE EXTERNAL TABLE source (note string, id bigint, later double) STORED AS PARQUET LOCATION 's3://lake/source/'",
  );
  const before = await rowsOf(world, "source");
  assert.equal((await convert(world)).rowsWritten, 2);
  assert.deepEqual(await rowsOf(world, "target"), before);
  const { columns } = await world.run("SELECT * FROM target");
  assert.deepEqual(
    columns.map(({ name, type }) => `${name} ${type}`),
    ["note varchar", "id bigint", "later double"],
  );
});

test("convert() leaves files alone that are damaged or have values of another type, and takes the others", async (t) => {
  const orc = foreignTable("zlib.orc");
  const kinds: readonly (readonly [string, Buffer, Buffer, RegExp])[] = [
    ["(tiny tinyint) STORED AS ORC", orc, orc.subarray(0, orc.length - 40), /source\/b is left as it is/],
    [
      "(text int) STORED AS PARQUET",
      await parquetOf("7"),
      await parquetOf("seven"),
      /source\/b is left as it is.*seven/,
    ],
    ["(text int) STORED AS PARQUET", await parquetOf("7"), Buffer.from("PAR1 no more"), /source\/b is left as it is/],
  ];
  for (const [create, good, bad, line] of kinds) {
    const world = await worldWith(t, create, { a: good, b: bad, c: good });
    const run = rewritingRun(world);
    const { filesConverted, filesLeftAlone, rowsWritten = 0 } = await convert(world, undefined, run);
    assert.deepEqual([filesConverted, filesLeftAlone], [2, 1], create);
    assert.ok(rowsWritten > 0);
    assert.ok(
      run.lines.some((text) => line.test(text) && !text.includes(world.root)),
      run.lines.join("\n"),
    );
    assert.equal((await rowsOf(world, "target")).length, rowsWritten);
  }
});

async function parquetOf(text: string): Promise<Buffer> {
  const world = await queryWorld();
  try {
    await world.run(`CREATE TABLE t WITH (external_location = 's3://lake/t/') AS SELECT '${text}' AS text`);
    const store = world.storeFor("lake");
    for await (const { key } of store.list("lake", { prefix: "t/" })) {
      const chunks: Buffer[] = [];
      for await (const chunk of await store.get("lake", key)) chunks.push(chunk);
      return Buffer.concat(chunks);
    }
    throw new Error("CREATE TABLE AS makes a file");
  } finally {
    await world.close();
  }
}
