import type { Column, ColumnType } from "../../model/schema/column-type.ts";
import { statisticsKindOf } from "./column-statistics.ts";
import { type ColumnContext, ColumnWriter, type ValueWriter } from "./column-writer.ts";
import {
  arrayValues,
  binaryValues,
  booleanValues,
  byteValues,
  decimalValues,
  doubleValues,
  floatValues,
  integerValues,
  mapValues,
  structValues,
  textValues,
  timestampValues,
} from "./value-writers.ts";

/** The writers of a stripe: a struct of all columns, numbered from 0 with each before what it has within. */
export function columnWriters(columns: readonly Column[], context: ColumnContext): ColumnWriter {
  let next = 0;
  const open = (type: ColumnType): ColumnWriter => {
    const id = next++;
    const children = childTypes(type).map(open);
    const values = valueWriter(type, children, context);
    return new ColumnWriter({ id, children, values, statistics: statisticsKindOf(type) }, context);
  };
  return open({ kind: "struct", fields: columns });
}

export function childTypes(type: ColumnType): readonly ColumnType[] {
  switch (type.kind) {
    case "struct":
      return type.fields.map((field) => field.type);
    case "array":
      return [type.element];
    case "map":
      return [type.key, type.value];
    default:
      return [];
  }
}

function valueWriter(type: ColumnType, children: readonly ColumnWriter[], context: ColumnContext): ValueWriter {
  switch (type.kind) {
    case "boolean":
      return booleanValues(context);
    case "tinyint":
      return byteValues(context);
    case "smallint":
    case "int":
    case "bigint":
    case "date":
      return integerValues(context);
    case "float":
      return floatValues(context);
    case "double":
      return doubleValues(context);
    case "string":
    case "varchar":
    case "char":
      return textValues(context);
    case "binary":
      return binaryValues(context);
    case "timestamp":
      return timestampValues(context);
    case "decimal":
      return decimalValues(context, type.scale);
    case "struct":
      return structValues(children);
    default:
      return nestedValues(children, context);
  }
}

/** An array has one column within, a map two. */
function nestedValues([first, second]: readonly ColumnWriter[], context: ColumnContext): ValueWriter {
  if (first === undefined) throw new RangeError("Expected a type with a column within, got one without");
  return second === undefined ? arrayValues(context, first) : mapValues(context, first, second);
}
