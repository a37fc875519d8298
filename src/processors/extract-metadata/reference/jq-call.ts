import type { JsonValue } from "../../../std/json.ts";
import { partitionValuesOf, problem } from "../partition-values.ts";
import { isObject, textOf } from "../query/values.ts";
import type { Answer } from "../query-engine.ts";
import type { Jq } from "./jq-wasm.ts";

/**
 * One call of jq for many documents. They come as strings in one array, so that a query which fails for one says so for
 * that one; a line per document comes back, `{"o":[outputs]}` or `{"e":error}`, with two outputs at most.
 *
 * Those in brackets hold numbers that jq 1.7 would write as it found them; adding nothing makes of them what 1.6 makes.
 */
export function askJq(jq: Jq, query: string, documents: readonly string[]): string[] {
  const filter = `def __query: ${query}
; .[] | try {o: [limit(2;
  (if type == "string" then fromjson else .[0] | fromjson | walk(if type == "number" then . + 0 else . end) end)
  | __query)]}
catch {e: (if type == "string" then . else tojson end)}`;
  const input = JSON.stringify(documents.map((document) => (needsRounding(document) ? [document] : document)));
  return (jq.raw(input, filter, ["-c"]) ?? "").split("\n").filter((line) => line !== "");
}

/** Numbers with an exponent or more than 15 digits, or in a text what looks like one: seldom, and then only slower. */
function needsRounding(document: string): boolean {
  return /\d[eE][-+]?\d|\d{16}|0\.0000/.test(document);
}

/** From a line to partition values. */
export function answerOfLine(line: string, keysMax: number): Answer {
  const answer: JsonValue = JSON.parse(line);
  if (!isObject(answer)) return problem("jq gave no answer");
  const { e: error, o: outputs } = answer;
  if (error !== undefined) return problem(textOf(error));
  if (!Array.isArray(outputs) || outputs.length === 0) return problem("the query gave nothing");
  if (outputs.length > 1) return problem("the query gave more than one object");
  return partitionValuesOf(outputs[0] ?? null, keysMax);
}

/** A parsed record as JSON again, so that jq sees what our own engine would; nested too deep, it is no JSON to us. */
export function documentOf(value: JsonValue): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
