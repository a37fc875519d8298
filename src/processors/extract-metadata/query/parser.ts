import type { BinaryOperator, Expression, ObjectEntry } from "./expression.ts";
import { argumentKindOf } from "./functions.ts";
import { NotOurs, type Token, tokensOf } from "./lexer.ts";

/** Longer queries, or deeper ones, go to jq; recursion here and in the closures stays shallow. */
const QUERY_LENGTH_MAX = 10_000;
const DEPTH_MAX = 64;

/** What the query says, when all of it is within this engine's part of jq; else `undefined`. */
export function parseQuery(query: string): Expression | undefined {
  if (query.length > QUERY_LENGTH_MAX) return undefined;
  try {
    return new Parser(tokensOf(query)).whole();
  } catch (error) {
    if (error instanceof NotOurs) return undefined;
    throw error;
  }
}

/** Loosest first, as in jq's grammar; `|` is looser than all of them. */
const LEVELS: readonly { readonly operators: readonly BinaryOperator[]; readonly side: "left" | "right" | "none" }[] = [
  { operators: ["//"], side: "right" },
  { operators: ["or"], side: "left" },
  { operators: ["and"], side: "left" },
  { operators: ["==", "!=", "<", "<=", ">", ">="], side: "none" },
  { operators: ["+", "-"], side: "left" },
  { operators: ["*", "/", "%"], side: "left" },
];

const LITERALS: ReadonlyMap<string, null | boolean> = new Map([
  ["null", null],
  ["true", true],
  ["false", false],
]);

/** Names that jq 1.6 does not take as keys without quotes. */
const KEYWORDS = new Set(
  "def as import include module if then else elif end reduce foreach try catch label and or not __loc__".split(" "),
);

