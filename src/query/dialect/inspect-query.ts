import type { JsonObject, JsonValue } from "../../std/json.ts";
import { QueryError, unsupported } from "../query-error.ts";
import { type ColumnPassing, readPassing } from "./column-passing.ts";
import type { Condition } from "./condition.ts";
import { isAllowedFunction } from "./functions.ts";
import { readCondition } from "./read-condition.ts";
import { isObject, objectIn, objectsIn, textIn } from "./syntax-tree.ts";

/** A table that a query reads, once for each place where it stands. */
export interface TableUse {
  /** In lower case; empty: that of the session. */
  readonly database: string;
  readonly table: string;
  /** What its columns are called by: the alias, or its name. In lower case. */
  readonly alias: string;
  /** What its rows have to fulfil, if they are to count. */
  readonly condition?: Condition;
  /** Which of its columns the query gives on, where rows of the query are rows of this table. */
  readonly passing?: ColumnPassing;
}

/**
 * The gate of all queries. It reads the syntax tree that DuckDB made of the very text that will run, so nothing can look
 * harmless here and mean something else there, and lets pass what it knows: one SELECT, over tables of the catalog and
 * common table expressions, with functions of the list. Files by name, table functions, settings and statements of DuckDB
 * itself are all something else. Returns the tables that are read.
 */
export function inspectQuery(serialized: string): readonly TableUse[] {
  const answer: JsonValue = JSON.parse(serialized);
  if (!isObject(answer) || answer.error !== false) throw refusal(answer);
  const statements = objectsIn(answer, "statements");
  const [statement] = statements;
  const node = statement === undefined ? undefined : objectIn(statement, "node");
  if (statements.length !== 1 || node === undefined) throw unsupported("More than one statement at a time");
  const inspection = new Inspection(node);
  inspection.queryNode(node, new Set(), 0);
  return inspection.uses;
}

function refusal(answer: JsonValue): QueryError {
  const message = isObject(answer) ? textIn(answer, "error_message") : "";
  if (message.startsWith("Only SELECT")) return unsupported("A statement other than SELECT");
  return new QueryError("syntax", message.split("\n", 1)[0] ?? "The statement cannot be read");
}

const QUERY_NODES = new Set(["SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"]);

const EXPRESSION_CLASSES = new Set([
  "BETWEEN",
  "CASE",
  "CAST",
  "COLUMN_REF",
  "COMPARISON",
  "CONJUNCTION",
  "CONSTANT",
  "FUNCTION",
  "LAMBDA",
  "OPERATOR",
  "STAR",
  "SUBQUERY",
  "WINDOW",
]);

const FROM_TYPES = new Set(["BASE_TABLE", "EMPTY", "EXPRESSION_LIST", "JOIN", "SUBQUERY", "TABLE_FUNCTION"]);

/** Levels of a syntax tree; each level of a query takes about four. DuckDB ends at 1000 for expressions. */
const TREE_DEPTH_MAX = 2_500;

type Scope = ReadonlySet<string>;

class Inspection {
  readonly uses: TableUse[] = [];
  readonly #conditions = new Map<JsonObject, Condition>();
  readonly #root: JsonObject;

  constructor(root: JsonObject) {
    this.#root = root;
  }

  queryNode(node: JsonObject, outer: Scope, depth: number): void {
    const type = textIn(node, "type");
    if (!QUERY_NODES.has(type)) throw unsupported(`A query of the type ${type}`);
    const where = objectIn(node, "where_clause");
    const from = objectIn(node, "from_table");
    if (where !== undefined && from !== undefined) this.#attach(from, readCondition(where));

    const scope = new Set(outer);
    if (type === "RECURSIVE_CTE_NODE" || type === "CTE_NODE") {
      scope.add((textIn(node, "cte_name") || textIn(node, "ctename")).toLowerCase());
    }
    const entries = objectIn(node, "cte_map");
    for (const entry of entries === undefined ? [] : objectsIn(entries, "map")) {
      // A table expression sees those before it, and itself only when it is recursive (its node then says so).
      const value = entry.value;
      if (value !== undefined) this.#visit(value, scope, depth + 1);
      scope.add(textIn(entry, "key").toLowerCase());
    }
    for (const [member, value] of Object.entries(node)) {
      if (member !== "cte_map") this.#visit(value, scope, depth + 1);
    }
  }

