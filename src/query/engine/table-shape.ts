import type { Table, TableColumn } from "../../catalog/table.ts";
import { reasonOf } from "../../model/errors.ts";
import type { Column, ColumnType } from "../../model/schema/column-type.ts";
import { parseHiveType } from "../../model/schema/hive-type.ts";
import { QueryError } from "../query-error.ts";

/** The columns of a table as queries know them: names in lower case at every depth. */
export interface TableShape {
  readonly columns: readonly Column[];
  readonly partitionKeys: readonly Column[];
}

export function shapeOf({ databaseName, definition }: Pick<Table, "databaseName" | "definition">): TableShape {
  const place = `${databaseName}.${definition.name}`;
  const read = (columns: readonly TableColumn[] = []) => columns.map((column) => columnOf(column, place));
  return { columns: read(definition.storageDescriptor?.columns), partitionKeys: read(definition.partitionKeys) };
}

function columnOf({ name, type }: TableColumn, place: string): Column {
  try {
    return { name: name.toLowerCase(), type: foldNames(parseHiveType(type ?? "string")) };
  } catch (error) {
    throw new QueryError("data", `Column ${name} of table ${place}: ${reasonOf(error)}`, { cause: error });
  }
}

function foldNames(type: ColumnType): ColumnType {
  switch (type.kind) {
    case "array":
      return { ...type, element: foldNames(type.element) };
    case "map":
      return { ...type, key: foldNames(type.key), value: foldNames(type.value) };
    case "struct":
      return {
        kind: "struct",
        fields: type.fields.map((field) => ({ name: field.name.toLowerCase(), type: foldNames(field.type) })),
      };
    default:
      return type;
  }
}
