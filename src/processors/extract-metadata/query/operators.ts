import type { JsonObject, JsonValue } from "../../../std/json.ts";
import type { BinaryOperator } from "./expression.ts";
import { splitText } from "./functions.ts";
import { QueryError } from "./query-error.ts";
import { cannot, compare, deeper, isObject } from "./values.ts";

export type Apply = (left: JsonValue, right: JsonValue) => JsonValue;

/** Operators of which both sides are always asked. */
export const OPERATORS: Readonly<Record<Exclude<BinaryOperator, "//" | "and" | "or">, Apply>> = {
  "==": (left, right) => compare(left, right) === 0,
  "!=": (left, right) => compare(left, right) !== 0,
  "<": (left, right) => compare(left, right) < 0,
  "<=": (left, right) => compare(left, right) <= 0,
  ">": (left, right) => compare(left, right) > 0,
  ">=": (left, right) => compare(left, right) >= 0,
  "+": add,
  "-": subtract,
  "*": multiply,
  "/": divide,
  "%": remainder,
};

/** Repeating a string is the one way to make much out of little. */
const TEXT_LENGTH_MAX = 1024 * 1024;

/** Remainders of integers beyond these are not exact, in jq neither. */
const INTEGER_MAX = Number.MAX_SAFE_INTEGER;

function add(left: JsonValue, right: JsonValue): JsonValue {
  if (left === null) return right;
  if (right === null) return left;
  if (typeof left === "number" && typeof right === "number") return left + right;
  if (typeof left === "string" && typeof right === "string") return left + right;
  if (Array.isArray(left) && Array.isArray(right)) return [...left, ...right];
  if (isObject(left) && isObject(right)) return { ...left, ...right };
  return cannot("added", left, right);
}

function subtract(left: JsonValue, right: JsonValue): JsonValue {
  if (typeof left === "number" && typeof right === "number") return left - right;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.filter((one) => !right.some((other) => compare(one, other) === 0));
  }
  return cannot("subtracted", left, right);
}

function multiply(left: JsonValue, right: JsonValue): JsonValue {
  if (typeof left === "number" && typeof right === "number") return left * right;
  if (typeof left === "string" && typeof right === "number") return repeat(left, right);
  if (isObject(left) && isObject(right)) return mergeDeep(left, right);
  return cannot("multiplied", left, right);
}

/** As jq 1.6: nothing or less gives null, a part of a time counts as one. */
function repeat(text: string, times: number): JsonValue {
  if (!(times > 0)) return null;
  const whole = Math.ceil(times);
  if (text.length * whole > TEXT_LENGTH_MAX) throw new QueryError(`string times ${times} is too long`);
  return text.repeat(whole);
}

function mergeDeep(left: JsonObject, right: JsonObject, depth = 0): JsonObject {
  const merged = new Map(Object.entries(left));
  for (const [name, value] of Object.entries(right)) {
    const before = merged.get(name);
    merged.set(
      name,
      before !== undefined && isObject(before) && isObject(value) ? mergeDeep(before, value, deeper(depth)) : value,
    );
  }
  return Object.fromEntries(merged);
}

function divide(left: JsonValue, right: JsonValue): JsonValue {
  if (typeof left === "number" && typeof right === "number") {
    if (right === 0) throw new QueryError("number cannot be divided because the divisor is zero");
    return left / right;
  }
  if (typeof left === "string" && typeof right === "string") return splitText(left, right);
  return cannot("divided", left, right);
}

/** Of whole numbers, with the sign of the dividend. */
function remainder(left: JsonValue, right: JsonValue): JsonValue {
  if (typeof left !== "number" || typeof right !== "number") return cannot("divided", left, right);
  if (Math.max(Math.abs(left), Math.abs(right)) > INTEGER_MAX) {
    throw new QueryError(`the remainder of ${left} and ${right} is beyond exact numbers`);
  }
  const divisor = Math.trunc(right);
  if (divisor === 0) throw new QueryError("number cannot be divided because the divisor is zero");
  return (Math.trunc(left) % divisor) + 0;
}