  /** A condition on joined rows is one on the rows of each table: a row of nulls fulfils none that could rule it out. */
  #attach(from: JsonObject, condition: Condition): void {
    if (textIn(from, "type") === "BASE_TABLE") this.#conditions.set(from, condition);
    if (textIn(from, "type") !== "JOIN") return;
    for (const side of [objectIn(from, "left"), objectIn(from, "right")]) {
      if (side !== undefined) this.#attach(side, condition);
    }
  }

  #visit(value: JsonValue, scope: Scope, depth: number): void {
    if (depth > TREE_DEPTH_MAX) throw new QueryError("limit-exceeded", "The statement is nested too deeply");
    if (Array.isArray(value)) {
      for (const item of value) this.#visit(item, scope, depth + 1);
      return;
    }
    if (!isObject(value)) return;
    const type = textIn(value, "type");
    if (type.endsWith("_NODE") && "modifiers" in value) {
      this.queryNode(value, scope, depth + 1);
      return;
    }
    if ("class" in value) this.#expression(value);
    else if ("query_location" in value && "sample" in value) this.#from(value, scope);
    for (const member of Object.values(value)) this.#visit(member, scope, depth + 1);
  }

  #expression(node: JsonObject): void {
    const kind = textIn(node, "class");
    if (!EXPRESSION_CLASSES.has(kind)) throw unsupported(EXPRESSION_WORDS[kind] ?? `An expression of the kind ${kind}`);
    if (kind === "FUNCTION" || kind === "WINDOW") checkFunction(node);
    if (kind === "STAR" && (node.columns === true || isObject(node.expr))) throw unsupported("COLUMNS(…)");
  }

  #from(node: JsonObject, scope: Scope): void {
    const type = textIn(node, "type");
    if (!FROM_TYPES.has(type)) throw unsupported(FROM_WORDS[type] ?? `${type} in FROM`);
    if (type === "TABLE_FUNCTION") {
      const name = textIn(objectIn(node, "function") ?? {}, "function_name");
      if (name !== "unnest") throw unsupported(`The table function ${name}`, "tables come from the catalog");
    }
    if (type === "BASE_TABLE") this.#table(node, scope);
  }

  #table(node: JsonObject, scope: Scope): void {
    const database = textIn(node, "schema_name").toLowerCase();
    const table = textIn(node, "table_name").toLowerCase();
    const catalog = textIn(node, "catalog_name");
    if (catalog !== "") throw new QueryError("not-found", `There is no catalog ${catalog}; write database.table`);
    if (isObject(node.at_clause)) throw unsupported("FOR TIMESTAMP or VERSION AS OF");
    if (database === "" && scope.has(table)) return;
    const alias = textIn(node, "alias").toLowerCase() || table;
    const condition = this.#conditions.get(node);
    const passing = objectIn(this.#root, "from_table") === node ? readPassing(this.#root) : undefined;
    const known = { ...(condition !== undefined && { condition }), ...(passing !== undefined && { passing }) };
    this.uses.push({ database, table, alias, ...known });
  }
}

function checkFunction(node: JsonObject): void {
  const name = textIn(node, "function_name").toLowerCase();
  const qualified = textIn(node, "schema") !== "" || textIn(node, "catalog") !== "";
  // The parser itself writes some calls with its own schema in front.
  if (
    isAllowedFunction(name) &&
    (!qualified || textIn(node, "schema") === "main" || textIn(node, "schema") === "pg_catalog")
  )
    return;
  throw unsupported(`The function ${name}`, "the guide to SQL lists those that there are");
}

const EXPRESSION_WORDS: Readonly<Record<string, string>> = {
  COLLATE: "COLLATE",
  DEFAULT: "DEFAULT as a value",
  PARAMETER: "A parameter (?)",
  POSITIONAL_REFERENCE: "A column by its position (#1)",
};

const FROM_WORDS: Readonly<Record<string, string>> = {
  PIVOT: "PIVOT",
  SHOW_REF: "DESCRIBE, SHOW or SUMMARIZE inside a query",
};
