import type { FieldValue } from "../../model/fields/field-edits.ts";
import type { FieldPath } from "../../model/fields/field-path.ts";
import { findFields } from "../../model/fields/find-fields.ts";
import type { JsonNode } from "../../std/json-node.ts";
import { parseQueryString } from "../../std/query-string.ts";
import type { Condition, Literal, Order } from "./condition.ts";

/**
 * Whether a record meets a condition. Types are those of JSON and nothing is converted: the number 1 is not the string
 * "1", and only numbers with numbers and strings with strings have an order. A test holds if one of the places that its
 * path leads to meets it; where the path leads nowhere it does not hold, and its `not` does.
 */
export function meets(record: JsonNode, condition: Condition): boolean {
  switch (condition.kind) {
    case "all":
      return condition.conditions.every((one) => meets(record, one));
    case "any":
      return condition.conditions.some((one) => meets(record, one));
    case "not":
      return !meets(record, condition.condition);
    case "exists":
      return valuesAt(record, condition.path).length > 0;
    case "in":
      return valuesAt(record, condition.path).some((value) => condition.literals.some((one) => equals(value, one)));
    case "order":
      return valuesAt(record, condition.path).some((value) => stands(value, condition.order, condition.literal));
    case "matches":
      return valuesAt(record, condition.path).some(
        ({ kind, text }) => kind === "string" && condition.pattern.test(text),
      );
  }
}

function valuesAt(record: JsonNode, path: FieldPath): readonly FieldValue[] {
  const places = findFields(record, path);
  if (path.parameter === undefined) return places.map(({ value }) => value);
  return places.flatMap(({ value }) => {
    if (value.kind !== "string") return [];
    const found = parseQueryString(value.text).parameters.filter(({ name }) => name === path.parameter);
    return found.map((parameter) => ({ kind: "string" as const, text: parameter.value }));
  });
}

function equals(value: FieldValue, literal: Literal): boolean {
  if (value.kind !== literal.kind) return false;
  const { text } = value;
  return text === literal.text || (value.kind === "number" && compareNumbers(text, literal.text) === 0);
}

function stands(value: FieldValue, order: Order, literal: Literal): boolean {
  if (value.kind !== literal.kind) return false;
  const { text } = value;
  const sign = value.kind === "number" ? compareNumbers(text, literal.text) : compareTexts(text, literal.text);
  if (order === "<") return sign < 0;
  if (order === "<=") return sign <= 0;
  return order === ">" ? sign > 0 : sign >= 0;
}

/** Whole numbers of any length exactly, others as doubles. */
function compareNumbers(left: string, right: string): number {
  if (isLongWhole(left) || isLongWhole(right)) {
    const [first, second] = [wholeOf(left), wholeOf(right)];
    if (first !== undefined && second !== undefined) return first < second ? -1 : first > second ? 1 : 0;
  }
  return Number(left) - Number(right);
}

/** Fifteen digits are exact in a double. */
const EXACT_DIGITS = 15;
/** Nobody means longer ones, and reading them takes time that grows with the square. */
const WHOLE_DIGITS_MAX = 1000;
const WHOLE = /^-?\d+$/;

function isLongWhole(text: string): boolean {
  return text.length > EXACT_DIGITS && text.length <= WHOLE_DIGITS_MAX && WHOLE.test(text);
}

function wholeOf(text: string): bigint | undefined {
  return text.length <= WHOLE_DIGITS_MAX && WHOLE.test(text) ? BigInt(text) : undefined;
}

/** By UTF-16 code units, as JavaScript does. */
function compareTexts(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
