import { QueryError } from "../query-error.ts";
import { datePattern } from "./date-pattern.ts";
import { isStarOfColumns, namesFileColumns, STAR_WITHOUT_FILE_COLUMNS } from "./file-columns.ts";
import { RENAMED } from "./functions.ts";
import { isNameToQuote, isNameWithColumns } from "./name-places.ts";
import type { TranslatedQuery } from "./statement.ts";
import {
  beginsTableFunction,
  type QueryWriter,
  readTableFunction,
  type TableFunctionUse,
  type TokenRange,
} from "./table-function-use.ts";
import { syntaxError, type Token } from "./token.ts";
import { isSign, isWord } from "./token-reader.ts";

/**
 * A query of Trino's as DuckDB reads it. Both speak the same SQL for the most part, so this goes over the tokens once and
 * writes anew what differs: names of functions and types, calls whose form differs, `UNNEST` with several columns, names
 * with the catalog in front. Calls of table functions leave the query: tables stand for them. The result is looked at by
 * `inspectQuery` before it runs; nothing here is a gate.
 */
export function translateQuery(sql: string, tokens: readonly Token[]): TranslatedQuery {
  const translator = new Translator(sql, tokens);
  const text = translator.range(0, tokens.length);
  return { sql: text, functions: [...translator.functions.values()], fileColumns: translator.fileColumns };
}

class Translator implements QueryWriter {
  /** By the first token of each, those inside of others before them. */
  readonly functions = new Map<number, TableFunctionUse>();
  readonly sql: string;
  readonly tokens: readonly Token[];
  readonly fileColumns: boolean;

  constructor(sql: string, tokens: readonly Token[]) {
    this.sql = sql;
    this.tokens = tokens;
    this.fileColumns = namesFileColumns(tokens);
  }

  range(from: number, to: number): string {
    const parts: string[] = [];
    for (let at = from; at < to; ) {
      const piece = this.#piece(at, to);
      parts.push(piece.text);
      at = piece.next;
    }
    return parts.join(" ");
  }

  #piece(at: number, to: number): Piece {
    const token = this.#token(at);
    if (beginsTableFunction(this.tokens, at)) return this.#tableFunction(at);
    if (this.#beginsCall(at)) return this.#call(at, to);
    if (isSign(token, "=>")) throw syntaxError(this.sql, token.start, "arguments without names");
    if (isWord(token, "values") && this.#beginsQuery(at)) return this.#values(at, to);
    if (this.fileColumns && isStarOfColumns(this.tokens, at)) return { text: STAR_WITHOUT_FILE_COLUMNS, next: at + 1 };
    if (this.#isCatalog(at)) return { text: "", next: at + 2 };
    if (this.#isInformationSchema(at)) return { text: quote(INFORMATION_SCHEMA), next: at + 1 };
    if (token.kind === "word" && isNameToQuote(this.tokens, at)) return { text: quote(token.value), next: at + 1 };
    return { text: write(token), next: at + 1 };
  }

  #beginsCall(at: number): boolean {
    return this.#token(at).kind === "word" && isSign(this.tokens[at + 1], "(") && !isNameWithColumns(this.tokens, at);
  }

  #call(at: number, to: number): Piece {
    const token = this.#token(at);
    const name = token.value.toLowerCase();
    const end = this.closing(at + 1);
    if (end >= to) throw syntaxError(this.sql, token.start, "a closing bracket");
    const after = end + 1;
    if (name === "unnest") return this.#unnest(at, end);
    if (name === "array") return { text: `${this.range(at + 2, end)}[]`, next: after };
    // Precision is DuckDB's own; with a time zone it may not be given.
    if (name === "timestamp" || name === "time") return { text: name, next: after };
    const translate = CALLS[name];
    if (translate !== undefined) return { text: translate(this.arguments(at + 1, end), this, name), next: after };
    const renamed = Object.hasOwn(RENAMED, name) ? RENAMED[name] : undefined;
    return { text: `${renamed ?? write(token)}(${this.range(at + 2, end)})`, next: after };
  }

  /** Read once: a table expression with a call in it is written again for each call behind it. */
  #tableFunction(at: number): Piece {
    const known = this.functions.get(at);
    const use = known ?? readTableFunction(this, at);
    if (known === undefined) this.functions.set(at, use);
    return { text: quote(use.table), next: this.closing(at + 1) + 1 };
  }

