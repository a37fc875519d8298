import assert from "node:assert/strict";
import { test } from "node:test";
import { formatHiveType } from "../../../model/schema/hive-type.ts";
import { mapColumn, type SourceType, selectedColumn } from "./column-mapping.ts";

const builtIn = (name: string, rest: Partial<SourceType> = {}): SourceType => {
  return { name, builtIn: true, kind: "b", category: "U", modifier: -1, ...rest };
};

const mapped = (type: SourceType) => {
  const { type: hive, reading } = mapColumn(type);
  return `${formatHiveType(hive)} ${reading}`;
};

/** As PostgreSQL packs it. */
const numeric = (precision: number, scale: number) =>
  builtIn("numeric", { modifier: ((precision << 16) | (scale & 0x7ff)) + 4 });

test("mapColumn gives each type that Hive has its own", () => {
  const expected = {
    bool: "boolean plain",
    int2: "smallint plain",
    int4: "int plain",
    int8: "bigint plain",
    oid: "bigint plain",
    float4: "float plain",
    float8: "double plain",
    date: "date plain",
    timestamp: "timestamp plain",
    timestamptz: "timestamp utc",
    bytea: "binary bytes",
    uuid: "string plain",
    time: "string plain",
    interval: "string plain",
    jsonb: "string plain",
    inet: "string plain",
  };
  for (const [name, hive] of Object.entries(expected)) assert.equal(mapped(builtIn(name)), hive, name);
});

test("mapColumn keeps every digit of a numeric, as a decimal or as text", () => {
  assert.equal(mapped(numeric(10, 2)), "decimal(10,2) plain");
  assert.equal(mapped(numeric(38, 38)), "decimal(38,38) plain");
  assert.equal(mapped(builtIn("numeric")), "string plain", "without a precision");
  assert.equal(mapped(numeric(39, 0)), "string plain", "more digits than a decimal has");
  assert.equal(mapped(numeric(5, -2)), "string plain", "rounded to hundreds");
  assert.equal(mapped(numeric(2, 5)), "string plain", "more digits behind the point than in all");
});

test("mapColumn makes JSON of what has parts, and text of what somebody made", () => {
  assert.equal(mapped(builtIn("_int4", { category: "A" })), "string json");
  assert.equal(mapped({ name: "address", builtIn: false, kind: "c", category: "C", modifier: -1 }), "string json");
  assert.equal(mapped({ name: "int4", builtIn: false, kind: "e", category: "E", modifier: -1 }), "string plain");
});

test("selectedColumn quotes names", () => {
  assert.equal(selectedColumn('a"b', "plain", "csv"), '"a""b"');
  assert.equal(selectedColumn("at", "utc", "csv"), `"at" AT TIME ZONE 'UTC'`);
  assert.equal(selectedColumn("b", "bytes", "parquet"), `encode("b", 'hex')`);
  assert.equal(selectedColumn("b", "bytes", "csv"), `translate(encode("b", 'base64'), E'\\n', '')`);
  assert.equal(selectedColumn("tags", "json", "csv"), `to_json("tags")::text`);
});
