import { isDeepStrictEqual } from "node:util";
import type { Column, ColumnType } from "../../model/schema/column-type.ts";
import { formatHiveType, parseHiveType } from "../../model/schema/hive-type.ts";
import { joinTypes } from "../../model/schema/widen.ts";
import type { TableColumn, TableDefinition } from "../table.ts";
import type { FoundTable } from "./found-table.ts";
import { AVRO_SCHEMA, DEPRECATED_BY, storageOf, tableColumns, tableParameters } from "./table-definition.ts";

/**
 * What becomes of a table that is there, now that its files were looked at again; the same definition when nothing does.
 *
 * Columns come to it and become wider, and never go: a crawl looks at some files, and a column that these do not have may
 * be in others. What people changed stays: comments, SerDe and parameters of a table whose format is the same, types that
 * say more about a text than a crawler can. A table whose files have another format is described anew.
 */
export function changedTable(present: TableDefinition, found: FoundTable): TableDefinition {
  const parameters = tableParameters(found.form, found.compression);
  const { [DEPRECATED_BY]: _, ...kept } = present.parameters ?? {};
  const storage = storageOf(found.form, found.compression);
  const sameFormat =
    kept.classification === undefined
      ? present.storageDescriptor?.inputFormat === storage.inputFormat
      : kept.classification === parameters.classification;
  if (!sameFormat) {
    const columns = tableColumns(found.columns);
    const storageDescriptor = { ...present.storageDescriptor, ...storage, columns };
    return { ...present, storageDescriptor, parameters: { ...kept, ...parameters } };
  }
  const before = present.storageDescriptor?.columns ?? [];
  const isText = TEXTS.includes(found.form.format);
  const join = (column: TableColumn, type: ColumnType) => joinColumn(column, type, isText);
  const isCsv = found.form.format === "csv";
  const columns = isCsv ? joinByPlace(before, found.columns, join) : joinByName(before, found.columns, join);
  const revived = { ...present, parameters: kept };
  if (isDeepStrictEqual(columns, before)) return isDeepStrictEqual(revived, present) ? present : revived;
  const serde = present.storageDescriptor?.serdeInfo;
  // Avro's reader goes by this schema, not by the columns.
  const avro = found.form.format === "avro" ? { [AVRO_SCHEMA]: found.form.schema } : {};
  return {
    ...revived,
    parameters: { ...kept, ...avro },
    storageDescriptor: {
      ...present.storageDescriptor,
      columns,
      ...(serde !== undefined && { serdeInfo: { ...serde, parameters: { ...serde.parameters, ...avro } } }),
    },
  };
}

type Join = (column: TableColumn, found: ColumnType) => TableColumn;

function joinByName(before: readonly TableColumn[], found: readonly Column[], join: Join): readonly TableColumn[] {
  const seen = new Map(found.map((column) => [column.name.toLowerCase(), column]));
  const joined = before.map((column) => {
    const name = column.name.toLowerCase();
    const same = seen.get(name);
    seen.delete(name);
    return same === undefined ? column : join(column, same.type);
  });
  return [...joined, ...tableColumns([...seen.values()])];
}

function joinByPlace(before: readonly TableColumn[], found: readonly Column[], join: Join): readonly TableColumn[] {
  const joined = before.map((column, place) => {
    const same = found[place];
    return same === undefined ? column : join(column, same.type);
  });
  const names = new Set(before.map(({ name }) => name.toLowerCase()));
  const added = found.slice(before.length).filter(({ name }) => !names.has(name));
  return [...joined, ...tableColumns(added)];
}

const TEXTS: readonly FoundTable["form"]["format"][] = ["csv", "json", "log"];

/** What values in a text may be read as, when somebody says so: their form there is no type yet. */
const READ_FROM_TEXT: Partial<Record<ColumnType["kind"], readonly ColumnType["kind"][]>> = {
  bigint: ["tinyint", "smallint", "int", "float", "decimal", "timestamp"],
  double: ["float", "decimal"],
  string: ["date", "timestamp", "decimal", "binary", "varchar", "char"],
};

function joinColumn(column: TableColumn, found: ColumnType, isText: boolean): TableColumn {
  let type: ColumnType;
  try {
    type = parseHiveType(column.type ?? "");
  } catch {
    // A type that only other engines know is theirs.
    return column;
  }
  if (isText && READ_FROM_TEXT[found.kind]?.includes(type.kind) === true) return column;
  const joined = joinTypes(type, found);
  return joined === type ? column : { ...column, type: formatHiveType(joined) };
}
