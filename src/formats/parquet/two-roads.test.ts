import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { readParquet, showParquet } from "../../../test/fakes/parquet.ts";
import { temporaryScratch } from "../../../test/fakes/scratch.ts";
import { AWKWARD_VALUES } from "../../../test/readers/awkward-values.ts";
import { packRecords } from "../../model/records.ts";
import type { Column, ColumnType, Schema } from "../../model/schema/column-type.ts";
import { formatHiveType, parseHiveType } from "../../model/schema/hive-type.ts";
import type { JsonObject } from "../../std/json.ts";
import type { EncodeReject } from "../format.ts";
import { dateText, decimalText, timestampText } from "../rows/cell-text.ts";
import { type JsonRowOptions, jsonRowReader } from "../rows/json-rows.ts";
import type { Cell, MapCell, Row, TimestampCell } from "../rows/row.ts";
import { parquetFormat } from "./parquet-format.ts";
import { RecordProof } from "./prove-record.ts";
import { Spellings } from "./spellings.ts";

/**
 * Whatever comes, an object holds the rows of the row reader, in their order, and its report the records that have none.
 * Both roads are walked: what the proof lets pass and what it does not. Values are made to lie where the two could part.
 */

const OPENX: JsonRowOptions = { convertDots: false, caseInsensitive: true, columnToKey: {}, engine: "openx" };
const scratch = temporaryScratch();

const TYPES = [
  "boolean",
  "tinyint",
  "smallint",
  "int",
  "bigint",
  "float",
  "double",
  "decimal(10,0)",
  "decimal(18,4)",
  "decimal(38,10)",
  "string",
  "varchar(5)",
  "char(4)",
  "binary",
  "timestamp",
  "date",
  "array<int>",
  "array<struct<a:string,b:timestamp>>",
  "map<string,double>",
  "map<int,string>",
  "struct<a:int,b:struct<c:decimal(6,2),d:array<date>>>",
];

const scalar = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...AWKWARD_VALUES) },
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc.maxSafeInteger().map(String),
  fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }).map(String),
  fc.string({ unit: "grapheme" }).map((value) => JSON.stringify(value)),
  fc
    .date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true })
    .map((at) => `"${at.toISOString()}"`),
);

function anyValue(type: ColumnType): fc.Arbitrary<string> {
  const fitting = fittingValue(type);
  return fc.oneof({ weight: 4, arbitrary: fitting }, { weight: 1, arbitrary: scalar });
}

function fittingValue(type: ColumnType): fc.Arbitrary<string> {
  switch (type.kind) {
    case "array":
      return fc.array(anyValue(type.element), { maxLength: 3 }).map((elements) => `[${elements.join(" ,")}]`);
    case "map": {
      const key =
        type.key.kind === "string"
          ? fc.constantFrom('"a"', '"B"', '"b"', '"é\\n"')
          : fc.constantFrom('"1"', '"-20"', '"1.0"', '"x"');
      return objectOf(fc.array(fc.tuple(key, anyValue(type.value)), { maxLength: 2 }));
    }
    case "struct":
      return recordOf(type.fields);
    case "boolean":
      return fc.constantFrom("true", "false");
    case "string":
    case "varchar":
    case "char":
      return fc.string({ unit: "grapheme", maxLength: 6 }).map((text) => JSON.stringify(text));
    default:
      return scalar;
  }
}

function objectOf(members: fc.Arbitrary<(readonly [string, string])[]>): fc.Arbitrary<string> {
  const spaces = fc.constantFrom("", "", "", " ", "\t", "\n", " \r\n");
  return fc
    .tuple(members, spaces, spaces)
    .map(([all, a, b]) => `{${a}${all.map(([key, value]) => `${key}${b}:${a}${value}`).join(`${b},${a}`)}${b}}`);
}

