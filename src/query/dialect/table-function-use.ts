import { createHash } from "node:crypto";
import type { JsonObject, JsonValue } from "../../std/json.ts";
import { unsupported } from "../query-error.ts";
import { syntaxError, type Token } from "./token.ts";
import { isSign, isWord } from "./token-reader.ts";

/**
 * Calls of table functions in the grammar of Trino:
 *
 *     TABLE( name ( argument, … ) )
 *     argument:  [parameter =>] TABLE( table | query ) [AS alias] [ORDER BY …]
 *              | [parameter =>] DESCRIPTOR( column, … )
 *              | [parameter =>] constant
 *
 * Arguments all have names or none has one. DuckDB knows nothing of this: the call leaves the query, and the table that
 * stands for it is made before the query runs.
 */
export interface TableFunctionUse {
  /** Stands for the call. The same call has the same name: its rows are the same. */
  readonly table: string;
  /** In lower case. */
  readonly name: string;
  /** The query whose rows go in, with the table expressions that it may name. */
  readonly inputSql: string;
  /** What DESCRIPTOR names; absent: all that are numbers. */
  readonly columns?: readonly string[];
  readonly positional: readonly JsonValue[];
  /** By the names that functions have for them: `NUMBER_OF_TREES` is `numberOfTrees`. */
  readonly named: JsonObject;
}

/** What the reader of a call needs of the query around it. */
export interface QueryWriter {
  readonly sql: string;
  readonly tokens: readonly Token[];
  /** These tokens as DuckDB reads them. */
  range(from: number, to: number): string;
  /** What commas part between two brackets. */
  arguments(open: number, close: number): readonly TokenRange[];
  closing(open: number): number;
}

/** `to` is exclusive. */
export interface TokenRange {
  readonly from: number;
  readonly to: number;
}

/** `TABLE(name(`, and not the `TABLE(t)` of an argument. */
export function beginsTableFunction(tokens: readonly Token[], at: number): boolean {
  if (!isWord(tokens[at], "table") || !isSign(tokens[at + 1], "(")) return false;
  return tokens[at + 2]?.kind === "word" && isSign(tokens[at + 3], "(");
}

export function readTableFunction(query: QueryWriter, at: number): TableFunctionUse {
  return new CallReader(query, at).read();
}

const INPUT = "input";
const COLUMNS = "columns";

class CallReader {
  readonly #query: QueryWriter;
  readonly #at: number;
  #inputSql: string | undefined;
  #columns: readonly string[] | undefined;
  readonly #positional: JsonValue[] = [];
  readonly #named: Record<string, JsonValue> = {};

  constructor(query: QueryWriter, at: number) {
    this.#query = query;
    this.#at = at;
  }

