import type { Token } from "./token.ts";
import { isSign, isWord } from "./token-reader.ts";

/**
 * Words that DuckDB reserves and Trino does not: `SELECT at, some FROM default.t` is a query of Trino's. The lists come from
 * DuckDB's own (`duckdb_keywords()`, those that it refuses as names of columns or tables) and from Trino's reserved words; a
 * test holds the first against the DuckDB that runs. Most of these words mean nothing to Trino and are names wherever they
 * stand; some are part of its language in few places, which `LANGUAGE` tells.
 */
export const RESERVED_BY_DUCKDB_ALONE: ReadonlySet<string> = new Set(
  words(`
    all analyse analyze anti any array asc asof asymmetric at authorization binary both check collate collation column
    concurrently default deferrable desc do fetch foreign freeze glob ilike initially isnull lambda lateral leading limit
    notnull offset only overlaps pivot pivot_longer pivot_wider placing positional primary qualify references returning
    semi show similar some summarize symmetric tablesample to trailing unique unpack unpivot variadic verbose window
  `),
);

export const RESERVED_BY_TRINO: ReadonlySet<string> = new Set(
  words(`
    alter and as between by case cast constraint create cross cube current_catalog current_date current_path current_role
    current_schema current_time current_timestamp current_user deallocate delete describe distinct drop else end escape
    except execute exists extract false for from full group grouping having in inner insert intersect into is join
    json_array json_exists json_object json_query json_table json_value left like listagg localtime localtimestamp natural
    normalize not null on or order outer prepare recursive right rollup select skip table then trim true uescape union
    unnest using values when where with
  `),
);

/** Whether the word at this place is a name that DuckDB takes in quotes alone. Words before a bracket are calls. */
export function isNameToQuote(tokens: readonly Token[], at: number): boolean {
  const word = tokens[at]?.value.toLowerCase() ?? "";
  if (isSign(tokens[at - 1], ".") || isSign(tokens[at + 1], ".")) return RESERVED_BY_DUCKDB_ALONE.has(word);
  if (RESERVED_BY_DUCKDB_ALONE.has(word)) return LANGUAGE[word]?.(tokens, at) !== true;
  return isAliasWithoutAs(tokens, at, word);
}

/** `AS show(a, b)` and `WITH show(a, b) AS` look like calls. */
export function isNameWithColumns(tokens: readonly Token[], at: number): boolean {
  const word = tokens[at]?.value.toLowerCase() ?? "";
  const before = ["as", "with", "recursive"].some((one) => isWord(tokens[at - 1], one));
  // A type, as in CAST(x AS array(bigint)).
  return before && word !== "array" && RESERVED_BY_DUCKDB_ALONE.has(word);
}

type Place = (tokens: readonly Token[], at: number) => boolean;

/** Where a word is part of the language in Trino, too. */
const LANGUAGE: Readonly<Record<string, Place | undefined>> = Object.assign(Object.create(null), {
  all: (tokens, at) => isQuantifier(tokens, at) || isWord(tokens[at - 1], "limit"),
  array: (tokens, at) => isSign(tokens[at + 1], "["),
  asc: isDirection,
  at: (tokens, at) => isWord(tokens[at + 1], "time") && isWord(tokens[at + 2], "zone"),
  both: isInTrim,
  desc: isDirection,
  fetch: (tokens, at) => isWord(tokens[at + 1], "first") || isWord(tokens[at + 1], "next"),
  leading: isInTrim,
  limit: (tokens, at) => isCount(tokens[at + 1]) || isWord(tokens[at + 1], "all"),
  offset: (tokens, at) => isCount(tokens[at + 1]),
  only: (tokens, at) => isWord(tokens[at - 1], "row") || isWord(tokens[at - 1], "rows"),
  tablesample: (tokens, at) => isWord(tokens[at + 1], "bernoulli") || isWord(tokens[at + 1], "system"),
  to: (tokens, at) => isUnit(tokens[at - 1]) && isUnit(tokens[at + 1]),
  trailing: isInTrim,
  window: (tokens, at) => isName(tokens[at + 1]) && isWord(tokens[at + 2], "as") && isSign(tokens[at + 3], "("),
} satisfies Readonly<Record<string, Place>>);

/** `SELECT ALL x`, `UNION ALL SELECT`, `count(ALL x)` */
function isQuantifier(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1];
  if (["union", "except", "intersect"].some((word) => isWord(before, word))) return true;
  const mayBe = isWord(before, "select") || isSign(before, "(");
  return mayBe && endsOperand(tokens[at + 1]) && !isSign(tokens[at + 1], ")");
}

/** `ORDER BY x DESC`; what stands in front of FROM is the name of a column. */
function isDirection(tokens: readonly Token[], at: number): boolean {
  return endsOperand(tokens[at - 1]) && !isWord(tokens[at + 1], "from");
}

function isInTrim(tokens: readonly Token[], at: number): boolean {
  return isSign(tokens[at - 1], "(") && isWord(tokens[at - 2], "trim") && !isSign(tokens[at + 1], ")");
}

function isCount(token: Token | undefined): boolean {
  return token?.kind === "number" || isSign(token, "?");
}

const UNITS = words("year month day hour minute second");

function isUnit(token: Token | undefined): boolean {
  return UNITS.some((unit) => isWord(token, unit));
}

function isName(token: Token | undefined): boolean {
  return token?.kind === "quoted-name" || (token?.kind === "word" && !RESERVED_BY_TRINO.has(token.value.toLowerCase()));
}

/** Words at the end of a clause or a type that follow an operand without being its alias. */
const CLOSING_WORDS: ReadonlySet<string> = new Set(
  words("data first following last ordinality preceding precision row ties zone"),
);

/** `SELECT count(*) day FROM`: DuckDB wants AS in front of words that it knows. */
function isAliasWithoutAs(tokens: readonly Token[], at: number, word: string): boolean {
  const next = tokens[at + 1];
  const isLast = next === undefined || isSign(next, ",") || isSign(next, ")") || isWord(next, "from");
  if (!isLast || RESERVED_BY_TRINO.has(word) || CLOSING_WORDS.has(word)) return false;
  return endsOperand(tokens[at - 1]) && !(isUnit(tokens[at]) && isOfInterval(tokens, at));
}

/** `INTERVAL '1' DAY`, `INTERVAL '1 2' DAY TO HOUR` */
function isOfInterval(tokens: readonly Token[], at: number): boolean {
  if (isWord(tokens[at - 1], "to")) return true;
  const before = isSign(tokens[at - 2], "-") || isSign(tokens[at - 2], "+") ? at - 3 : at - 2;
  return tokens[at - 1]?.kind === "text" && isWord(tokens[before], "interval");
}

const OPERAND_WORDS: ReadonlySet<string> = new Set(
  words("current_date current_time current_timestamp end false localtime localtimestamp null true"),
);

/** Whether a token may be the last one of a value. */
function endsOperand(token: Token | undefined): boolean {
  if (token === undefined) return false;
  if (token.kind === "sign") return token.value === ")" || token.value === "]" || token.value === "?";
  if (token.kind !== "word") return true;
  const word = token.value.toLowerCase();
  return OPERAND_WORDS.has(word) || !RESERVED_BY_TRINO.has(word);
}

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
