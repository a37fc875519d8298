import type { Execution } from "../../query/executions/execution.ts";
import { resultFormOf } from "../../query/executions/execution.ts";
import type { JsonObject } from "../../std/json.ts";

/** ColumnInfo of each column: types without what is inside their brackets, decimals with digits, as Athena has them. */
export function describeColumns({ columns = [], statement }: Execution): JsonObject[] {
  const lines = resultFormOf(statement) === "txt";
  return columns.map(({ name, type }) => ({
    CatalogName: "hive",
    SchemaName: "",
    TableName: "",
    Name: name,
    Label: name,
    ...(lines ? { Type: "string", Precision: 0, Scale: 0 } : describeType(type)),
    Nullable: "UNKNOWN",
    CaseSensitive: !lines && /^(var)?char/.test(type),
  }));
}

function describeType(type: string): JsonObject {
  const [, word = type, inside = ""] = /^([a-z_ ]+?)\s*\((.*)\)$/s.exec(type) ?? [];
  if (word === "decimal") {
    const [precision = "38", scale = "0"] = inside.split(",");
    return { Type: word, Precision: Number(precision), Scale: Number(scale) };
  }
  // Athena calls Trino's `real` by Hive's name.
  const name = word === "real" ? "float" : word;
  return { Type: name, Precision: Object.hasOwn(PRECISION, name) ? (PRECISION[name] ?? 0) : 0, Scale: 0 };
}

const PRECISION: Readonly<Record<string, number>> = {
  tinyint: 3,
  smallint: 5,
  integer: 10,
  bigint: 19,
  float: 17,
  double: 17,
  varchar: 2_147_483_647,
  varbinary: 1_073_741_824,
  timestamp: 3,
};