  /**
   * `UNNEST(m) AS t(k, v)` takes a map apart, `UNNEST(a, b) AS t(x, y)` goes through both side by side. With one argument
   * and one column DuckDB means what Trino's users mean, a row stays one value.
   */
  #unnest(at: number, end: number): Piece {
    const inside = this.arguments(at + 1, end);
    const alias = this.#aliasAfter(end + 1);
    const columns = alias?.columns ?? [];
    const [only] = inside;
    if (inside.length === 1 && columns.length < 2) return this.#plainUnnest(at, end);
    if (alias === undefined || alias.ordinality) {
      if (inside.length === 1) return this.#plainUnnest(at, end);
      throw new QueryError("unsupported", "UNNEST of several arrays needs AS name(column, …) and no WITH ORDINALITY");
    }
    const sources =
      inside.length === 1 && only !== undefined
        ? ["map_keys", "map_values"].map((part) => `${part}(${this.range(only.from, only.to)})`)
        : inside.map(({ from, to }) => this.range(from, to));
    if (sources.length !== columns.length) {
      const message = `UNNEST of ${inside.length === 1 ? "a map" : `${inside.length} arrays`} gives ${sources.length} columns, its alias names ${columns.length}`;
      throw new QueryError("syntax", message);
    }
    const select = sources.map((source, index) => `unnest(${source}) AS ${quote(columns[index] ?? "")}`).join(", ");
    return { text: `(SELECT ${select})`, next: end + 1 };
  }

  #plainUnnest(at: number, end: number): Piece {
    return { text: `unnest(${this.range(at + 2, end)})`, next: end + 1 };
  }

  /** `[WITH ORDINALITY] [AS] t(a, b)` */
  #aliasAfter(start: number): { readonly columns: readonly string[]; readonly ordinality: boolean } | undefined {
    let at = start;
    const ordinality = isWord(this.tokens[at], "with") && isWord(this.tokens[at + 1], "ordinality");
    if (ordinality) at += 2;
    if (isWord(this.tokens[at], "as")) at++;
    const name = this.tokens[at];
    if (name === undefined || !(name.kind === "word" || name.kind === "quoted-name")) return undefined;
    if (!isSign(this.tokens[at + 1], "(")) return undefined;
    const columns = this.arguments(at + 1, this.closing(at + 1)).map(({ from }) => this.#token(from).value);
    return { columns, ordinality };
  }

  /** `VALUES 1, 2` are rows of one column; DuckDB wants the brackets. */
  #values(at: number, to: number): Piece {
    let end = at + 1;
    while (end < to && !isSign(this.tokens[end], ")")) {
      end = isSign(this.tokens[end], "(") || isSign(this.tokens[end], "[") ? this.closing(end) + 1 : end + 1;
    }
    const rows = this.arguments(at, end).map(({ from, to: until }) => {
      const row = this.range(from, until);
      return isSign(this.tokens[from], "(") ? row : `(${row})`;
    });
    return { text: `VALUES ${rows.join(", ")}`, next: end };
  }

  #beginsQuery(at: number): boolean {
    return (at === 0 || isSign(this.tokens[at - 1], "(")) && !isSign(this.tokens[at + 1], "(");
  }

  /** The catalog's name in front of a database: there is one catalog. */
  #isCatalog(at: number): boolean {
    const token = this.#token(at);
    const named = token.kind === "word" || token.kind === "quoted-name";
    if (!named || token.value.toLowerCase() !== CATALOG_NAME) return false;
    return isSign(this.tokens[at + 1], ".") && isSign(this.tokens[at + 3], ".");
  }

  #isInformationSchema(at: number): boolean {
    const token = this.#token(at);
    if (token.value.toLowerCase() !== "information_schema" || !isSign(this.tokens[at + 1], ".")) return false;
    const isFirst = !isSign(this.tokens[at - 1], ".") || (at > 1 && this.#isCatalog(at - 2));
    return isFirst && (token.kind === "word" || token.kind === "quoted-name");
  }

  /** Where the arguments between these brackets begin and end. */
  arguments(open: number, close: number): readonly TokenRange[] {
    if (close === open + 1) return [];
    const found: TokenRange[] = [];
    let from = open + 1;
    for (let at = open + 1; at < close; at++) {
      const token = this.#token(at);
      if (isSign(token, "(") || isSign(token, "[")) at = this.closing(at);
      else if (isSign(token, ",")) {
        found.push({ from, to: at });
        from = at + 1;
      }
    }
    return [...found, { from, to: close }];
  }

  closing(open: number): number {
    let depth = 0;
    for (let at = open; at < this.tokens.length; at++) {
      const token = this.#token(at);
      if (isSign(token, "(") || isSign(token, "[")) depth++;
      if (isSign(token, ")") || isSign(token, "]")) depth--;
      if (depth === 0) return at;
    }
    throw syntaxError(this.sql, this.sql.length, "a closing bracket");
  }

  /** The constant text that an argument is, or `undefined`. */
  textOf({ from, to }: TokenRange): string | undefined {
    const token = this.tokens[from];
    return to === from + 1 && token?.kind === "text" ? token.value : undefined;
  }

  #token(at: number): Token {
    const token = this.tokens[at];
    if (token === undefined) throw syntaxError(this.sql, this.sql.length, "more of the statement");
    return token;
  }
}

