import type { JsonObject, JsonValue } from "../../std/json.ts";
import { type ColumnPath, type Condition, UNKNOWN } from "./condition.ts";
import { isObject, objectIn, objectsIn, textIn } from "./syntax-tree.ts";

/**
 * Which columns of a query are those of its table, unchanged. A condition on such a column of a view is one on the rows of the
 * table below, as long as no row of the view depends on more than one of the table: so there are no groups, windows and
 * limits, and one table.
 */
export interface ColumnPassing {
  /** By the names that they have outside; in lower case. */
  readonly columns: ReadonlyMap<string, string>;
  /** All others pass under their own names, but for those in `hidden`. */
  readonly hasStar: boolean;
  readonly hidden: ReadonlySet<string>;
}

/** Of the node of a SELECT in DuckDB's syntax tree; `undefined` where nothing passes. */
export function readPassing(node: JsonObject): ColumnPassing | undefined {
  const from = objectIn(node, "from_table");
  if (textIn(node, "type") !== "SELECT_NODE" || from === undefined || !isPlain(node, from)) return undefined;
  const items = objectsIn(node, "select_list");
  if (hasWindow(items as JsonValue)) return undefined;
  const columns = new Map<string, string>();
  const hidden = new Set<string>();
  let hasStar = false;
  for (const item of items) {
    const path = item.column_names;
    if (textIn(item, "class") === "STAR") {
      if (!isPlainStar(item)) return undefined;
      hasStar = true;
    } else if (textIn(item, "class") === "COLUMN_REF" && Array.isArray(path)) {
      const column = String(path.at(-1)).toLowerCase();
      const name = textIn(item, "alias").toLowerCase() || column;
      // A field of a struct looks like a column of a table: only a table's own name may stand in front.
      const isColumn = path.length === 1 || (path.length === 2 && isNameOf(from, String(path[0])));
      if (!isColumn || columns.has(name)) hidden.add(name);
      columns.set(name, column);
    } else hidden.add(textIn(item, "alias").toLowerCase());
  }
  for (const name of hidden) columns.delete(name);
  return { columns, hasStar, hidden };
}

function isPlain(node: JsonObject, from: JsonObject): boolean {
  const nothing = (name: string) => isEmpty(node[name]);
  const onlyOrders = objectsIn(node, "modifiers").every((modifier) => textIn(modifier, "type") === "ORDER_MODIFIER");
  const cte = objectIn(node, "cte_map");
  return (
    textIn(from, "type") === "BASE_TABLE" &&
    isEmpty(from.column_name_alias) &&
    isEmpty(from.sample) &&
    onlyOrders &&
    (cte === undefined || isEmpty(cte.map)) &&
    ["group_expressions", "group_sets", "having", "sample", "qualify"].every(nothing)
  );
}

function isPlainStar(star: JsonObject): boolean {
  const lists = ["exclude_list", "replace_list", "qualified_exclude_list", "rename_list", "expr"];
  return star.columns !== true && lists.every((name) => isEmpty(star[name]));
}

function isEmpty(value: JsonValue | undefined): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

function isNameOf(from: JsonObject, name: string): boolean {
  return (textIn(from, "alias") || textIn(from, "table_name")).toLowerCase() === name.toLowerCase();
}

function hasWindow(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.some(hasWindow);
  if (!isObject(value)) return false;
  return textIn(value, "class") === "WINDOW" || Object.values(value).some((member) => hasWindow(member));
}

/** What a condition on a view's columns says about those of the table below; `qualifiers` are names of the view. */
export function throughView(condition: Condition, qualifiers: readonly string[], passing: ColumnPassing): Condition {
  switch (condition.kind) {
    case "and":
    case "or":
      return { ...condition, parts: condition.parts.map((part) => throughView(part, qualifiers, passing)) };
    case "not":
      return { ...condition, part: throughView(condition.part, qualifiers, passing) };
    case "compare":
    case "in": {
      const column = columnBelow(condition.column, qualifiers, passing);
      return column === undefined ? UNKNOWN : { ...condition, column: [column] };
    }
    case "unknown":
      return UNKNOWN;
  }
}

function columnBelow(path: ColumnPath, qualifiers: readonly string[], passing: ColumnPassing): string | undefined {
  const name = path.at(-1) ?? "";
  if (path.length > 1 && !qualifiers.includes(path.slice(0, -1).join("."))) return undefined;
  return passing.columns.get(name) ?? (passing.hasStar && !passing.hidden.has(name) ? name : undefined);
}
