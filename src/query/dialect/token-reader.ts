import type { QueryError } from "../query-error.ts";
import { syntaxError, type Token } from "./token.ts";

/** Walks over the tokens of a statement. Words compare without letter case. */
export class TokenReader {
  readonly sql: string;
  readonly tokens: readonly Token[];
  at = 0;

  constructor(sql: string, tokens: readonly Token[]) {
    this.sql = sql;
    this.tokens = tokens;
  }

  get current(): Token | undefined {
    return this.tokens[this.at];
  }

  get ended(): boolean {
    return this.at >= this.tokens.length;
  }

  /** True when these words come next; nothing is taken. */
  sees(...words: readonly string[]): boolean {
    return words.every((word, index) => isWord(this.tokens[this.at + index], word));
  }

  seesSign(sign: string): boolean {
    return isSign(this.current, sign);
  }

  /** Takes these words if all of them come next. */
  takes(...words: readonly string[]): boolean {
    if (!this.sees(...words)) return false;
    this.at += words.length;
    return true;
  }

  takesSign(sign: string): boolean {
    if (!this.seesSign(sign)) return false;
    this.at++;
    return true;
  }

  expect(...words: readonly string[]): void {
    if (!this.takes(...words)) throw this.expected(words.join(" ").toUpperCase());
  }

  expectSign(sign: string): void {
    if (!this.takesSign(sign)) throw this.expected(`"${sign}"`);
  }

  expectEnd(): void {
    if (!this.ended) throw this.expected("the end of the statement");
  }

  /** A name, in quotes or not; in Hive's dialect double quotes are taken too, since people write them. */
  name(what: string): string {
    const token = this.current;
    const quoted = token?.kind === "quoted-name" || (token?.kind === "text" && this.sql[token.start] === '"');
    if (token === undefined || !(quoted || token.kind === "word")) throw this.expected(what);
    this.at++;
    return token.value;
  }

  text(what: string): string {
    const token = this.current;
    if (token?.kind !== "text") throw this.expected(what);
    this.at++;
    return token.value;
  }

  /** `( item , item … )` */
  list<T>(item: () => T): readonly T[] {
    this.expectSign("(");
    const items = [item()];
    while (this.takesSign(",")) items.push(item());
    this.expectSign(")");
    return items;
  }

  expected(what: string): QueryError {
    return syntaxError(this.sql, this.current?.start ?? this.sql.length, what);
  }
}

export function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === "word" && token.value.toLowerCase() === word;
}

export function isSign(token: Token | undefined, sign: string): boolean {
  return token?.kind === "sign" && token.value === sign;
}
