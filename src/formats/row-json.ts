import type { Column, ColumnType } from "../model/schema/column-type.ts";
import { dateText, decimalText, timestampText } from "./rows/cell-text.ts";
import type { ArrayCell, Cell, MapCell, TimestampCell } from "./rows/row.ts";

/**
 * Cells as JSON: whole numbers and decimals with all their digits, times and dates as texts, bytes in Base64, keys of maps
 * as texts. What JSON has no number for (NaN, infinities) becomes its name as a text.
 */
export function cellJson(cell: Cell, type: ColumnType): string {
  if (cell === null) return "null";
  switch (type.kind) {
    case "string":
    case "varchar":
    case "char":
      return JSON.stringify(cell);
    case "float":
    case "double":
      return Number.isFinite(cell) ? JSON.stringify(cell) : `"${String(cell)}"`;
    case "decimal":
      return decimalText(cell as bigint, type.scale);
    case "binary":
      return `"${(cell as Buffer).toString("base64")}"`;
    case "timestamp":
      return `"${timestampText(cell as TimestampCell)}"`;
    case "date":
      return `"${dateText(cell as number)}"`;
    case "array":
      return `[${(cell as ArrayCell).map((element) => cellJson(element, type.element)).join(",")}]`;
    case "map": {
      const { keys, values } = cell as MapCell;
      const members = keys.map((key, at) => `${keyJson(key, type.key)}:${cellJson(values[at] ?? null, type.value)}`);
      return `{${members.join(",")}}`;
    }
    case "struct":
      return rowJson(cell as ArrayCell, type.fields);
    default:
      return String(cell);
  }
}

export function rowJson(row: ArrayCell, columns: readonly Column[]): string {
  const members = columns.map(({ name, type }, at) => `${JSON.stringify(name)}:${cellJson(row[at] ?? null, type)}`);
  return `{${members.join(",")}}`;
}

function keyJson(key: Cell, type: ColumnType): string {
  const text = cellJson(key, type);
  return text.startsWith('"') ? text : JSON.stringify(text);
}
