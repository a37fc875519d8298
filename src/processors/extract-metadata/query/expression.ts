import type { JsonValue } from "../../../std/json.ts";

/**
 * The part of jq that partition queries are made of: expressions that give one value or none. Whatever may give several
 * (`.[]`, `,`), binds names, or needs a regular expression is not here; such queries go to jq itself.
 */
export type Expression =
  | { readonly kind: "identity" }
  | { readonly kind: "literal"; readonly value: JsonValue }
  | Step
  | { readonly kind: "optional"; readonly step: Step }
  | { readonly kind: "pipe"; readonly left: Expression; readonly right: Expression }
  | {
      readonly kind: "binary";
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: "if";
      readonly condition: Expression;
      readonly then: Expression;
      readonly otherwise: Expression;
    }
  | { readonly kind: "call"; readonly name: string; readonly argument: string | undefined }
  | { readonly kind: "text"; readonly parts: readonly (string | Expression)[] }
  | { readonly kind: "object"; readonly entries: readonly ObjectEntry[] };

/** One step along a path. */
export type Step =
  | { readonly kind: "member"; readonly of: Expression; readonly name: string }
  | { readonly kind: "element"; readonly of: Expression; readonly at: number }
  | { readonly kind: "slice"; readonly of: Expression; readonly from: number | null; readonly to: number | null };

export interface ObjectEntry {
  readonly key: string;
  readonly value: Expression;
}

export type BinaryOperator = "//" | "or" | "and" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "+" | "-" | "*" | "/" | "%";
