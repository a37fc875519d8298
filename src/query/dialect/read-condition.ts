import type { JsonObject } from "../../std/json.ts";
import { type ColumnPath, type Comparison, type Condition, type Literal, UNKNOWN } from "./condition.ts";
import { objectIn, objectsIn, textIn } from "./syntax-tree.ts";

const COMPARISONS: Readonly<Record<string, Comparison | undefined>> = {
  COMPARE_EQUAL: "=",
  COMPARE_NOTEQUAL: "<>",
  COMPARE_LESSTHAN: "<",
  COMPARE_LESSTHANOREQUALTO: "<=",
  COMPARE_GREATERTHAN: ">",
  COMPARE_GREATERTHANOREQUALTO: ">=",
};

const MIRRORED: Readonly<Record<Comparison, Comparison>> = {
  "=": "=",
  "<>": "<>",
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
};

/** The condition that a node of the syntax tree is. */
export function readCondition(node: JsonObject): Condition {
  const type = textIn(node, "type");
  const comparison = COMPARISONS[type];
  if (comparison !== undefined) return readComparison(node, comparison);
  switch (type) {
    case "CONJUNCTION_AND":
      return { kind: "and", parts: objectsIn(node, "children").map(readCondition) };
    case "CONJUNCTION_OR":
      return { kind: "or", parts: objectsIn(node, "children").map(readCondition) };
    case "COMPARE_IN":
    case "COMPARE_NOT_IN":
      return readIn(node, type === "COMPARE_NOT_IN");
    case "OPERATOR_NOT": {
      const [part] = objectsIn(node, "children");
      return part === undefined ? UNKNOWN : { kind: "not", part: readCondition(part) };
    }
    case "COMPARE_BETWEEN":
      return readBetween(node);
    default:
      return UNKNOWN;
  }
}

function readComparison(node: JsonObject, operator: Comparison): Condition {
  const left = objectIn(node, "left");
  const right = objectIn(node, "right");
  const straight = compare(columnOf(left), operator, literalOf(right));
  return straight === UNKNOWN ? compare(columnOf(right), MIRRORED[operator], literalOf(left)) : straight;
}

function readBetween(node: JsonObject): Condition {
  const column = columnOf(objectIn(node, "input"));
  const from = compare(column, ">=", literalOf(objectIn(node, "lower")));
  const to = compare(column, "<=", literalOf(objectIn(node, "upper")));
  return { kind: "and", parts: [from, to] };
}

function readIn(node: JsonObject, negated: boolean): Condition {
  const [first, ...others] = objectsIn(node, "children");
  const column = columnOf(first);
  const values = others.map(literalOf).filter((value) => value !== undefined);
  if (column === undefined || values.length !== others.length) return UNKNOWN;
  return { kind: "in", column, values, negated };
}

function compare(column: ColumnPath | undefined, operator: Comparison, value: Literal | undefined): Condition {
  return column === undefined || value === undefined ? UNKNOWN : { kind: "compare", column, operator, value };
}

function columnOf(node: JsonObject | undefined): ColumnPath | undefined {
  if (node === undefined || textIn(node, "class") !== "COLUMN_REF" || !Array.isArray(node.column_names)) {
    return undefined;
  }
  return node.column_names.map((name) => String(name).toLowerCase());
}

function literalOf(node: JsonObject | undefined): Literal | undefined {
  const value = node === undefined || textIn(node, "class") !== "CONSTANT" ? undefined : objectIn(node, "value");
  if (value === undefined || value.is_null !== false) return undefined;
  const plain = value.value;
  // A number beyond 2^53 has lost digits on its way through JSON.
  return typeof plain === "string" || (typeof plain === "number" && Number.isSafeInteger(plain)) ? plain : undefined;
}
