import { LakehoseError, reasonOf } from "../../model/errors.ts";
import { type FieldPath, readFieldPath } from "../../model/fields/field-path.ts";
import type { Condition, Literal, Order } from "./condition.ts";

/** Reads a condition. Throws a `LakehoseError` `bad-condition` that says where it goes wrong and what was expected. */
export function parseCondition(text: string): Condition {
  const parser = new ConditionParser(text);
  const condition = parser.any(0);
  parser.end();
  return condition;
}

/** Deeper than anybody reads. */
const NESTING_MAX = 50;

const SPACE = /[ \t\r\n]*/y;
const WORD = /(?:and|or|not|exists|in|matches)(?![\p{L}\p{N}_$@:.?-])/uy;
const OPERATOR = /[=<>]=?|!=/y;
const LITERAL = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

class ConditionParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#skipSpace();
  }

  any(depth: number): Condition {
    if (depth > NESTING_MAX) throw this.#problem(`at most ${NESTING_MAX} brackets and words inside one another`);
    const conditions = [this.#all(depth)];
    while (this.#take("or")) conditions.push(this.#all(depth));
    return conditions.length === 1 && conditions[0] ? conditions[0] : { kind: "any", conditions };
  }

  end(): void {
    if (this.#at < this.#text.length) throw this.#problem("and, or or the end");
  }

  #all(depth: number): Condition {
    const conditions = [this.#one(depth)];
    while (this.#take("and")) conditions.push(this.#one(depth));
    return conditions.length === 1 && conditions[0] ? conditions[0] : { kind: "all", conditions };
  }

  #one(depth: number): Condition {
    if (depth > NESTING_MAX) throw this.#problem(`at most ${NESTING_MAX} brackets and words inside one another`);
    if (this.#take("not")) return { kind: "not", condition: this.#one(depth + 1) };
    if (this.#takeSign("(")) {
      const condition = this.any(depth + 1);
      if (!this.#takeSign(")")) throw this.#problem("and, or or a closing bracket");
      return condition;
    }
    if (this.#take("exists")) return { kind: "exists", path: this.#path() };
    return this.#test(this.#path());
  }

  #test(path: FieldPath): Condition {
    if (this.#take("in")) return { kind: "in", path, literals: this.#list() };
    if (this.#take("matches")) return { kind: "matches", path, pattern: this.#pattern() };
    const operator = this.#match(OPERATOR);
    if (operator === undefined) throw this.#problem("= != < <= > >= in or matches");
    this.#advance(operator.length);
    const literal = this.#literal();
    if (operator === "=" || operator === "==") return { kind: "in", path, literals: [literal] };
    if (operator === "!=") return { kind: "not", condition: { kind: "in", path, literals: [literal] } };
    if (literal.kind !== "number" && literal.kind !== "string") {
      throw this.#problem(`a number or a string to compare by ${operator}`);
    }
    return { kind: "order", path, order: operator as Order, literal };
  }

  #path(): FieldPath {
    if (this.#match(WORD) !== undefined) {
      throw this.#problem("a path (a field that is called so stands in double quotes)");
    }
    try {
      const { path, end } = readFieldPath(this.#text, this.#at);
      this.#advance(end - this.#at);
      return path;
    } catch (error) {
      throw new LakehoseError("bad-condition", reasonOf(error), { cause: error });
    }
  }

  #list(): readonly Literal[] {
    if (!this.#takeSign("[")) throw this.#problem("a list of values in square brackets");
    const literals = [this.#literal()];
    while (this.#takeSign(",")) literals.push(this.#literal());
    if (!this.#takeSign("]")) throw this.#problem("a comma or a closing square bracket");
    return literals;
  }

  #literal(): Literal {
    const text = this.#match(LITERAL);
    const value = text === undefined ? undefined : literalOf(text);
    if (text === undefined || value === undefined) {
      throw this.#problem("a value in JSON (text in double quotes, a number, true, false or null)");
    }
    this.#advance(text.length);
    return value;
  }

  #pattern(): RegExp {
    const start = this.#at;
    const literal = this.#literal();
    try {
      if (literal.kind === "string") return new RegExp(literal.text, "u");
    } catch (error) {
      throw new LakehoseError("bad-condition", `${reasonOf(error)} at character ${start + 1} of the condition`);
    }
    this.#at = start;
    throw this.#problem("a regular expression as a JSON string");
  }

  #take(word: string): boolean {
    if (this.#match(WORD) !== word) return false;
    this.#advance(word.length);
    return true;
  }

  #takeSign(sign: string): boolean {
    if (this.#text[this.#at] !== sign) return false;
    this.#advance(1);
    return true;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text)?.[0];
  }

  #advance(length: number): void {
    this.#at += length;
    this.#skipSpace();
  }

  #skipSpace(): void {
    this.#at += this.#match(SPACE)?.length ?? 0;
  }

  #problem(expected: string): LakehoseError {
    const came = this.#at < this.#text.length ? `"${this.#text.slice(this.#at, this.#at + 20)}"` : "the end";
    return new LakehoseError(
      "bad-condition",
      `expected ${expected} at character ${this.#at + 1} of the condition, got ${came}`,
    );
  }
}

function literalOf(text: string): Literal | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "string") return { kind: "string", text: value };
    if (value === null) return { kind: "null", text };
    return { kind: typeof value === "boolean" ? "boolean" : "number", text };
  } catch {
    return undefined;
  }
}
