import type { JsonValue } from "../../../std/json.ts";
import type { BinaryOperator, Expression, Step } from "./expression.ts";
import { functionOf } from "./functions.ts";
import { OPERATORS } from "./operators.ts";
import { QueryError } from "./query-error.ts";
import { cannot, isObject, isTrue, textOf } from "./values.ts";

/** One value, or `undefined` for none (what jq calls empty). Throws `QueryError`. */
export type Evaluate = (value: JsonValue) => JsonValue | undefined;

/** Closures over parsed JSON; `undefined` when some part is left to jq. */
export function compileExpression(expression: Expression): Evaluate | undefined {
  switch (expression.kind) {
    case "identity":
      return (value) => value;
    case "literal":
      return () => expression.value;
    case "member":
    case "element":
    case "slice":
      return after(expression.of, stepOf(expression));
    case "optional": {
      const step = stepOf(expression.step);
      return after(expression.step.of, (value) => orNothing(step, value));
    }
    case "pipe": {
      const right = compileExpression(expression.right);
      return right && after(expression.left, right);
    }
    case "binary":
      return binary(expression.operator, expression.left, expression.right);
    case "if":
      return branch(expression);
    case "call":
      return functionOf(expression.name, expression.argument);
    case "text":
      return joined(expression.parts);
    case "object":
      return object(expression);
  }
}

/** Names that every JavaScript object answers to, whether the record has them or not. */
const isInherited = (name: string) => name in {};

function stepOf(step: Step): Evaluate {
  switch (step.kind) {
    case "member":
      return isInherited(step.name) ? (value) => readOwn(value, step.name) : (value) => readMember(value, step.name);
    case "element":
      return (value) => elementAt(value, step.at);
    case "slice":
      return (value) => sliceOf(value, step.from, step.to);
  }
}

function readMember(value: JsonValue, name: string): JsonValue {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value[name] ?? null;
  return value === null ? null : cannot(`indexed with ${JSON.stringify(name)}`, value);
}

function readOwn(value: JsonValue, name: string): JsonValue {
  return isObject(value) && !Object.hasOwn(value, name) ? null : readMember(value, name);
}

function elementAt(value: JsonValue, at: number): JsonValue {
  if (value === null) return null;
  if (!Array.isArray(value)) return cannot("indexed with a number", value);
  return value.at(at) ?? null;
}

/** Text is sliced by characters, not by the halves of surrogate pairs. */
function sliceOf(value: JsonValue, from: number | null, to: number | null): JsonValue {
  if (value === null) return null;
  if (typeof value !== "string" && !Array.isArray(value)) return cannot("sliced", value);
  const start = from ?? 0;
  const end = to ?? undefined;
  if (Array.isArray(value)) return value.slice(start, end);
  return PLAIN_TEXT.test(value) ? value.slice(start, end) : Array.from(value).slice(start, end).join("");
}

/** No surrogates: one unit is one character. */
const PLAIN_TEXT = /^[^\ud800-\udfff]*$/;

function after(of: Expression, then: Evaluate): Evaluate | undefined {
  if (of.kind === "identity") return then;
  const first = compileExpression(of);
  if (first === undefined) return undefined;
  return (value) => {
    const inner = first(value);
    return inner === undefined ? undefined : then(inner);
  };
}

function orNothing(evaluate: Evaluate, value: JsonValue): JsonValue | undefined {
  try {
    return evaluate(value);
  } catch (error) {
    if (error instanceof QueryError) return undefined;
    throw error;
  }
}

function binary(operator: BinaryOperator, leftSide: Expression, rightSide: Expression): Evaluate | undefined {
  const left = compileExpression(leftSide);
  const right = compileExpression(rightSide);
  if (left === undefined || right === undefined) return undefined;
  if (operator === "//") return alternative(left, right);
  if (operator === "and" || operator === "or") return logical(left, right, operator === "or");
  const apply = OPERATORS[operator];
  return (value) => {
    // The right side first, as jq does: when both fail, its failure is the one that is told.
    const second = right(value);
    if (second === undefined) return undefined;
    const first = left(value);
    return first === undefined ? undefined : apply(first, second);
  };
}

/** Stands in for null, false and nothing; what fails on the left fails, as in jq. */
function alternative(left: Evaluate, right: Evaluate): Evaluate {
  return (value) => {
    const first = left(value);
    return first !== undefined && isTrue(first) ? first : right(value);
  };
}

function logical(left: Evaluate, right: Evaluate, decides: boolean): Evaluate {
  return (value) => {
    const first = left(value);
    if (first === undefined) return undefined;
    if (isTrue(first) === decides) return decides;
    const second = right(value);
    return second === undefined ? undefined : isTrue(second);
  };
}

function branch({ condition, then, otherwise }: Extract<Expression, { kind: "if" }>): Evaluate | undefined {
  const [asks, yes, no] = [compileExpression(condition), compileExpression(then), compileExpression(otherwise)];
  if (asks === undefined || yes === undefined || no === undefined) return undefined;
  return (value) => {
    const answer = asks(value);
    if (answer === undefined) return undefined;
    return isTrue(answer) ? yes(value) : no(value);
  };
}

function joined(parts: readonly (string | Expression)[]): Evaluate | undefined {
  const pieces: Evaluate[] = [];
  for (const part of parts) {
    const piece = typeof part === "string" ? () => part : compileExpression(part);
    if (piece === undefined) return undefined;
    pieces.push(piece);
  }
  return (value) => {
    let text = "";
    for (const piece of pieces) {
      const inner = piece(value);
      if (inner === undefined) return undefined;
      text += textOf(inner);
    }
    return text;
  };
}

function object({ entries }: Extract<Expression, { kind: "object" }>): Evaluate | undefined {
  const members: (readonly [string, Evaluate])[] = [];
  for (const { key, value } of entries) {
    const member = compileExpression(value);
    if (member === undefined) return undefined;
    members.push([key, member]);
  }
  return (value) => {
    const made: [string, JsonValue][] = [];
    for (const [key, member] of members) {
      const inner = member(value);
      if (inner === undefined) return undefined;
      made.push([key, inner]);
    }
    return Object.fromEntries(made);
  };
}
