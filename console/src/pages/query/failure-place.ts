/**
 * Where in a statement its failure is. The server's own grammar says line and column; failures of the engine, which got
 * the statement in its own words, name what they stumbled over, and that is looked for.
 */
export interface Place {
  readonly from: number;
  readonly to: number;
}

interface Naming {
  readonly pattern: RegExp;
  /** A word may be right at its first place and wrong at its last: there, what reads from left to right stops. */
  readonly which: "first" | "last";
}

const NAMINGS: readonly Naming[] = [
  { pattern: /syntax error at or near "+([^"]+)"+/, which: "last" },
  { pattern: /Referenced (?:column|table) "([^"]+)"/, which: "first" },
  { pattern: /does not have a column named "([^"]+)"/, which: "first" },
  { pattern: /column "([^"]+)" must appear in the GROUP BY/, which: "first" },
  { pattern: /^The function ([\w$]+) is/, which: "first" },
  { pattern: /^There is no (?:table|database|view) ([\w.$-]+)/, which: "first" },
  { pattern: /^([A-Z][A-Z ]+) is not supported/i, which: "first" },
];

export function failurePlace(sql: string, message: string): Place | undefined {
  const [, line, column] = /^Line (\d+):(\d+): /.exec(message) ?? [];
  if (line !== undefined) return placeAt(sql, Number(line), Number(column));
  if (message.includes("syntax error at end of input")) return lastWord(sql);
  for (const { pattern, which } of NAMINGS) {
    const [, name] = pattern.exec(message) ?? [];
    if (name === undefined) continue;
    const place = placeOfName(sql, name, which) ?? placeOfName(sql, name.slice(name.lastIndexOf(".") + 1), which);
    if (place !== undefined) return place;
  }
  return undefined;
}

/** Lines and columns are counted from 1. At the end of the text it is the last word that something is missing behind. */
function placeAt(sql: string, line: number, column: number): Place | undefined {
  const lines = sql.split("\n");
  const before = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
  const from = Math.min(before + column - 1, sql.length);
  const [word = ""] = /^(?:[\w$]+|\S)/.exec(sql.slice(from)) ?? [];
  return word === "" ? lastWord(sql) : { from, to: from + word.length };
}

function lastWord(sql: string): Place | undefined {
  const end = sql.trimEnd().length;
  const [word = ""] = /(?:[\w$]+|\S)$/.exec(sql.slice(0, end)) ?? [];
  return word === "" ? undefined : { from: end - word.length, to: end };
}

function placeOfName(sql: string, name: string, which: Naming["which"]): Place | undefined {
  const escaped = name
    .trim()
    .replace(/[^\w ]/g, "\\$&")
    .replace(/ +/g, "\\s+");
  if (escaped === "") return undefined;
  const readable = withoutTexts(sql);
  const found = [...readable.matchAll(new RegExp(`(?<![\\w$])${escaped}(?![\\w$])`, "gi"))];
  const match = which === "first" ? found[0] : found.at(-1);
  return match === undefined ? undefined : { from: match.index, to: match.index + match[0].length };
}

/** What stands in texts and comments is none of the grammar's names; blanks keep the places of the rest. */
function withoutTexts(sql: string): string {
  return sql.replace(/'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?\*\//g, (text) => " ".repeat(text.length));
}

/** `line 2, column 5`, for people. */
export function placeText(sql: string, { from }: Place): string {
  const lines = sql.slice(0, from).split("\n");
  return `line ${lines.length}, column ${(lines.at(-1) ?? "").length + 1}`;
}
