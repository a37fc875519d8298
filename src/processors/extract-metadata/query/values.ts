import type { JsonObject, JsonValue } from "../../../std/json.ts";
import { QueryError } from "./query-error.ts";

/** Values as jq sees them: their kinds, their order, and how numbers are written. */

export type Kind = "null" | "boolean" | "number" | "string" | "array" | "object";

export function kindOf(value: JsonValue): Kind {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  const type = typeof value;
  return type === "object" || type === "string" || type === "number" ? type : "boolean";
}

/** The usual error: something was done to a value of another kind. */
export function cannot(what: string, ...values: readonly JsonValue[]): never {
  throw new QueryError(`${values.map(kindOf).join(" and ")} cannot be ${what}`);
}

export function isObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Deeper values are not written or compared as a whole; jq 1.6 does not even read them beyond 256. */
const DEPTH_MAX = 1000;

export function deeper(depth: number): number {
  if (depth >= DEPTH_MAX) throw new QueryError(`the value is nested deeper than ${DEPTH_MAX}`);
  return depth + 1;
}

/** jq knows two falsehoods. */
export function isTrue(value: JsonValue): boolean {
  return value !== false && value !== null;
}

/** jq 1.6 writes exponents where the point would stand more than 15 places beyond the digits, or 4 before them. */
const PLAIN_ZEROS_MAX = 15;
const LEADING_ZEROS_MAX = 4;

/** Integers below this are written the same by jq and by JavaScript. */
const SAME_BELOW = 1e15;

/** The shortest digits that read back as the same number, laid out as jq 1.6 lays them out: `1e+17`, `1e-05`, `-0`. */
export function numberText(number: number): string {
  if (Number.isInteger(number) && Math.abs(number) < SAME_BELOW && !Object.is(number, -0)) return String(number);
  if (Number.isNaN(number)) return "null";
  const finite = Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, number));
  const sign = finite < 0 || Object.is(finite, -0) ? "-" : "";
  if (finite === 0) return `${sign}0`;
  const [mantissa = "", exponent = "0"] = Math.abs(finite).toExponential().split("e");
  const digits = mantissa.replace(".", "");
  const point = Number(exponent) + 1;
  if (point <= -LEADING_ZEROS_MAX || point > digits.length + PLAIN_ZEROS_MAX) {
    const size = String(Math.abs(point - 1)).padStart(2, "0");
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
    return `${sign}${digits.charAt(0)}${fraction}e${point < 1 ? "-" : "+"}${size}`;
  }
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  if (point >= digits.length) return sign + digits.padEnd(point, "0");
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** JSON as jq writes it, on one line. */
export function jsonText(value: JsonValue, depth = 0): string {
  if (typeof value === "number") return numberText(value);
  if (Array.isArray(value)) return `[${value.map((element) => jsonText(element, deeper(depth))).join(",")}]`;
  if (isObject(value))
    return `{${Object.entries(value)
      .map(memberText(deeper(depth)))
      .join(",")}}`;
  return typeof value === "string" ? stringText(value) : String(value);
}

function memberText(depth: number): (member: [string, JsonValue]) => string {
  return ([name, value]) => `${stringText(name)}:${jsonText(value, depth)}`;
}

/** Like JSON.stringify, but DEL is escaped too, as jq does. */
function stringText(text: string): string {
  return JSON.stringify(text).replaceAll("\u007f", "\\u007f");
}

export function textOf(value: JsonValue): string {
  return typeof value === "string" ? value : jsonText(value);
}

const ORDER: readonly Kind[] = ["null", "boolean", "number", "string", "array", "object"];

/** jq's order over all values: by kind, then within it; objects by their sorted keys first. */
export function compare(left: JsonValue, right: JsonValue, depth = 0): number {
  if (typeof left === "number" && typeof right === "number") return left < right ? -1 : left > right ? 1 : 0;
  if (typeof left === "string" && typeof right === "string") return compareStrings(left, right);
  if (typeof left === "boolean" && typeof right === "boolean") return Number(left) - Number(right);
  if (Array.isArray(left) && Array.isArray(right)) return compareArrays(left, right, deeper(depth));
  if (isObject(left) && isObject(right)) return compareObjects(left, right, deeper(depth));
  return ORDER.indexOf(kindOf(left)) - ORDER.indexOf(kindOf(right));
}

/** By code points, not by the halves of surrogate pairs. */
function compareStrings(left: string, right: string): number {
  if (left === right) return 0;
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

function compareArrays(left: readonly JsonValue[], right: readonly JsonValue[], depth: number): number {
  for (let at = 0; at < left.length && at < right.length; at++) {
    const order = compare(left[at] ?? null, right[at] ?? null, depth);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function compareObjects(left: JsonObject, right: JsonObject, depth: number): number {
  const names = Object.keys(left).sort(compareStrings);
  const order = compareArrays(names, Object.keys(right).sort(compareStrings), depth);
  if (order !== 0) return order;
  for (const name of names) {
    const inner = compare(left[name] ?? null, right[name] ?? null, depth);
    if (inner !== 0) return inner;
  }
  return 0;
}
