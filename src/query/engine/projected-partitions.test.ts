import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type QueryWorld, queryWorld } from "../../../test/fakes/query-world.ts";
import { projectedValues } from "./projection-key.ts";

let world: QueryWorld;
before(async () => {
  world = await queryWorld();
});
after(() => world.close());

const JSON_TABLE = "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'";

function valuesOf(properties: Readonly<Record<string, string>>, named?: readonly string[]): readonly string[] {
  const parameters = new Map(Object.entries(properties).map(([name, value]) => [`projection.k.${name}`, value]));
  const nowMs = Date.parse("2026-03-01T12:30:00Z");
  return [...projectedValues({ key: "k", parameters, table: "db.t", nowMs, named: () => named })];
}

test("values of an enumeration, of whole numbers, and those that a query names", () => {
  assert.deepEqual(valuesOf({ type: "enum", values: "a, b,c" }), ["a", "b", "c"]);
  assert.deepEqual(valuesOf({ type: "INTEGER", range: "-1,3", interval: "2", digits: "3" }), ["-001", "001", "003"]);
  assert.deepEqual(valuesOf({ type: "injected" }, ["x"]), ["x"]);
});

test("dates go in steps of their interval, up to now where the range says so", () => {
  const date = { type: "date", format: "yyyy/MM/dd" };
  assert.deepEqual(valuesOf({ ...date, range: "2026/02/27,NOW" }), ["2026/02/27", "2026/02/28", "2026/03/01"]);
  assert.deepEqual(valuesOf({ ...date, range: "NOW-2DAYS,NOW-1DAYS" }), ["2026/02/27", "2026/02/28"]);
  const hours = { type: "date", format: "yyyy-MM-dd-HH", interval: "6", "interval.unit": "HOURS" };
  assert.deepEqual(valuesOf({ ...hours, range: "2026-02-28-12,2026-03-01-00" }), [
    "2026-02-28-12",
    "2026-02-28-18",
    "2026-03-01-00",
  ]);
  const ends = { ...date, format: "yyyyMMdd", "interval.unit": "MONTHS", interval: "1" };
  assert.deepEqual(valuesOf({ ...ends, range: "20250131,20250401" }), ["20250131", "20250228", "20250331"]);
  assert.deepEqual(valuesOf({ type: "date", format: "yyyy-MM", range: "2025-11,NOW-1MONTH" }), [
    "2025-11",
    "2025-12",
    "2026-01",
    "2026-02",
  ]);
});

test("properties that make no sense are named", () => {
  const wrong: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
    [{}, /projection\.k\.type to be a value, got none/],
    [{ type: "list" }, /to be enum, integer, date or injected, got list/],
    [{ type: "integer", range: "1" }, /two whole numbers/],
    [{ type: "integer", range: "1,2", interval: "0" }, /above 0/],
    [{ type: "date", range: "2020,NOW" }, /format to be a value/],
    [{ type: "date", format: "yyyy-MM-dd", range: "yesterday,NOW" }, /two dates/],
    [{ type: "date", format: "yyyy-MM-dd-HH", range: "NOW-1DAY,NOW" }, /an interval and its unit/],
    [{ type: "date", format: "QQ", range: "01,02" }, /./],
    [{ type: "date", format: "yyyy", range: "NOW-1CENTURIES,NOW" }, /SECONDS, MINUTES/],
    [{ type: "injected" }, /has to name its values with = or IN/],
  ];
  for (const [properties, message] of wrong) {
    assert.throws(() => valuesOf(properties), { code: "data", message }, JSON.stringify(properties));
  }
});

test("a query reads the projected partitions that it may need, which the catalog does not know", async () => {
  await world.run(`CREATE EXTERNAL TABLE logs (id int) PARTITIONED BY (region string, day string) ${JSON_TABLE}
    LOCATION 's3://lake/logs/' TBLPROPERTIES ('projection.enabled'='true',
    'projection.region.type'='enum', 'projection.region.values'='eu,us',
    'projection.day.type'='date', 'projection.day.format'='yyyy/MM/dd', 'projection.day.range'='2000/01/01,NOW',
    'storage.location.template'='s3://lake/logs/\${region}/\${day}/')`);
  await world.put("lake", "logs/eu/2020/01/02/a", '{"id":1}\n');
  await world.put("lake", "logs/us/2020/01/02/a", '{"id":2}\n');
  await world.put("lake", "logs/us/2020/01/03/a", '{"id":3}\n');
  await world.put("lake", "logs/asia/2020/01/03/a", '{"id":4}\n');
  const read = await world.run("SELECT id, region, day FROM logs WHERE day = '2020/01/02' ORDER BY id");
  assert.deepEqual(read.rows, [
    [1, "eu", "2020/01/02"],
    [2, "us", "2020/01/02"],
  ]);
  assert.equal(read.statistics.partitionsRead, 2);
  const ranged = "SELECT sum(id) FROM logs l WHERE l.day BETWEEN '2020/01/01' AND '2020/01/31' AND region <> 'eu'";
  const { rows, statistics } = await world.run(ranged);
  assert.deepEqual([rows, statistics.partitionsRead, statistics.files], [[[5]], 31, 2]);
});

test("injected values come from the query, in Hive's layout where there is no template", async () => {
  await world.run(`CREATE EXTERNAL TABLE devices (id int) PARTITIONED BY (device string) ${JSON_TABLE}
    LOCATION 's3://lake/devices' TBLPROPERTIES ('projection.enabled'='TRUE', 'projection.device.type'='injected')`);
  await world.put("lake", "devices/device=a b/x", '{"id":1}\n');
  await world.put("lake", "devices/device=c/x", '{"id":2}\n');
  const rowsOf = async (where: string) => (await world.run(`SELECT id FROM devices WHERE ${where} ORDER BY 1`)).rows;
  assert.deepEqual(await rowsOf("device = 'a b'"), [[1]]);
  assert.deepEqual(await rowsOf("device IN ('a b', 'c', 'none') AND id > 1"), [[2]]);
  assert.deepEqual(await rowsOf("device = 'c' OR (device = 'a b' AND id = 1)"), [[1], [2]]);
  await assert.rejects(rowsOf("device > 'a'"), { message: /devices: partition key device is injected/ });
  await assert.rejects(world.run("SELECT * FROM devices"), { code: "data" });
});

test("ranges without an end are a limit, not a wait", async () => {
  await world.run(`CREATE EXTERNAL TABLE endless (id int) PARTITIONED BY (n bigint) ${JSON_TABLE} LOCATION 's3://lake/endless/'
    TBLPROPERTIES ('projection.enabled'='true', 'projection.n.type'='integer', 'projection.n.range'='0,9007199254740991')`);
  await assert.rejects(world.run("SELECT * FROM endless WHERE n = -1"), { code: "limit-exceeded" });
  await assert.rejects(world.run("SELECT * FROM endless"), { code: "limit-exceeded" });
});