  read(): TableFunctionUse {
    const { tokens } = this.#query;
    const name = tokens[this.#at + 2]?.value.toLowerCase() ?? "";
    const close = this.#query.closing(this.#at + 3);
    if (!isSign(tokens[close + 1], ")")) throw this.#expected(close + 1, `")" after the call of ${name}`);
    const ranges = this.#query.arguments(this.#at + 3, close);
    const named = ranges.filter(({ from }) => isSign(tokens[from + 1], "=>"));
    if (named.length > 0 && named.length < ranges.length) {
      throw this.#expected(this.#at, "arguments that all have names, or none");
    }
    for (const range of ranges) {
      if (named.length > 0) this.#namedArgument(range);
      else this.#argument(range, "");
    }
    if (this.#inputSql === undefined)
      throw this.#expected(this.#at, `INPUT => TABLE(…) among the arguments of ${name}`);
    const use = {
      name,
      inputSql: this.#inputSql,
      ...(this.#columns !== undefined && { columns: this.#columns }),
      positional: this.#positional,
      named: this.#named,
    };
    const digest = createHash("sha256").update(JSON.stringify(use)).digest("hex").slice(0, 16);
    return { ...use, table: `lakehose ${name} ${digest}` };
  }

  #namedArgument({ from, to }: TokenRange): void {
    const parameter = this.#query.tokens[from]?.value.toLowerCase() ?? "";
    if (to === from + 2) throw this.#expected(to, `a value for ${parameter.toUpperCase()}`);
    this.#argument({ from: from + 2, to }, parameter);
  }

  #argument(range: TokenRange, parameter: string): void {
    const token = this.#query.tokens[range.from];
    if (isWord(token, "table") || isWord(token, "cursor")) {
      if (isWord(token, "cursor")) throw unsupported("CURSOR(…)", "write INPUT => TABLE(SELECT …)");
      this.#expectParameter(range, parameter, INPUT, this.#inputSql === undefined);
      this.#inputSql = this.#input(range);
    } else if (isWord(token, "descriptor")) {
      this.#expectParameter(range, parameter, COLUMNS, this.#columns === undefined);
      this.#columns = this.#descriptor(range);
    } else if (parameter === INPUT) throw this.#expected(range.from, "TABLE(…), a table or a query in brackets");
    else if (parameter === COLUMNS) throw this.#expected(range.from, "DESCRIPTOR(column, …)");
    else if (parameter === "") this.#positional.push(this.#constant(range));
    else {
      const option = camelCase(parameter);
      if (Object.hasOwn(this.#named, option)) throw this.#expected(range.from, `${parameter.toUpperCase()} once`);
      this.#named[option] = this.#constant(range);
    }
  }

  #expectParameter({ from }: TokenRange, parameter: string, expected: string, isFirst: boolean): void {
    if (parameter !== "" && parameter !== expected) {
      throw this.#expected(from, `a constant for ${parameter.toUpperCase()}`);
    }
    if (!isFirst) throw this.#expected(from, `${expected.toUpperCase()} once`);
  }

  /** `TABLE( table | query ) [[AS] alias] [ORDER BY …]` */
  #input({ from, to }: TokenRange): string {
    const { tokens } = this.#query;
    if (!isSign(tokens[from + 1], "(")) throw this.#expected(from + 1, '"(" after TABLE');
    const close = this.#query.closing(from + 1);
    const inside = { from: from + 2, to: close };
    let at = close + 1;
    if (isWord(tokens[at], "as")) at += 2;
    else if (at < to && !CLAUSES.some((word) => isWord(tokens[at], word))) at++;
    if (at === to) return this.#inputQuery(inside, "");
    const clause = tokens[at]?.value.toUpperCase() ?? "";
    if (isWord(tokens[at], "order") && isWord(tokens[at + 1], "by")) {
      return this.#inputQuery(inside, ` ${this.#query.range(at, to)}`);
    }
    if (CLAUSES.some((word) => isWord(tokens[at], word))) {
      throw unsupported(`${clause} … of the input of a table function`, "there is ORDER BY");
    }
    throw this.#expected(at, "ORDER BY or the next argument");
  }

  /** Table expressions of the query around the call go in front: the input may name those that stand before it. */
  #inputQuery({ from, to }: TokenRange, order: string): string {
    const { tokens } = this.#query;
    const isQuery =
      ["select", "with", "values"].some((word) => isWord(tokens[from], word)) || isSign(tokens[from], "(");
    const isName = tokens.slice(from, to).every((token) => NAME_KINDS.has(token.kind) || isSign(token, "."));
    if (!isQuery && !isName) throw this.#expected(from, "a table or a query");
    const ownWith = isWord(tokens[from], "with");
    const ownRecursive = ownWith && isWord(tokens[from + 1], "recursive");
    const expressions = tableExpressionsBefore(this.#query, this.#at);
    const text = isQuery ? this.#query.range(from, to) : `SELECT * FROM ${this.#query.range(from, to)}`;
    const inside = ordered(text, isQuery, order);
    if (expressions === undefined) return inside;
    const recursive = expressions.recursive || ownRecursive ? "WITH RECURSIVE" : "WITH";
    const outer = `${recursive} ${this.#query.range(expressions.from, expressions.to)}`;
    if (!ownWith || order !== "") return `${outer} ${inside}`;
    return `${outer}, ${this.#query.range(from + (ownRecursive ? 2 : 1), to)}`;
  }

  #descriptor({ from, to }: TokenRange): readonly string[] {
    const { tokens } = this.#query;
    if (!isSign(tokens[from + 1], "(") || this.#query.closing(from + 1) !== to - 1) {
      throw this.#expected(from, "DESCRIPTOR(column, …)");
    }
    return this.#query.arguments(from + 1, to - 1).map((column) => {
      const token = tokens[column.from];
      if (token === undefined || !NAME_KINDS.has(token.kind) || column.to !== column.from + 1)
        throw this.#expected(column.from, "the name of a column");
      return token.value.toLowerCase();
    });
  }

  #constant({ from, to }: TokenRange): JsonValue {
    const { tokens } = this.#query;
    const minus = isSign(tokens[from], "-");
    const token = tokens[minus ? from + 1 : from];
    const isAlone = to === from + (minus ? 2 : 1);
    if (isAlone && token?.kind === "number") return minus ? -Number(token.value) : Number(token.value);
    if (isAlone && !minus && token?.kind === "text") return token.value;
    if (isAlone && isWord(token, "true")) return true;
    if (isAlone && isWord(token, "false")) return false;
    throw this.#expected(from, "a constant: a number, a text, true or false");
  }

  #expected(at: number, what: string) {
    return syntaxError(this.#query.sql, this.#query.tokens[at]?.start ?? this.#query.sql.length, what);
  }
}

const NAME_KINDS: ReadonlySet<Token["kind"]> = new Set(["word", "quoted-name"]);

/** What may follow the input of a call in Trino's grammar. */
const CLAUSES = ["partition", "prune", "keep", "order", "copartition"];

function ordered(text: string, isQuery: boolean, order: string): string {
  if (order === "") return text;
  return isQuery ? `SELECT * FROM (${text})${order}` : `${text}${order}`;
}

/** `WITH a AS (…), b AS (…)` at the beginning of the query, as far as they end before a token. */
function tableExpressionsBefore(
  query: QueryWriter,
  end: number,
): (TokenRange & { readonly recursive: boolean }) | undefined {
  const { tokens } = query;
  if (!isWord(tokens[0], "with")) return undefined;
  const recursive = isWord(tokens[1], "recursive");
  const from = recursive ? 2 : 1;
  let to = from;
  for (let at = from; at < end; ) {
    let open = at + 1;
    // Names of columns may stand between the name and its query.
    if (isSign(tokens[open], "(")) open = query.closing(open) + 1;
    while (open < tokens.length && !isSign(tokens[open], "(")) open++;
    if (open >= tokens.length) break;
    const close = query.closing(open);
    if (close >= end) break;
    to = close + 1;
    if (!isSign(tokens[to], ",")) break;
    at = to + 1;
  }
  return to === from ? undefined : { from, to, recursive };
}

function camelCase(parameter: string): string {
  return parameter.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
