import type { Column, ColumnType } from "../../model/schema/column-type.ts";
import type { Problem } from "../gathering-encoder.ts";
import type { ArrayCell, Cell, MapCell, Row, TimestampCell } from "../rows/row.ts";
import { isAmbiguousTimestamp } from "./value-writers.ts";

/** Finds rows with a time that ORC's readers show a second late; `undefined` for columns that have no times at all. */
export function ambiguousTimestamp(columns: readonly Column[]): ((row: Row) => Problem | undefined) | undefined {
  const finds = finderOf({ kind: "struct", fields: columns });
  return finds && ((row) => (finds(row) ? AMBIGUOUS : undefined));
}

const AMBIGUOUS: Problem = {
  code: "DataFormatConversion.MalformedData",
  message:
    "Data does not match the schema. Readers of ORC take the last second before 1970-01-01T00:00:00 for the one after " +
    "it where the time has milliseconds; write such times to a column of type string, or as Parquet",
};

type Finder = (cell: Cell) => boolean;

function finderOf(type: ColumnType): Finder | undefined {
  switch (type.kind) {
    case "timestamp":
      return (cell) => cell !== null && isAmbiguousTimestamp(cell as TimestampCell);
    case "array": {
      const finds = finderOf(type.element);
      return finds && ((cell) => cell !== null && (cell as ArrayCell).some(finds));
    }
    case "map": {
      const [inKey, inValue] = [finderOf(type.key), finderOf(type.value)];
      if (inKey === undefined && inValue === undefined) return undefined;
      const finds = ({ keys, values }: MapCell) =>
        (inKey !== undefined && keys.some(inKey)) || (inValue !== undefined && values.some(inValue));
      return (cell) => cell !== null && finds(cell as MapCell);
    }
    case "struct": {
      const within = type.fields.flatMap((field, index) => {
        const finds = finderOf(field.type);
        return finds === undefined ? [] : [{ index, finds }];
      });
      if (within.length === 0) return undefined;
      return (cell) => cell !== null && within.some(({ index, finds }) => finds((cell as ArrayCell)[index] ?? null));
    }
    default:
      return undefined;
  }
}
