import type { JsonValue } from "../../std/json.ts";
import { isObject, kindOf, numberText } from "./query/values.ts";
import type { Answer } from "./query-engine.ts";

/** Wording of the service (reference 4.4). */
export const VALUES_MISSING = "partitionKeys values must not be null or empty";

/** How values from a query are called in `partitionValues`; those of functions have another name space. */
export const NAMESPACE = "query:";

/** From what a query gave for a record to partition values, or to the reason why there are none. */
export function partitionValuesOf(output: JsonValue, keysMax: number): Answer {
  if (!isObject(output)) return problem(`the query has to give an object, it gave ${kindOf(output)}`);
  const entries = Object.entries(output);
  if (entries.length > keysMax) return tooManyKeys(entries.length, keysMax);
  const values: Record<string, string> = {};
  for (const [key, value] of entries) {
    const text = valueText(value);
    if (text === "") return { problem: missing(key) };
    if (text === undefined) return problem(`${key} is an ${kindOf(value)}, expected a string, a number or a boolean`);
    values[NAMESPACE + key] = text;
  }
  return { values };
}

/** Scalars as text; nothing for what has none, `undefined` for what is no scalar. */
export function valueText(value: JsonValue): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "number") return numberText(value);
  if (value === null) return "";
  return typeof value === "boolean" ? String(value) : undefined;
}

export function tooManyKeys(count: number, keysMax: number): Answer {
  return problem(`the query gave ${count} keys, at most ${keysMax} are allowed`);
}

export function missing(key: string): string {
  return `${VALUES_MISSING}: ${key}`;
}

export function problem(text: string): Answer {
  return { problem: `Could not extract partition keys: ${text}` };
}
