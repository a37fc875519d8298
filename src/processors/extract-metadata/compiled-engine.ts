import type { JsonValue } from "../../std/json.ts";
import { parseRecord } from "../parse-record.ts";
import { missing, NAMESPACE, partitionValuesOf, problem, valueText } from "./partition-values.ts";
import { compileExpression, type Evaluate } from "./query/compile.ts";
import type { Expression } from "./query/expression.ts";
import { parseQuery } from "./query/parser.ts";
import { QueryError } from "./query/query-error.ts";
import type { Answer, CompiledEngine } from "./query-engine.ts";

/**
 * Queries as closures over the parsed record: about what hand-written code costs, and the same answer for ever, because
 * nothing in this part of jq asks a clock. `undefined` when the query needs more of jq than that.
 */
export function compiledEngine(query: string, keysMax: number): CompiledEngine | undefined {
  const expression = parseQuery(query);
  if (expression === undefined) return undefined;
  const ask = answererOf(expression, keysMax);
  if (ask === undefined) return undefined;
  return {
    pure: true,
    answer: (record) => answerOf(record, ask),
  };
}

type Ask = (value: JsonValue) => Answer;

function answerOf(record: Buffer, ask: Ask): Answer {
  const value = parseRecord(record);
  if (value === undefined) return NOT_JSON;
  try {
    return ask(value);
  } catch (error) {
    if (error instanceof QueryError) return problem(error.message);
    throw error;
  }
}

const NOT_JSON: Answer = problem("the record is not one JSON value");
const NOTHING: Answer = problem("the query gave nothing");

/** The usual query is one object; its members are written straight into the answer, without the object between. */
function answererOf(expression: Expression, keysMax: number): Ask | undefined {
  if (expression.kind === "object" && isPlain(expression, keysMax)) return directAnswerer(expression);
  const evaluate = compileExpression(expression);
  return (
    evaluate &&
    ((value) => {
      const output = evaluate(value);
      return output === undefined ? NOTHING : partitionValuesOf(output, keysMax);
    })
  );
}

type ObjectExpression = Extract<Expression, { kind: "object" }>;

/** A key that stands twice is the later one's, and only an object in between knows that. */
function isPlain({ entries }: ObjectExpression, keysMax: number): boolean {
  return new Set(entries.map(({ key }) => key)).size === entries.length && entries.length <= keysMax;
}

function directAnswerer({ entries }: ObjectExpression): Ask | undefined {
  const members: { readonly key: string; readonly name: string; readonly evaluate: Evaluate }[] = [];
  for (const { key, value } of entries) {
    const evaluate = compileExpression(value);
    if (evaluate === undefined) return undefined;
    members.push({ key, name: NAMESPACE + key, evaluate });
  }
  return (value) => {
    const values: Record<string, string> = {};
    let refused: Answer | undefined;
    for (const { key, name, evaluate } of members) {
      const member = evaluate(value);
      if (member === undefined) return NOTHING;
      const text = valueText(member);
      if (text === undefined || text === "") refused ??= refusal(key, member);
      else values[name] = text;
    }
    return refused ?? { values };
  };
}

function refusal(key: string, value: JsonValue): Answer {
  return valueText(value) === "" ? { problem: missing(key) } : partitionValuesOf({ [key]: value }, 1);
}
