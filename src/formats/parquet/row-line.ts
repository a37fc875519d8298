import type { ColumnType } from "../../model/schema/column-type.ts";
import { dateText, decimalText, timestampText } from "../rows/cell-text.ts";
import type { Cell, MapCell, Row, TimestampCell } from "../rows/row.ts";

/** A row as a line of JSON that DuckDB reads into exactly these cells: see `duckdb-type.ts` for the other side. */
export function rowLine(row: Row, columns: readonly LineColumn[]): string {
  const members: string[] = [];
  for (const [place, { quotedKey, type }] of columns.entries()) {
    const cell = row[place] ?? null;
    if (cell !== null) members.push(`${quotedKey}:${cellJson(cell, type)}`);
  }
  return `{${members.join(",")}}`;
}

export interface LineColumn {
  /** The key as JSON. */
  readonly quotedKey: string;
  readonly type: ColumnType;
}

function cellJson(cell: Cell, type: ColumnType): string {
  if (cell === null) return "null";
  switch (type.kind) {
    case "array":
      return `[${(cell as readonly Cell[]).map((element) => cellJson(element, type.element)).join(",")}]`;
    case "struct":
      return structJson(cell as readonly Cell[], type.fields);
    case "map":
      return mapJson(cell as MapCell, type.key, type.value);
    case "boolean":
    case "tinyint":
    case "smallint":
    case "int":
    case "bigint":
      return String(cell);
    case "float":
    case "double":
      return floatingJson(cell as number);
    default:
      return JSON.stringify(cellText(cell, type));
  }
}

function structJson(cells: readonly Cell[], fields: readonly { readonly name: string; readonly type: ColumnType }[]) {
  const members = fields.map(
    ({ name, type }, place) => `${JSON.stringify(name)}:${cellJson(cells[place] ?? null, type)}`,
  );
  return `{${members.join(",")}}`;
}

function mapJson({ keys, values }: MapCell, key: ColumnType, value: ColumnType): string {
  const members = keys.map((cell, place) => {
    return `${JSON.stringify(cellText(cell, key))}:${cellJson(values[place] ?? null, value)}`;
  });
  return `{${members.join(",")}}`;
}

/** Without a point or an exponent DuckDB takes a number for a whole one: -0 loses its sign, beyond 64 bits it is text. */
function floatingJson(value: number): string {
  if (!Number.isFinite(value)) return `"${value}"`;
  if (Object.is(value, -0)) return "-0.0";
  return Math.abs(value) >= 1e15 ? value.toExponential() : String(value);
}

function cellText(cell: Cell, type: ColumnType): string {
  switch (type.kind) {
    case "decimal":
      return decimalText(cell as bigint, type.scale);
    case "date":
      return dateText(cell as number);
    case "timestamp": {
      const { epochSeconds, nanos } = cell as TimestampCell;
      return timestampText({ epochSeconds, nanos: nanos - (nanos % NANOS_PER_MICRO) });
    }
    case "binary":
      return blobText(cell as Buffer);
    default:
      return String(cell);
  }
}

/** Parquet's timestamps count microseconds; what is finer is cut off. */
const NANOS_PER_MICRO = 1000;

/** DuckDB reads `\xNN` as a byte of a BLOB. */
function blobText(bytes: Buffer): string {
  return bytes.toString("hex").replace(/../g, "\\x$&");
}
