import { decimalText } from "../../src/formats/rows/cell-text.ts";
import { jsonRowOptions } from "../../src/formats/rows/json-row-options.ts";
import { jsonRowReader } from "../../src/formats/rows/json-rows.ts";
import type { ArrayCell, Cell, MapCell, TimestampCell } from "../../src/formats/rows/row.ts";
import type { Column, ColumnType } from "../../src/model/schema/column-type.ts";
import { formatHiveType, parseHiveType } from "../../src/model/schema/hive-type.ts";
import { seededRandom } from "../../src/std/random.ts";

/** Columns of every type, nested both ways. */
export const corpusColumns: readonly Column[] = Object.entries({
  flag: "boolean",
  tiny: "tinyint",
  small: "smallint",
  number: "int",
  big: "bigint",
  single: "float",
  double: "double",
  price: "decimal(10,2)",
  huge: "decimal(38,10)",
  text: "string",
  short: "varchar(20)",
  fixed: "char(8)",
  bytes: "binary",
  at: "timestamp",
  day: "date",
  tags: "array<string>",
  matrix: "array<array<int>>",
  counts: "map<string,bigint>",
  place: "struct<city:string,zip:int,at:array<struct<x:double,when:timestamp>>>",
  deep: "map<string,array<struct<name:string,amounts:map<string,decimal(12,3)>>>>",
}).map(([name, type]) => ({ name, type: parseHiveType(type) }));

/** The same as the option of a format. */
export const corpusSchema = {
  columns: corpusColumns.map(({ name, type }) => ({ name, type: formatHiveType(type) })),
};

const EXTREMES: readonly object[] = [
  {},
  { flag: true, tiny: 127, small: 32767, number: 2147483647, big: 0, single: 3.4028234663852886e38, double: 5e-324 },
  { flag: false, tiny: -128, small: -32768, number: -2147483648, single: -1.5, double: -1.7976931348623157e308 },
  { price: "99999999.99", huge: "9999999999999999999999999999.9999999999", text: "", short: "", fixed: "" },
  {
    price: "-0.01",
    huge: "-9999999999999999999999999999.9999999999",
    text: "Grüße 🌊 \u0000 \ud7ff\ue000",
    fixed: "äöü",
  },
  { at: "2262-01-01 00:00:00.000000001", day: "9999-12-31", bytes: "" },
  { at: "1677-09-22 00:00:00.123456789", day: "0001-01-01", bytes: "/wD/AA==" },
  { at: "1969-12-31 23:59:58.999", day: "1969-12-31", tags: [], counts: {}, matrix: [] },
  { at: "1970-01-01 00:00:00", day: "1970-01-01", tags: [null, "", "x"], matrix: [[], null, [1, null, -1]] },
  { at: "1582-10-04 00:00:00".replace("1582", "1882"), day: "1582-10-04", counts: { a: null, "": 1, "🌊": -5 } },
  { place: {}, deep: {} },
  { place: { city: null, at: [] }, deep: { x: null, y: [] } },
  {
    place: { city: "Köln", zip: 50667, at: [null, { x: 0.1 }, { x: -0.5, when: "2001-02-03 04:05:06.7" }] },
    deep: { x: [null, { name: "n" }, { amounts: { eur: "1.005", none: null } }] },
  },
];

/** Integers as they are written in the record: JSON numbers of JavaScript would lose digits. */
const LARGE_TEXTS = ['{"big":9223372036854775807,"text":"max"}', '{"big":-9223372036854775808,"text":"min"}'];

/** Records by number: extremes first, then ordinary ones, every seventh of them with a long text. */
export function corpusRecord(index: number): Buffer {
  const extreme = EXTREMES[index];
  if (extreme !== undefined) return Buffer.from(JSON.stringify(extreme));
  return Buffer.from(LARGE_TEXTS[index - EXTREMES.length] ?? JSON.stringify(ordinary(index)));
}

