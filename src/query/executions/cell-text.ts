import type { JsonValue } from "../../std/json.ts";

/** A value of a result as Athena writes it into files: Java's words for numbers, `[a, b]` and `{k=v}` for what is nested. */
export function cellText(value: JsonValue, type: string): string | null {
  return value === null ? null : textOf(value, type);
}

function textOf(value: JsonValue, type: string): string {
  if (value === null) return "null";
  if (typeof value === "number") {
    return type === "double"
      ? javaNumber(value, String(value))
      : type === "real"
        ? javaNumber(value, shortest(value))
        : String(value);
  }
  if (Array.isArray(value)) {
    const [, element = ""] = /^array\((.*)\)$/s.exec(type) ?? [];
    return `[${value.map((member) => textOf(member, element)).join(", ")}]`;
  }
  if (typeof value === "object") {
    return `{${Object.entries(value)
      .map(([key, member]) => `${key}=${textOf(member, "")}`)
      .join(", ")}}`;
  }
  return String(value);
}

/** Java prints a point always, and powers of ten from ten millions on and below a thousandth. */
function javaNumber(value: number, decimal: string): string {
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const size = Math.abs(value);
  const [digits = "", exponent = "0"] = Number(decimal).toExponential().split("e");
  if (size < 1e-3 || size >= 1e7) return `${withPoint(digits)}E${Number(exponent)}`;
  return withPoint(decimal);
}

function withPoint(digits: string): string {
  return digits.includes(".") ? digits : `${digits}.0`;
}

/** The fewest digits that tell this 32-bit number from its neighbours. */
function shortest(value: number): string {
  for (let digits = 1; digits <= 9; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(value);
}