/** Mostly each field once under its own name; sometimes missing, twice, spelled otherwise, or beside what nobody asked for. */
function recordOf(fields: readonly Column[]): fc.Arbitrary<string> {
  const members = fields.map(({ name, type }) => {
    const key = fc.oneof(
      { weight: 12, arbitrary: fc.constant(`"${name}"`) },
      fc.constantFrom(`"${name.toUpperCase()}"`, `"\\u00${name.charCodeAt(0).toString(16)}${name.slice(1)}"`),
    );
    const once = fc.tuple(key, anyValue(type)).map((member) => [member]);
    return fc.oneof(
      { weight: 20, arbitrary: once },
      { weight: 3, arbitrary: fc.constant([]) },
      fc.tuple(once, once).map(([a, b]) => [...a, ...b]),
    );
  });
  const other = fc.tuple(fc.constantFrom('"other"', '"o2"', '""', '"\\u0001"'), scalar).map((member) => [member]);
  const extra = fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    other,
    fc.constant([['"deep"', '[[{"a":[{}]}],"x",{"b":1}]']] as [string, string][]),
  );
  return objectOf(fc.tuple(...members, extra).map((all) => all.flat() as [string, string][]));
}

function lineOf(columns: readonly Column[]): fc.Arbitrary<Buffer> {
  const one = recordOf(columns);
  const noise = fc.constantFrom(
    "",
    " \n",
    "x",
    "[]",
    "1",
    '"a"',
    "{",
    "}",
    '{"c0":',
    "{}",
    "{}{}",
    "\u{feff}{}",
    "{} \0",
  );
  const several = fc.array(one, { minLength: 2, maxLength: 3 }).map((all) => all.join(""));
  const cut = fc.tuple(one, fc.nat()).map(([text, at]) => text.slice(0, at % (text.length + 1)));
  const text = fc.oneof(
    { weight: 12, arbitrary: one },
    noise,
    several,
    cut,
    one.map((line) => `  ${line}\r\n`),
  );
  const broken = one.map((line) => Buffer.concat([Buffer.from(line.slice(0, -1)), Buffer.from([0xc3, 0x7d])]));
  return fc.oneof({ weight: 30, arbitrary: text.map((line) => Buffer.from(line)) }, broken);
}

const cases = fc
  .array(fc.constantFrom(...TYPES), { minLength: 1, maxLength: 5 })
  .map((types) => types.map((type, place) => ({ name: `c${place}`, type: parseHiveType(type) })))
  .chain((columns) => fc.tuple(fc.constant(columns), fc.array(lineOf(columns), { maxLength: 40 })));

for (const engine of ["openx", "hive"] as const) {
  test(`${engine}: rows in the file are those of the row reader, and rows in are rows out and rejects`, async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ([columns, records]) =>
        sameOnBothRoads({ columns }, { ...OPENX, engine }, records),
      ),
      { numRuns: 60, ...(process.env.FC_SEED && { seed: Number(process.env.FC_SEED) }) },
    );
  });
}

test("each type alone, over every awkward value and some hundred others", async () => {
  for (const type of TYPES) {
    const columns = [{ name: "c0", type: parseHiveType(type) }];
    await sameOnBothRoads(
      { columns },
      OPENX,
      AWKWARD_VALUES.map((value) => Buffer.from(`{"c0":${value}}`)),
    );
    const records = fc.sample(lineOf(columns), { numRuns: 400, seed: 11 });
    await sameOnBothRoads({ columns }, OPENX, records);
  }
});

