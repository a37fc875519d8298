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

const TYPE_WORDS: Readonly<Record<string, string>> = {
  BLOB: "varbinary",
  FLOAT: "real",
  // Sums of whole numbers; Trino has them as bigint.
  HUGEINT: "bigint",
  INTERVAL: "interval",
  "TIMESTAMP WITH TIME ZONE": "timestamp with time zone",
  '"NULL"': "unknown",
};

/** The type of a column, in Trino's words. */
export function columnTypeText(type: DuckDBType): string {
  if ("valueType" in type && "keyType" in type) {
    return `map(${columnTypeText(type.keyType)}, ${columnTypeText(type.valueType)})`;
  }
  if ("valueType" in type) return `array(${columnTypeText(type.valueType)})`;
  if ("entryTypes" in type) {
    const fields = type.entryTypes.map((field, index) => `${type.entryNames[index]} ${columnTypeText(field)}`);
    return `row(${fields.join(", ")})`;
  }
  const text = String(type);
  return TYPE_WORDS[text] ?? text.toLowerCase();
}
