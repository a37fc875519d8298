import { filterError } from "./filter-error.ts";

/** The words of a filter. Key names may stand in backticks or double quotes, texts stand in single quotes. */
export interface Token {
  readonly kind: "word" | "name" | "text" | "number" | "symbol" | "end";
  /** Without quotes; words as they were written. */
  readonly text: string;
  readonly position: number;
}

export function tokensOf(expression: string): readonly Token[] {
  const tokens: Token[] = [];
  let position = 0;
  while (position < expression.length) {
    const [kind, match] = matchAt(expression, position);
    if (kind !== "space") tokens.push({ kind, text: unquoted(kind, match), position });
    position += match.length;
  }
  return [...tokens, { kind: "end", text: "", position }];
}

/** Tried in this order; each looks at one place only and goes over it once. */
const PATTERNS = [
  ["space", /\s+/y],
  ["word", /[A-Za-z_][A-Za-z0-9_$]*/y],
  ["name", /`(?:[^`]|``)+`|"(?:[^"]|"")+"/y],
  ["text", /'(?:[^']|'')*'/y],
  ["number", /[+-]?(?:\d+(?:\.\d*)?|\.\d+)/y],
  ["symbol", /<=|>=|<>|!=|[=<>(),]/y],
] as const;

function matchAt(expression: string, position: number): readonly [(typeof PATTERNS)[number][0], string] {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = position;
    const match = pattern.exec(expression)?.[0];
    if (match !== undefined) return [kind, match];
  }
  const first = expression.charAt(position);
  if (`'"\``.includes(first)) throw filterError(position, `the quote ${first} is never closed`);
  throw filterError(position, `expected a key, a value or an operator, got ${JSON.stringify(first)}`);
}

function unquoted(kind: string, match: string): string {
  if (kind !== "name" && kind !== "text") return match;
  const quote = match.charAt(0);
  return match.slice(1, -1).replaceAll(quote + quote, quote);
}
