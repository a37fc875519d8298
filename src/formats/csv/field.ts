import type { ColumnType } from "../../model/schema/column-type.ts";
import { cellJson } from "../row-json.ts";
import { dateText, decimalText, timestampText } from "../rows/cell-text.ts";
import type { Cell, TimestampCell } from "../rows/row.ts";

/** A cell as the text of a field, not quoted yet. Values with parts are JSON; bytes are Base64. */
export function fieldText(cell: Exclude<Cell, null>, type: ColumnType): string {
  switch (type.kind) {
    case "string":
    case "varchar":
    case "char":
      return cell as string;
    case "decimal":
      return decimalText(cell as bigint, type.scale);
    case "binary":
      return (cell as Buffer).toString("base64");
    case "timestamp":
      return timestampText(cell as TimestampCell);
    case "date":
      return dateText(cell as number);
    case "array":
    case "map":
    case "struct":
      return cellJson(cell, type);
    default:
      return String(cell);
  }
}
