import { PARTITION_FILTER_DEPTH_MAX, PARTITION_FILTER_LENGTH_MAX } from "../catalog-limits.ts";
import { filterError } from "./filter-error.ts";
import { type Token, tokensOf } from "./tokens.ts";

/** A filter as a tree. What was written with NOT inside (NOT IN, IS NOT NULL) is a `not` around the rest. */
export type Condition =
  | { readonly kind: "and" | "or"; readonly conditions: readonly Condition[] }
  | { readonly kind: "not"; readonly condition: Condition }
  | { readonly kind: "compare"; readonly operator: CompareOperator; readonly left: Operand; readonly right: Operand }
  | { readonly kind: "in"; readonly operand: Operand; readonly among: readonly Literal[] }
  | { readonly kind: "between"; readonly operand: Operand; readonly low: Operand; readonly high: Operand }
  | { readonly kind: "like"; readonly operand: Operand; readonly pattern: string }
  | { readonly kind: "is-null"; readonly operand: Operand };

export type CompareOperator = "=" | "<>" | "<" | "<=" | ">" | ">=";

export type Operand = KeyReference | Literal;

export interface KeyReference {
  readonly kind: "key";
  readonly name: string;
  readonly position: number;
}

export interface Literal {
  readonly kind: "literal";
  readonly type: "text" | "number" | "date" | "timestamp";
  readonly text: string;
  readonly position: number;
}

/**
 * Reads a filter in the grammar of Glue's GetPartitions, which is that of a WHERE clause:
 *
 *     or         => and {OR and}
 *     and        => not {AND not}
 *     not        => NOT not | ( or ) | predicate
 *     predicate  => operand (= | <> | != | < | <= | > | >=) operand
 *                 | operand [NOT] IN ( literal {, literal} )
 *                 | operand [NOT] BETWEEN operand AND operand
 *                 | operand [NOT] LIKE text
 *                 | operand IS [NOT] NULL
 *     operand    => key | literal
 *     literal    => text | number | DATE text | TIMESTAMP text
 *
 * Throws a `CatalogError` `invalid` that names the character where reading stopped.
 */
export function parseFilter(expression: string): Condition {
  if (expression.length > PARTITION_FILTER_LENGTH_MAX) {
    const message = `a filter may have ${PARTITION_FILTER_LENGTH_MAX} characters, got ${expression.length}`;
    throw filterError(PARTITION_FILTER_LENGTH_MAX, message);
  }
  return new Parser(tokensOf(expression)).whole();
}

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Condition {
    const condition = this.#or();
    if (this.#token.kind !== "end") throw this.#unexpected("AND, OR or the end");
    return condition;
  }

  #or(): Condition {
    return this.#chain("or", () => this.#chain("and", () => this.#not()));
  }

  /** Chains are lists: they need no depth, however long they are. */
  #chain(kind: "and" | "or", member: () => Condition): Condition {
    const first = member();
    const conditions = [first];
    while (this.#takes(kind)) conditions.push(member());
    return conditions.length === 1 ? first : { kind, conditions };
  }

  #not(): Condition {
    if (this.#takes("not")) return this.#deeper(() => ({ kind: "not", condition: this.#not() }));
    if (!this.#takes("(")) return this.#predicate();
    const condition = this.#deeper(() => this.#or());
    this.#expect(")");
    return condition;
  }

  #deeper(read: () => Condition): Condition {
    if (++this.#depth > PARTITION_FILTER_DEPTH_MAX) {
      throw filterError(this.#token.position, `more than ${PARTITION_FILTER_DEPTH_MAX} levels of NOT and parentheses`);
    }
    const condition = read();
    this.#depth--;
    return condition;
  }

  #predicate(): Condition {
    const operand = this.#operand();
    const operator = COMPARISONS[this.#token.kind === "symbol" ? this.#token.text : ""];
    if (operator !== undefined) {
      this.#next++;
      return { kind: "compare", operator, left: operand, right: this.#operand() };
    }
    if (this.#takes("is")) {
      const negated = this.#takes("not");
      this.#expect("null");
      return negatedIf(negated, { kind: "is-null", operand });
    }
    const negated = this.#takes("not");
    if (this.#takes("in")) return negatedIf(negated, { kind: "in", operand, among: this.#members() });
    if (this.#takes("between")) {
      const low = this.#operand();
      this.#expect("and");
      return negatedIf(negated, { kind: "between", operand, low, high: this.#operand() });
    }
    if (this.#takes("like")) return negatedIf(negated, { kind: "like", operand, pattern: this.#text() });
    throw this.#unexpected(negated ? "IN, BETWEEN or LIKE" : "a comparison, IN, BETWEEN, LIKE or IS NULL");
  }

  #members(): Literal[] {
    this.#expect("(");
    const among: Literal[] = [];
    do {
      const member = this.#operand();
      if (member.kind === "key") throw filterError(member.position, `expected a value, got the name ${member.name}`);
      among.push(member);
    } while (this.#takes(","));
    this.#expect(")");
    return among;
  }

  #operand(): Operand {
    const { kind, text, position } = this.#token;
    if (kind === "text" || kind === "number") {
      this.#next++;
      return { kind: "literal", type: kind, text, position };
    }
    if (kind !== "name" && (kind !== "word" || RESERVED.has(text.toLowerCase()))) {
      throw this.#unexpected("a partition key or a value");
    }
    this.#next++;
    const type = text.toLowerCase();
    if (kind === "word" && (type === "date" || type === "timestamp") && this.#token.kind === "text") {
      return { kind: "literal", type, text: this.#text(), position };
    }
    return { kind: "key", name: text, position };
  }

  #text(): string {
    const { kind, text } = this.#token;
    if (kind !== "text") throw this.#unexpected("a text in single quotes");
    this.#next++;
    return text;
  }

  get #token(): Token {
    return this.#tokens[this.#next] ?? END;
  }

  #takes(what: string): boolean {
    const { kind, text } = this.#token;
    if ((kind !== "word" && kind !== "symbol") || text.toLowerCase() !== what) return false;
    this.#next++;
    return true;
  }

  #expect(what: string): void {
    if (!this.#takes(what)) throw this.#unexpected(what.toUpperCase());
  }

  #unexpected(expected: string): Error {
    const { kind, text, position } = this.#token;
    return filterError(position, `expected ${expected}, got ${kind === "end" ? "the end" : JSON.stringify(text)}`);
  }
}

const END: Token = { kind: "end", text: "", position: 0 };

const COMPARISONS: Readonly<Record<string, CompareOperator | undefined>> = {
  "=": "=",
  "<>": "<>",
  "!=": "<>",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
};

/** Keys of these names have to be quoted. */
const RESERVED = new Set(["and", "or", "not", "in", "between", "like", "is", "null"]);

function negatedIf(negated: boolean, condition: Condition): Condition {
  return negated ? { kind: "not", condition } : condition;
}
