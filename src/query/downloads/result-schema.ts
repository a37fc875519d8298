import type { Column, ColumnType } from "../../model/schema/column-type.ts";
import { parseHiveType } from "../../model/schema/hive-type.ts";
import { SchemaError } from "../../model/schema/schema-error.ts";
import type { JsonObject, JsonValue } from "../../std/json.ts";
import type { ResultColumn } from "../engine/query-engine.ts";

/**
 * The columns of a result as those of a file. Files want names that are there and differ in more than letter case: a second
 * `n` becomes `n_2`. What Hive has no type for (times of day, intervals, JSON) is text.
 */
export function fileColumns(columns: readonly ResultColumn[]): readonly Column[] {
  const taken = new Set<string>();
  return columns.map(({ name, type }, at) => {
    const wanted = name.trim() === "" ? `column_${at + 1}` : name;
    let free = wanted;
    for (let copy = 2; taken.has(free.toLowerCase()); copy++) free = `${wanted}_${copy}`;
    taken.add(free.toLowerCase());
    return { name: free, type: fileType(type) };
  });
}

const TEXT: ColumnType = { kind: "string" };

/** Trino's words that are others in Hive's. */
const WORDS: Readonly<Record<string, string>> = {
  integer: "int",
  real: "float",
  varbinary: "binary",
  varchar: "string",
};

function fileType(type: string): ColumnType {
  const [, kind = "", inner = ""] = /^(array|map|row)\((.*)\)$/s.exec(type) ?? [];
  const parts = splitOutside(inner);
  if (kind === "array") return { kind: "array", element: fileType(inner) };
  if (kind === "map") return { kind: "map", key: TEXT, value: fileType(parts[1] ?? "varchar") };
  if (kind === "row") return { kind: "struct", fields: fileColumns(parts.map(fieldOf)) };
  if (/^timestamp\b/.test(type)) return { kind: "timestamp" };
  try {
    return parseHiveType(WORDS[type] ?? type);
  } catch (error) {
    if (error instanceof SchemaError) return TEXT;
    throw error;
  }
}

/** `a integer`; a name in quotes may have spaces. */
function fieldOf(text: string): ResultColumn {
  const [, quoted, plain = "", type = ""] = /^(?:"((?:[^"]|"")*)"|(\S+)) (.*)$/s.exec(text) ?? [];
  return { name: quoted?.replaceAll('""', '"') ?? plain, type };
}

/** At commas that no bracket and no quote is around. */
function splitOutside(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === '"') quoted = !quoted;
    if (quoted) continue;
    if (sign === "(") depth++;
    if (sign === ")") depth--;
    if (sign !== "," || depth > 0) continue;
    parts.push(text.slice(start, at).trim());
    start = at + 1;
  }
  return [...parts, text.slice(start).trim()];
}

/** A value of a result as the encoders of files read it from JSON: bytes in Base64, instants without the name of their zone. */
export function fileValue(value: JsonValue, type: ColumnType): JsonValue {
  if (value === null) return null;
  if (type.kind === "binary") return Buffer.from(String(value).replaceAll(" ", ""), "hex").toString("base64");
  if (type.kind === "timestamp") return String(value).replace(/ UTC$/, "");
  if (type.kind === "array" && Array.isArray(value)) return value.map((member) => fileValue(member, type.element));
  if (typeof value !== "object" || Array.isArray(value)) return value;
  if (type.kind === "map") return mapMembers(value, (member) => fileValue(member, type.value));
  if (type.kind === "struct") {
    const members = Object.values(value);
    return Object.fromEntries(type.fields.map((field, at) => [field.name, fileValue(members[at] ?? null, field.type)]));
  }
  return JSON.stringify(value);
}

function mapMembers(value: JsonObject, change: (member: JsonValue) => JsonValue): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, change(member ?? null)]));
}
