import type { JsonObject, JsonValue } from "../../std/json.ts";

/** Reading the syntax trees that DuckDB's `json_serialize_sql` writes, of which nothing is promised. */
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function textIn(node: JsonObject, member: string): string {
  const value = node[member];
  return typeof value === "string" ? value : "";
}

export function objectIn(node: JsonObject, member: string): JsonObject | undefined {
  const value = node[member];
  return isObject(value) ? value : undefined;
}

export function objectsIn(node: JsonObject, member: string): readonly JsonObject[] {
  const value = node[member];
  return Array.isArray(value) ? value.filter(isObject) : [];
}