const IDENTITY: Expression = { kind: "identity" };

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Expression {
    const expression = this.#pipe();
    if (this.#at < this.#tokens.length) throw new NotOurs();
    return expression;
  }

  #pipe(): Expression {
    if (++this.#depth > DEPTH_MAX) throw new NotOurs();
    const left = this.#binary(0);
    const piped: Expression = this.#take("|") ? { kind: "pipe", left, right: this.#pipe() } : left;
    this.#depth--;
    return piped;
  }

  #binary(level: number): Expression {
    const rule = LEVELS[level];
    if (rule === undefined) return this.#term();
    let left = this.#binary(level + 1);
    for (let chained = false; ; chained = true) {
      const operator = rule.operators.find((one) => this.#take(one));
      if (operator === undefined) return left;
      if (chained && rule.side === "none") throw new NotOurs();
      const right = this.#binary(rule.side === "right" ? level : level + 1);
      left = { kind: "binary", operator, left, right };
    }
  }

  #term(): Expression {
    let term = this.#simple();
    for (;;) {
      const token = this.#tokens[this.#at];
      if (token?.kind === "field") term = { kind: "member", of: term, name: this.#field() };
      else if (this.#isSign(".") && this.#tokens[this.#at + 1]?.kind === "string") term = this.#quoted(term);
      else if (this.#take("[")) term = this.#bracket(term);
      else if (this.#isSign("?")) term = this.#optional(term);
      else return term;
    }
  }

  /** After a step it belongs to that step; elsewhere it is an operator, and jq's. */
  #optional(step: Expression): Expression {
    if (step.kind !== "member" && step.kind !== "element" && step.kind !== "slice") throw new NotOurs();
    this.#at++;
    return { kind: "optional", step };
  }

  #simple(): Expression {
    const token = this.#tokens[this.#at];
    if (token?.kind === "field") return { kind: "member", of: IDENTITY, name: this.#field() };
    if (token?.kind === "sign") return this.#signed();
    this.#at++;
    if (token?.kind === "number") return { kind: "literal", value: token.value };
    if (token?.kind === "string") return textOf(token);
    if (token?.kind !== "name") throw new NotOurs();
    const literal = LITERALS.get(token.name);
    if (literal !== undefined) return { kind: "literal", value: literal };
    return token.name === "if" ? this.#if() : this.#call(token.name);
  }

  #signed(): Expression {
    if (this.#isSign(".") && this.#tokens[this.#at + 1]?.kind === "string") return this.#quoted(IDENTITY);
    if (this.#take(".")) return IDENTITY;
    if (this.#take("{")) return this.#object();
    if (this.#isSign("-")) return { kind: "literal", value: this.#number() };
    if (!this.#take("(")) throw new NotOurs();
    const inner = this.#pipe();
    this.#expect(")");
    return inner;
  }

  #field(): string {
    const token = this.#tokens[this.#at++];
    if (token?.kind !== "field") throw new NotOurs();
    return token.name;
  }

  /** `."name"` */
  #quoted(of: Expression): Expression {
    this.#at++;
    return { kind: "member", of, name: this.#plainString() };
  }

  /** `["name"]`, `[1]`, `[-1]`, `[1:]`, `[:2]`, `[1:2]` */
  #bracket(of: Expression): Expression {
    if (this.#tokens[this.#at]?.kind === "string") {
      const name = this.#plainString();
      this.#expect("]");
      return { kind: "member", of, name };
    }
    const from = this.#isSign(":") ? null : this.#index();
    if (this.#take("]")) return { kind: "element", of, at: from ?? 0 };
    this.#expect(":");
    const to = this.#isSign("]") ? null : this.#index();
    this.#expect("]");
    if (from === null && to === null) throw new NotOurs();
    return { kind: "slice", of, from, to };
  }

  #number(): number {
    const negative = this.#take("-");
    const token = this.#tokens[this.#at++];
    if (token?.kind !== "number") throw new NotOurs();
    return negative ? -token.value : token.value;
  }

  /** Versions of jq round fractions in brackets differently. */
  #index(): number {
    const index = this.#number();
    if (!Number.isSafeInteger(index)) throw new NotOurs();
    return index;
  }

  #plainString(): string {
    const token = this.#tokens[this.#at++];
    if (token?.kind !== "string" || token.parts.length !== 1) throw new NotOurs();
    return String(token.parts[0]);
  }

  #if(): Expression {
    if (++this.#depth > DEPTH_MAX) throw new NotOurs();
    const condition = this.#pipe();
    this.#expectName("then");
    const then = this.#pipe();
    const otherwise = this.#takeName("elif") ? this.#if() : this.#else();
    this.#depth--;
    return { kind: "if", condition, then, otherwise };
  }

  #else(): Expression {
    this.#expectName("else");
    const otherwise = this.#pipe();
    this.#expectName("end");
    return otherwise;
  }

  #call(name: string): Expression {
    const kind = argumentKindOf(name);
    if (kind === undefined) throw new NotOurs();
    if (kind === "none") {
      if (this.#isSign("(")) throw new NotOurs();
      return { kind: "call", name, argument: undefined };
    }
    this.#expect("(");
    const argument = this.#plainString();
    this.#expect(")");
    return { kind: "call", name, argument };
  }

  #object(): Expression {
    if (++this.#depth > DEPTH_MAX) throw new NotOurs();
    const entries: ObjectEntry[] = [];
    if (!this.#take("}")) {
      do entries.push(this.#entry());
      while (this.#take(","));
      this.#expect("}");
    }
    this.#depth--;
    return { kind: "object", entries };
  }

  #entry(): ObjectEntry {
    const token = this.#tokens[this.#at];
    if (token?.kind === "string") {
      const key = this.#plainString();
      this.#expect(":");
      return { key, value: this.#entryValue() };
    }
    if (token?.kind !== "name" || KEYWORDS.has(token.name)) throw new NotOurs();
    this.#at++;
    const key = token.name;
    if (this.#take(":")) return { key, value: this.#entryValue() };
    return { key, value: { kind: "member", of: IDENTITY, name: key } };
  }

  /** Values of an object are terms joined by pipes; other operators need brackets around them. */
  #entryValue(): Expression {
    const left = this.#term();
    return this.#take("|") ? { kind: "pipe", left, right: this.#entryValue() } : left;
  }

  #isSign(text: string): boolean {
    const token = this.#tokens[this.#at];
    return token?.kind === "sign" && token.text === text;
  }

  #take(text: string): boolean {
    const taken = this.#isSign(text) || (/^\w/.test(text) && this.#isName(text));
    if (taken) this.#at++;
    return taken;
  }

  #isName(name: string): boolean {
    const token = this.#tokens[this.#at];
    return token?.kind === "name" && token.name === name;
  }

  #takeName(name: string): boolean {
    const taken = this.#isName(name);
    if (taken) this.#at++;
    return taken;
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw new NotOurs();
  }

  #expectName(name: string): void {
    if (!this.#takeName(name)) throw new NotOurs();
  }
}

function textOf({ parts }: Extract<Token, { kind: "string" }>): Expression {
  if (parts.length === 1) return { kind: "literal", value: String(parts[0]) };
  return {
    kind: "text",
    parts: parts.map((part) => (typeof part === "string" ? part : new Parser(part).whole())),
  };
}
