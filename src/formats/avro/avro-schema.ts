import type { Column, ColumnType } from "../../model/schema/column-type.ts";
import type { JsonObject, JsonValue } from "../../std/json.ts";

/**
 * The Avro schema of columns. Every value may be null: a union with null, and null as the default, so that files of an
 * older and a newer schema can be read together.
 *
 * Names of Avro are letters, digits and underscores. Others are made fit, told apart by a number where two become one, and
 * the column's own name is kept as `doc`. A map whose keys are no texts is an array of key and value, under the logical
 * type `map` by which Iceberg and Spark know it.
 */
export function avroSchema(columns: readonly Column[], name: string): JsonObject {
  return recordSchema(columns, fitName(name), new Set());
}

function recordSchema(columns: readonly Column[], wanted: string, records: Set<string>): JsonObject {
  const name = uniqueName(wanted, records);
  const fields = new Set<string>();
  return {
    type: "record",
    name,
    fields: columns.map((column) => {
      const fieldName = uniqueName(fitName(column.name), fields);
      return {
        name: fieldName,
        type: nullable(column.type, `${name}_${fieldName}`, records),
        default: null,
        ...(fieldName === column.name ? {} : { doc: column.name }),
      };
    }),
  };
}

function nullable(type: ColumnType, path: string, records: Set<string>): JsonValue {
  return ["null", typeSchema(type, path, records)];
}

function typeSchema(type: ColumnType, path: string, records: Set<string>): JsonValue {
  switch (type.kind) {
    case "tinyint":
    case "smallint":
    case "int":
      return "int";
    case "bigint":
      return "long";
    case "boolean":
    case "float":
    case "double":
      return type.kind;
    case "string":
    case "varchar":
    case "char":
      return "string";
    case "binary":
      return "bytes";
    case "decimal":
      return { type: "bytes", logicalType: "decimal", precision: type.precision, scale: type.scale };
    case "date":
      return { type: "int", logicalType: "date" };
    case "timestamp":
      return { type: "long", logicalType: "timestamp-micros" };
    case "array":
      return { type: "array", items: nullable(type.element, path, records) };
    case "map":
      return isTextKey(type.key)
        ? { type: "map", values: nullable(type.value, path, records) }
        : pairsSchema(type.key, type.value, path, records);
    case "struct":
      return recordSchema(type.fields, path, records);
  }
}

export function isTextKey(key: ColumnType): boolean {
  return key.kind === "string" || key.kind === "varchar" || key.kind === "char";
}

function pairsSchema(key: ColumnType, value: ColumnType, path: string, records: Set<string>): JsonObject {
  const name = uniqueName(`${path}_pair`, records);
  const fields = [
    { name: "key", type: typeSchema(key, `${name}_key`, records) },
    { name: "value", type: nullable(value, `${name}_value`, records), default: null },
  ];
  return { type: "array", logicalType: "map", items: { type: "record", name, fields } };
}

function fitName(name: string): string {
  const fit = name.replaceAll(/[^A-Za-z0-9_]/g, "_");
  return /^[A-Za-z_]/.test(fit) ? fit : `_${fit}`;
}

function uniqueName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let number = 2; taken.has(name); number++) name = `${wanted}_${number}`;
  taken.add(name);
  return name;
}
