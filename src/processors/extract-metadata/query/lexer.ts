/** Thrown by lexer and parser for what this engine does not know; never leaves `parseQuery()`. */
export class NotOurs extends Error {}

export type Token =
  | { readonly kind: "field"; readonly name: string }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "string"; readonly parts: readonly (string | readonly Token[])[] }
  | { readonly kind: "sign"; readonly text: string };

const FIELD = /\.([A-Za-z_]\w*)/y;
const NAME = /[A-Za-z_]\w*/y;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const SIGN = /\/\/(?!=)|[=!<>]=|[<>](?!=)|[-+*/%](?!=)|\?(?!\/\/)|[.|()[\]{},:]/y;
const BLANK = /\s+/y;
const STRING_RUN = /[^"\\]+/y;
const ESCAPE = /\\(?:(["\\/bfnrt])|u([0-9a-fA-F]{4}))/y;
const ESCAPES: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/** Strings within strings within strings: nobody writes that; the stack is not asked. */
const NESTING_MAX = 8;

/** A name that begins a definition, a binding or a control structure that only jq knows ends in the parser. */
export function tokensOf(query: string): readonly Token[] {
  return new Lexer(query).tokens(false);
}

class Lexer {
  readonly #query: string;
  #at = 0;
  #nesting = 0;

  constructor(query: string) {
    this.#query = query;
  }

  /** To the end of the query, or past the bracket that closes an interpolation. */
  tokens(interpolated: boolean): readonly Token[] {
    const tokens: Token[] = [];
    let depth = 0;
    for (;;) {
      this.#match(BLANK);
      if (this.#at === this.#query.length) {
        if (interpolated) throw new NotOurs();
        return tokens;
      }
      const token = this.#token();
      if (token.kind === "sign" && token.text === "(") depth++;
      if (token.kind === "sign" && token.text === ")") depth--;
      if (depth < 0 && interpolated) return tokens;
      tokens.push(token);
    }
  }

  #token(): Token {
    const field = this.#match(FIELD);
    if (field) return { kind: "field", name: field[1] ?? "" };
    const name = this.#match(NAME);
    if (name) return { kind: "name", name: name[0] };
    const number = this.#match(NUMBER);
    if (number) return { kind: "number", value: Number(number[0]) };
    if (this.#query[this.#at] === '"') return this.#string();
    const sign = this.#match(SIGN);
    if (sign) return { kind: "sign", text: sign[0] };
    throw new NotOurs();
  }

  #string(): Token {
    const parts: (string | readonly Token[])[] = [];
    let text = "";
    this.#at++;
    for (;;) {
      const run = this.#match(STRING_RUN);
      if (run) text += run[0];
      if (this.#query[this.#at] === '"') break;
      const escaped = this.#match(ESCAPE);
      if (escaped) text += unescaped(escaped);
      else {
        if (!this.#query.startsWith("\\(", this.#at) || ++this.#nesting > NESTING_MAX) throw new NotOurs();
        this.#at += 2;
        parts.push(text, this.tokens(true));
        this.#nesting--;
        text = "";
      }
    }
    this.#at++;
    if (!text.isWellFormed()) throw new NotOurs();
    return { kind: "string", parts: [...parts, text] };
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#query);
    if (found) this.#at = pattern.lastIndex;
    return found;
  }
}

function unescaped([, letter, code]: RegExpExecArray): string {
  if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
  return ESCAPES[letter ?? ""] ?? letter ?? "";
}