test("the proof takes what streams usually carry", () => {
  const columns = [
    "string",
    "bigint",
    "double",
    "boolean",
    "timestamp",
    "decimal(10,2)",
    "array<string>",
    "struct<a:int>",
  ];
  const schema = { columns: columns.map((type, place) => ({ name: `c${place}`, type: parseHiveType(type) })) };
  const reader = jsonRowReader(schema, OPENX);
  const proof = new RecordProof(schema, OPENX, new Spellings(schema.columns, (key) => reader.columnOf(key)));
  const line = (value: object) => Buffer.from(`${JSON.stringify(value)}\n${" ".repeat(64)}`);
  const proves = (value: object) => proof.proves(line(value), 0, line(value).length - 65);
  const usual = {
    C0: "é\n",
    c1: 5,
    c2: 1.25,
    C3: true,
    c4: "2026-03-01T00:00:00.000Z",
    c5: 84.51,
    c6: ["x"],
    c7: { a: 1 },
  };
  assert.equal(proves(usual), true);
  assert.equal(proves({ ...usual, c4: 1767225600, c0: undefined, more: [usual] }), true);
  assert.equal(proves({ ...usual, c4: 1767225600123, c1: null }), true);
  assert.equal(proves({ ...usual, c1: 1.5 }), false);
  assert.equal(proves({ ...usual, c0: "two", C0: "spellings" }), false);
});

async function sameOnBothRoads(schema: Schema, json: JsonRowOptions, records: readonly Buffer[]): Promise<void> {
  const reader = jsonRowReader(schema, json);
  const expected = records.map((record) => reader.read(record));
  const { object, rejects } = await encode(schema, json, records);
  const rejected = expected.flatMap(({ reject }, index) =>
    reject === undefined ? [] : [{ index, bytes: records[index], ...reject }],
  );
  assert.deepEqual(rejects, rejected);
  const path = await scratch.path("read.parquet");
  writeFileSync(path, object);
  const shown = await showParquet(path);
  const rows = expected.flatMap(({ rows }) => rows ?? []);
  assert.deepEqual(
    shown,
    rows.map((row) => shownRow(row, schema.columns)),
    schema.columns.map(({ type }) => formatHiveType(type)).join(),
  );
  assert.equal((await readParquet(object)).length, rows.length);
}

async function encode(schema: Schema, json: JsonRowOptions, records: readonly Buffer[]) {
  const chunks: Buffer[] = [];
  const encoder = parquetFormat.open({
    options: { schema, json } as unknown as JsonObject,
    compression: { type: "none" },
    seed: "",
    sink: { write: async (more) => void chunks.push(Buffer.concat(more)) },
    scratch,
  });
  for (const record of records) encoder.add(packRecords([record]));
  const { rejects }: { rejects: readonly EncodeReject[] } = await encoder.finish();
  return { object: Buffer.concat(chunks), rejects };
}

function shownRow(row: Row, columns: readonly Column[]): Record<string, unknown> {
  return Object.fromEntries(columns.map(({ name, type }, place) => [name, shownCell(row[place] ?? null, type)]));
}

function shownCell(cell: Cell, type: ColumnType): unknown {
  if (cell === null) return null;
  switch (type.kind) {
    case "bigint":
      return String(cell);
    case "float":
    case "double":
      return Number.isFinite(cell as number) ? cell : String(cell);
    case "decimal":
      return decimalText(cell as bigint, type.scale);
    case "date":
      return dateText(cell as number);
    case "timestamp": {
      const { epochSeconds, nanos } = cell as TimestampCell;
      return timestampText({ epochSeconds, nanos: Math.floor(nanos / 1000) * 1000 });
    }
    case "binary":
      return [...(cell as Buffer)].map(shownByte).join("");
    case "array":
      return (cell as Row).map((element) => shownCell(element, type.element));
    case "map": {
      const { keys, values } = cell as MapCell;
      return keys.map((key, place) => ({
        key: shownCell(key, type.key),
        value: shownCell(values[place] ?? null, type.value),
      }));
    }
    case "struct":
      return shownRow(cell as Row, type.fields);
    default:
      return cell;
  }
}

function shownByte(byte: number): string {
  const text = String.fromCharCode(byte);
  const plain = byte >= 0x20 && byte <= 0x7e && !`'"\\`.includes(text);
  return plain ? text : `\\x${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}
