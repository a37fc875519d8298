import type { JsonObject, JsonValue } from "../../std/json.ts";
import { isObject, objectIn, objectsIn, textIn } from "../dialect/syntax-tree.ts";

/**
 * A plan of DuckDB's, which it gives as JSON, as lines: one operator each, with what it works on, its inputs further to the
 * right. DuckDB's own drawing breaks texts into boxes, and paths of files with them, so that nobody could take those out.
 *
 *     HASH_JOIN  Join Type: INNER · Conditions: a = b · ~3 rows
 *       READ_JSON  Projections: id · ~2 rows
 */
export function planText(json: string): string {
  const answer: JsonValue = JSON.parse(json);
  const roots = Array.isArray(answer) ? answer.filter(isObject) : isObject(answer) ? objectsIn(answer, "children") : [];
  return roots.flatMap((root) => linesOf(root, 0)).join("\n");
}

function linesOf(node: JsonObject, depth: number): readonly string[] {
  const name = (textIn(node, "name") || textIn(node, "operator_type") || textIn(node, "operator_name")).trim();
  const children = objectsIn(node, "children");
  // Not an operator of the plan: it stands for the statement around it.
  if (name === "EXPLAIN_ANALYZE") return children.flatMap((child) => linesOf(child, depth));
  const facts = [...Object.entries(objectIn(node, "extra_info") ?? {}).flatMap(fact), ...measured(node)];
  const line = `${"  ".repeat(depth)}${name}${facts.length === 0 ? "" : `  ${facts.join(" · ")}`}`;
  return [line, ...children.flatMap((child) => linesOf(child, depth + 1))];
}

function fact([name, value]: readonly [string, JsonValue]): readonly string[] {
  if (name === "Estimated Cardinality") return [`~${String(value)} rows`];
  const text = (Array.isArray(value) ? value.map(String) : [String(value)]).join(", ").replace(/\s+/g, " ").trim();
  return text === "" ? [] : [name.startsWith("__") ? text : `${name}: ${text}`];
}

/** What ANALYZE adds. */
function measured({ operator_cardinality: rows, operator_timing: seconds }: JsonObject): readonly string[] {
  if (typeof rows !== "number" || typeof seconds !== "number") return [];
  return [`${rows} rows`, `${(seconds * 1000).toFixed(1)} ms`];
}
