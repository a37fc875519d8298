import type { DuckDBType, DuckDBValue } from "@duckdb/node-api";
import type { JsonValue } from "../../std/json.ts";

/**
 * Values of DuckDB's as JSON has them. What JSON's readers would round or not know (large whole numbers, decimals, times,
 * dates) is a text, as Trino prints it; bytes are pairs of hexadecimal digits. The classes are told apart by their members:
 * importing them would load the library with the server.
 */
export function cellValue(value: DuckDBValue): JsonValue {
  if (value === null || value === undefined) return null;
  switch (typeof value) {
    case "boolean":
    case "string":
      return value;
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "bigint":
      return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    default:
      return objectValue(value);
  }
}

function objectValue(value: Exclude<DuckDBValue, null | boolean | string | number | bigint>): JsonValue {
  if ("items" in value) return value.items.map(cellValue);
  if ("entries" in value && Array.isArray(value.entries)) {
    return Object.fromEntries(value.entries.map(({ key, value: member }) => [keyText(key), cellValue(member)]));
  }
  if ("entries" in value) {
    return Object.fromEntries(Object.entries(value.entries).map(([name, member]) => [name, cellValue(member)]));
  }
  if ("bytes" in value)
    return Buffer.from(value.bytes)
      .toString("hex")
      .replace(/..(?=.)/g, "$& ");
  if ("micros" in value) return timeText(String(value));
  return String(value);
}

function keyText(key: DuckDBValue): string {
  const plain = cellValue(key);
  return typeof plain === "string" ? plain : JSON.stringify(plain);
}

/** Trino prints at least milliseconds, and zones by name; ours is always UTC. */
function timeText(text: string): string {
  const [, point = text, fraction = "", zone = ""] = /^(.* ?\d\d:\d\d:\d\d)(?:\.(\d+))?(\+00)?$/.exec(text) ?? [];
  if (point === text && !/\d\d:\d\d:\d\d$/.test(text)) return text;
  return `${point}.${fraction.padEnd(3, "0")}${zone === "" ? "" : " UTC"}`;
}

interface TypeWords {
  readonly words: Readonly<Record<string, string>>;
  array(element: string): string;
  map(key: string, value: string): string;
  row(fields: readonly (readonly [name: string, type: string])[]): string;
}

const TRINO: TypeWords = {
  words: {
    BLOB: "varbinary",
    FLOAT: "real",
    // Sums of whole numbers; Trino has them as bigint.
    HUGEINT: "bigint",
    INTERVAL: "interval",
    '"NULL"': "unknown",
  },
  array: (element) => `array(${element})`,
  map: (key, value) => `map(${key}, ${value})`,
  row: (fields) => `row(${fields.map(([name, type]) => `${name} ${type}`).join(", ")})`,
};

const HIVE: TypeWords = {
  words: {
    BLOB: "binary",
    HUGEINT: "bigint",
    INTEGER: "int",
    INTERVAL: "string",
    JSON: "string",
    TIME: "string",
    "TIMESTAMP WITH TIME ZONE": "timestamp",
    UUID: "string",
    VARCHAR: "string",
    '"NULL"': "string",
  },
  array: (element) => `array<${element}>`,
  map: (key, value) => `map<${key},${value}>`,
  row: (fields) => `struct<${fields.map(([name, type]) => `${name.toLowerCase()}:${type}`).join(",")}>`,
};

/** The type of a column in Trino's words, which Athena's answers have. */
export function trinoType(type: DuckDBType): string {
  return typeText(type, TRINO);
}

/** The type of a column in Hive's words, which the catalog has. */
export function hiveType(type: DuckDBType): string {
  return typeText(type, HIVE);
}

function typeText(type: DuckDBType, form: TypeWords): string {
  if ("valueType" in type && "keyType" in type) {
    return form.map(typeText(type.keyType, form), typeText(type.valueType, form));
  }
  if ("valueType" in type) return form.array(typeText(type.valueType, form));
  if ("entryTypes" in type && "entryNames" in type) {
    return form.row(type.entryTypes.map((field, index) => [type.entryNames[index] ?? "", typeText(field, form)]));
  }
  const text = String(type);
  return form.words[text] ?? text.toLowerCase();
}