function ordinary(index: number): object {
  const random = seededRandom(index);
  const below = (limit: number) => Math.floor(random.fraction() * limit);
  const maybe = <T>(value: T) => (below(5) === 0 ? null : value);
  return {
    flag: maybe(below(2) === 1),
    tiny: maybe(below(256) - 128),
    small: maybe(below(100)),
    number: index % 600 < 300 ? 7 : maybe(index * 3),
    big: maybe(1_700_000_000_000 + index * 1000 + below(3)),
    single: maybe(below(1000) / 8),
    double: maybe(random.fraction() * 1e6),
    price: maybe((below(1_000_000) / 100).toFixed(2)),
    text: index % 7 === 0 ? "long ".repeat(2000 + index) : maybe(`text ${below(50)}`),
    at: maybe(`20${10 + below(15)}-0${1 + below(9)}-15 0${below(10)}:00:00.${below(1000)}`),
    day: maybe(`19${10 + below(85)}-0${1 + below(9)}-1${below(9)}`),
    tags: maybe(Array.from({ length: below(4) }, (_, place) => `tag ${place}`)),
    counts: maybe(Object.fromEntries(Array.from({ length: below(3) }, (_, place) => [`k${place}`, below(9)]))),
    place: maybe({ city: maybe("Bonn"), zip: below(99_999), at: [{ x: below(9), when: below(2_000_000_000) }] }),
  };
}

const readerOfCorpus = jsonRowReader({ columns: corpusColumns }, jsonRowOptions.parse({}));

/** What every reader has to find of a record of the corpus: a line for each row. */
export function corpusLines(record: Buffer, { columns = corpusColumns, micros = false } = {}): string[] {
  const reader = columns === corpusColumns ? readerOfCorpus : jsonRowReader({ columns }, jsonRowOptions.parse({}));
  const { rows, reject } = reader.read(record);
  if (rows === undefined) throw new Error(`the corpus has a record that is no row: ${reject.message}`);
  return rows.map((row) => JSON.stringify(plainCell(row, { kind: "struct", fields: columns }, micros)));
}

/** The rows that our own readers give as lines of JSON, in the same form: their bytes stand there as `\\xNN`. */
export function ownLines(text: string, columns: readonly Column[] = corpusColumns): string[] {
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.flatMap((line) => {
    const record = line.replaceAll(/"((?:\\\\x[0-9A-F]{2})+)"/g, (_, hex: string) => {
      const bytes = Buffer.from(hex.replaceAll("\\\\x", ""), "hex");
      return JSON.stringify(bytes.toString("base64"));
    });
    return corpusLines(Buffer.from(record), { columns, micros: true });
  });
}

/**
 * A cell in a form that every language writes alike: whole numbers, decimals and doubles (as their bits) as texts,
 * bytes in hexadecimal, times as seconds and nanoseconds (cut to `micros` where a format has no more), structs as arrays,
 * maps as arrays of pairs.
 */
export function plainCell(cell: Cell, type: ColumnType, micros = false): unknown {
  if (cell === null) return null;
  switch (type.kind) {
    case "boolean":
    case "string":
    case "varchar":
      return cell;
    case "char":
      return (cell as string).trimEnd();
    case "float":
    case "double":
      return doubleBits(cell as number);
    case "decimal":
      return decimalText(cell as bigint, type.scale);
    case "binary":
      return (cell as Buffer).toString("hex");
    case "timestamp":
      return plainTime(cell as TimestampCell, micros);
    case "array":
      return (cell as ArrayCell).map((element) => plainCell(element, type.element, micros));
    case "map": {
      const { keys, values } = cell as MapCell;
      return keys.map((key, index) => [
        plainCell(key, type.key, micros),
        plainCell(values[index] ?? null, type.value, micros),
      ]);
    }
    case "struct":
      return type.fields.map((field, index) => plainCell((cell as ArrayCell)[index] ?? null, field.type, micros));
    default:
      return String(cell);
  }
}

function plainTime({ epochSeconds, nanos }: TimestampCell, micros: boolean): string {
  return `${epochSeconds}.${micros ? nanos - (nanos % 1000) : nanos}`;
}

function doubleBits(value: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes.toString("hex");
}
