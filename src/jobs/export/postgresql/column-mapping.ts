import type { ColumnType } from "../../../model/schema/column-type.ts";
import { DECIMAL_PRECISION_MAX } from "../../../model/schema/schema-limits.ts";
import { quotedName } from "../../../std/sql-text.ts";

/**
 * What becomes of a column on its way into the lake.
 *
 * The source sends text, and a value keeps its text unless the lake has a type for it. Types of the lake are Hive's, so
 * that every engine reads them: what Hive has no type for (uuid, time, ranges, addresses, enums) is text as PostgreSQL
 * writes it, arrays and rows are JSON. A numeric without a precision holds any number of digits and is text as well: no
 * decimal holds them all, and a double would change them silently.
 */
export interface MappedColumn {
  readonly type: ColumnType;
  readonly reading: ColumnReading;
}

/** `utc`: a moment, told in UTC. `bytes`: sent as hex or Base64. `json`: made JSON by the source. */
export type ColumnReading = "plain" | "utc" | "bytes" | "json";

/** A type of `pg_type`; domains are resolved to what they stand on. */
export interface SourceType {
  readonly name: string;
  /** In `pg_catalog`: a type of the same name that somebody made says nothing. */
  readonly builtIn: boolean;
  /** `typtype`: b(ase), c(omposite), e(num), r(ange), m(ultirange). */
  readonly kind: string;
  /** `typcategory`: A is for arrays. */
  readonly category: string;
  /** `atttypmod`; -1 = none. */
  readonly modifier: number;
}

export function mapColumn(type: SourceType): MappedColumn {
  if (type.kind === "c" || type.category === "A") return { type: STRING, reading: "json" };
  if (!type.builtIn) return TEXT;
  if (type.name === "numeric") return { type: numericType(type.modifier), reading: "plain" };
  return BUILT_IN.get(type.name) ?? TEXT;
}

const STRING: ColumnType = { kind: "string" };
export const TEXT: MappedColumn = { type: STRING, reading: "plain" };

const BUILT_IN: ReadonlyMap<string, MappedColumn> = new Map<string, MappedColumn>([
  ["bool", { type: { kind: "boolean" }, reading: "plain" }],
  ["int2", { type: { kind: "smallint" }, reading: "plain" }],
  ["int4", { type: { kind: "int" }, reading: "plain" }],
  ["int8", { type: { kind: "bigint" }, reading: "plain" }],
  ["oid", { type: { kind: "bigint" }, reading: "plain" }],
  ["float4", { type: { kind: "float" }, reading: "plain" }],
  ["float8", { type: { kind: "double" }, reading: "plain" }],
  ["date", { type: { kind: "date" }, reading: "plain" }],
  ["timestamp", { type: { kind: "timestamp" }, reading: "plain" }],
  ["timestamptz", { type: { kind: "timestamp" }, reading: "utc" }],
  ["bytea", { type: { kind: "binary" }, reading: "bytes" }],
]);

/** The modifier is 4 more than precision (16 bits) and scale (11 bits, signed since PostgreSQL 15). */
function numericType(modifier: number): ColumnType {
  if (modifier < 4) return STRING;
  const precision = ((modifier - 4) >> 16) & 0xffff;
  const scale = (((modifier - 4) & 0x7ff) ^ 1024) - 1024;
  const fits = precision <= DECIMAL_PRECISION_MAX && scale >= 0 && scale <= precision;
  return fits ? { kind: "decimal", precision, scale } : STRING;
}

/** The column as the source is asked for it. */
export function selectedColumn(column: string, reading: ColumnReading, format: "parquet" | "csv"): string {
  const name = quotedName(column);
  switch (reading) {
    case "plain":
      return name;
    case "utc":
      return `${name} AT TIME ZONE 'UTC'`;
    case "bytes":
      // Base64 comes with a line break after each 76 characters.
      return format === "csv" ? `translate(encode(${name}, 'base64'), E'\\n', '')` : `encode(${name}, 'hex')`;
    case "json":
      return `to_json(${name})::text`;
  }
}