/** What Athena calls the one catalog that everybody has. */
export const CATALOG_NAME = "awsdatacatalog";

/** What queries know as `information_schema`; DuckDB has one of its own, which tells about the session. */
export const INFORMATION_SCHEMA = "lakehose information_schema";

interface Piece {
  readonly text: string;
  readonly next: number;
}

type CallWriter = (inside: readonly TokenRange[], translator: Translator, name: string) => string;

/** Calls that DuckDB wants in another form. */
const CALLS: Readonly<Record<string, CallWriter | undefined>> = Object.assign(Object.create(null), {
  date_parse: withPattern("strptime"),
  date_format: withPattern("strftime"),
  all_match: matching((list, lambda) => `len(list_filter(${list}, ${lambda})) = len(${list})`),
  any_match: matching((list, lambda) => `len(list_filter(${list}, ${lambda})) > 0`),
  none_match: matching((list, lambda) => `len(list_filter(${list}, ${lambda})) = 0`),
});

function withPattern(target: "strptime" | "strftime"): CallWriter {
  return (inside, translator, name) => {
    const [value, pattern] = inside;
    const text = pattern === undefined ? undefined : translator.textOf(pattern);
    if (value === undefined || text === undefined || inside.length !== 2) {
      throw new QueryError(
        "unsupported",
        `${name} takes a value and a pattern that is a text constant such as '%Y-%m-%d'`,
      );
    }
    return `${target}(${translator.range(value.from, value.to)}, ${quoteText(datePattern(text))})`;
  };
}

function matching(write: (list: string, lambda: string) => string): CallWriter {
  return (inside, translator, name) => {
    const [list, lambda] = inside;
    if (list === undefined || lambda === undefined || inside.length !== 2) {
      throw new QueryError("syntax", `${name} takes an array and a lambda such as x -> x > 0`);
    }
    return `(${write(translator.range(list.from, list.to), translator.range(lambda.from, lambda.to))})`;
  };
}

function write(token: Token): string {
  switch (token.kind) {
    case "quoted-name":
      return quote(token.value);
    case "text":
      return quoteText(token.value);
    case "bytes":
      return `from_hex('${token.value}')`;
    default:
      return token.value;
  }
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
